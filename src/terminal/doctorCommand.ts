import { describeDiagnosed, describeOutcome, diagnose } from '../doctor/index.ts';
import { defined, type Log, LeakwrightError, jsonText, silentLog } from '../support/index.ts';
import { sessionSource } from '../checks/index.ts';
import type { TerminalIo } from './io.ts';

export interface DoctorOptions {
  readonly browser?: string;
  readonly executablePath?: string;
  /** False with `--no-launch`. */
  readonly launch?: boolean;
  /** False with `--no-workspace`. */
  readonly workspace?: boolean;
  readonly json?: boolean;
}

const PROBLEM = 3;

/**
 * `leakwright doctor`: whether a check could run here, and what to do where it could not.
 *
 * @returns the exit code: 0 a check can run (notes included), 3 it could not
 * @throws LeakwrightError `usage`, or the signal's reason
 */
export async function runDoctor(options: DoctorOptions, io: TerminalIo, signal: AbortSignal): Promise<number> {
  const source = sessionSource({
    ...defined({ browser: options.browser, executablePath: options.executablePath }),
  });
  if (source.kind !== 'launch') throw new LeakwrightError('usage', 'The doctor looks at browsers it can launch.');
  const log: Log = process.env['LEAKWRIGHT_DEBUG']
    ? { ...silentLog, warn: (message) => io.err(`${message}\n`) }
    : silentLog;
  const diagnosis = await diagnose({
    source,
    launch: options.launch ?? true,
    signal,
    log,
    ...(options.workspace === false ? {} : { workspaceFolder: process.cwd() }),
    ...(options.json ? {} : { onDiagnosed: (one) => io.out(describeDiagnosed(one, { colour: io.colour })) }),
  });
  io.out(options.json ? `${jsonText(diagnosis, 2)}\n` : `\n${describeOutcome(diagnosis)}\n`);
  return diagnosis.checks.some(({ state }) => state === 'problem') ? PROBLEM : 0;
}
