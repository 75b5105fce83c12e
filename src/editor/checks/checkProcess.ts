import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { LeakEvent } from '../../leaks/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { t } from '../translate.ts';
import type { CheckCommand } from './checkCommand.ts';
import { EventTail } from './eventTail.ts';

/** How often a running check's events are read, in ms: often enough to look live. */
const READ_EVERY_MS = 200;
/** A check that is told to end ends its browser first, in about a second; its guard does so should it hang. In ms. */
const PATIENCE_MS = 15_000;

/** Who follows a check's events says what goes on: the check's own lines of it, which a CI server gets, would stand between. */
export const FOLLOWED_ENV = { LEAKWRIGHT_PROGRESS: 'none' } as const;

export interface CheckExit {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** The end of what it wrote to standard error. */
  readonly said: string;
}

export interface CheckSink {
  onEvent(event: LeakEvent): void;
  /** Text of the check's, of the scenario's or of what both use. */
  onOutput(text: string): void;
}

/**
 * Runs a check and hands on what it says, until it has exited. Ends it, and its browser, when the signal aborts: it
 * resolves in that case too, once nothing of it is left.
 *
 * @throws LeakwrightError `usage` when its folder is gone, or the system's reason why it could not be started
 */
export async function runCheckProcess(command: CheckCommand, sink: CheckSink, signal: AbortSignal): Promise<CheckExit> {
  requireFolder(command);
  return await following(command.events, sink, async () => await exitOf(command, sink, signal));
}

/** @throws LeakwrightError `usage`: the system's own message would blame the program, not the folder */
export function requireFolder({ cwd }: CheckCommand): void {
  if (cwd === undefined || existsSync(cwd)) return;
  throw new LeakwrightError('usage', t("The workspace folder '{0}' does not exist any more.", cwd), {
    hint: t('Restore it, or remove it from the workspace.'),
  });
}

/** Reads the events that appear in the file while something runs, and those that are there when it has ended. */
export async function following<T>(events: string, sink: CheckSink, run: () => Promise<T>): Promise<T> {
  await rm(events, { force: true });
  const tail = new EventTail(events);
  const read = async () => {
    for (const event of await tail.read()) sink.onEvent(event);
  };
  // A failed read is told by the last one, which reads from the same place.
  const timer = setInterval(() => void read().catch(() => {}), READ_EVERY_MS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
    await read();
    await rm(events, { force: true });
  }
}

async function exitOf(command: CheckCommand, sink: CheckSink, signal: AbortSignal): Promise<CheckExit> {
  const { program, cli, args, env, cwd } = command;
  const child = spawn(program, [cli, ...args], {
    cwd,
    env: { ...process.env, ...env, ...FOLLOWED_ENV, FORCE_COLOR: '1' },
    windowsHide: true,
    // The check ends itself when its channel closes: when it is cancelled, and when this process dies.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    if (child.connected) child.disconnect();
    killing ??= setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  };
  let said = '';
  const streams = [child.stdout!, child.stderr!];
  for (const stream of streams) stream.setEncoding('utf8').on('data', (text: string) => sink.onOutput(text));
  child.stderr!.on('data', (text: string) => (said = (said + text).slice(-4000)));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    const exitCode = await new Promise<number | undefined>((resolve, reject) => {
      child.on('error', reject);
      // Not 'close': Node tells none of a child whose channel we closed. What it wrote last is read below.
      child.on('exit', (code) => resolve(code ?? undefined));
    });
    await Promise.all(streams.map(async (stream) => await ended(stream)));
    return { exitCode, said };
  } finally {
    clearTimeout(killing);
    signal.removeEventListener('abort', end);
    for (const stream of streams) stream.destroy();
  }
}

/** All is read, or what holds the pipe open is not the check any more. */
async function ended(stream: NodeJS.ReadableStream & { readonly readableEnded?: boolean }): Promise<void> {
  if (stream.readableEnded) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 1000);
    stream.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
