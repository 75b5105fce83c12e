import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckResult, LeakEvent } from '../leaks/index.ts';
import {
  type ChannelExit,
  FOLLOWED_ENV,
  LeakwrightError,
  makeTempFolder,
  programFile,
  runOverChannel,
} from '../support/index.ts';
import { EVENTS_ENV, followEvents } from './events.ts';

/** A check to run as a process of its own: for a task, the Test Explorer, the debugger and agents alike. */
export interface CheckCommand {
  /** The Node to run it with: in the desktop editor that is Electron, run as Node. */
  readonly program: string;
  /** The bundled command line program. */
  readonly cli: string;
  /** What follows it. */
  readonly args: readonly string[];
  /** Beside our own; tells the check where to write its events. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** The file its events are written to. */
  readonly events: string;
}

export interface CheckSink {
  onEvent(event: LeakEvent): void;
  /** Text that the check, the scenario or what both use wrote. */
  onOutput?(text: string): void;
}

/** The command for `leakwright check` with these arguments, whose events go to `events`. */
export function checkCommandOf(
  args: readonly string[],
  places: { readonly events: string; readonly cwd: string | undefined; readonly cli?: string },
): CheckCommand {
  return {
    program: process.execPath,
    cli: places.cli ?? programFile('cli'),
    args: ['check', ...args],
    env: { ELECTRON_RUN_AS_NODE: '1', [EVENTS_ENV]: places.events },
    cwd: places.cwd,
    events: places.events,
  };
}

/** Follows a command's events while `run` runs it, by whatever means. */
export async function following<T>(events: string, sink: CheckSink, run: () => Promise<T>): Promise<T> {
  await rm(events, { force: true });
  const follower = followEvents(events, (event) => sink.onEvent(event));
  try {
    return await run();
  } finally {
    await follower.end();
  }
}

/**
 * Runs a check and hands on what it says, until it has exited. When the signal aborts it ends the check and its browser,
 * and resolves in that case too, once both are gone.
 *
 * @throws the system's reason why it could not be started
 */
export async function runCheckProcess(
  command: CheckCommand,
  sink: CheckSink,
  signal: AbortSignal,
): Promise<ChannelExit> {
  const { program, cli, args, env, cwd } = command;
  return await following(command.events, sink, async () =>
    runOverChannel({
      program,
      args: [cli, ...args],
      cwd,
      env: { ...env, ...FOLLOWED_ENV, ...(sink.onOutput ? { FORCE_COLOR: '1' } : {}) },
      signal,
      listen: (...streams) => {
        for (const stream of streams) stream.on('data', (text: string) => sink.onOutput?.(text));
      },
    }),
  );
}

/**
 * Runs `leakwright check` to its end, for its results.
 *
 * @throws LeakwrightError `aborted`, or `leaks.scenarioFailed` with what the check said when it could not run
 */
export async function checkInProcess(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly signal: AbortSignal;
    readonly onEvent?: (event: LeakEvent) => void;
  },
): Promise<readonly CheckResult[]> {
  options.signal.throwIfAborted();
  const results: CheckResult[] = [];
  const onEvent = (event: LeakEvent): void => {
    if (event.type === 'checkEnded') results.push(event.result);
    options.onEvent?.(event);
  };
  const folder = makeTempFolder('events');
  try {
    const command = checkCommandOf(args, { events: join(folder, 'events.ndjson'), cwd: options.cwd });
    const { said } = await runCheckProcess(command, { onEvent }, options.signal);
    if (options.signal.aborted) throw new LeakwrightError('aborted', 'The check was stopped.');
    if (results.length === 0) {
      throw new LeakwrightError('leaks.scenarioFailed', said.trim() || 'The check ended without a result.');
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
