import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { LeakEvent } from '../../leaks/index.ts';
import { type ChannelExit, FOLLOWED_ENV, LeakwrightError, runOverChannel } from '../../support/index.ts';
import { t } from '../translate.ts';
import type { CheckCommand } from './checkCommand.ts';
import { EventTail } from './eventTail.ts';

/** How often a running check's events are read, in ms: often enough to look live. */
const READ_EVERY_MS = 200;

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
export async function runCheckProcess(
  command: CheckCommand,
  sink: CheckSink,
  signal: AbortSignal,
): Promise<ChannelExit> {
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

async function exitOf(command: CheckCommand, sink: CheckSink, signal: AbortSignal): Promise<ChannelExit> {
  const { program, cli, args, env, cwd } = command;
  return await runOverChannel({
    program,
    args: [cli, ...args],
    cwd,
    env: { ...env, ...FOLLOWED_ENV, FORCE_COLOR: '1' },
    signal,
    listen: (...streams) => {
      for (const stream of streams) stream.on('data', (text: string) => sink.onOutput(text));
    },
  });
}
