import { spawn } from 'node:child_process';
import type { Diagnosis } from '../../doctor/index.ts';
import { LeakwrightError, plainText } from '../../support/index.ts';

/** More than a doctor ever says. */
const MAX_OUTPUT = 1024 * 1024;

export interface AskDoctorOptions {
  /** The bundled command line program. */
  readonly cli: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/**
 * Runs `leakwright doctor --json` as a process of its own, the very program that checks run in: Playwright is not loaded
 * into the extension host, and what goes wrong there goes wrong here.
 *
 * @throws LeakwrightError `usage` when the program gives no answer, or the signal's reason
 */
export async function askDoctor({ cli, args, cwd, signal }: AskDoctorOptions): Promise<Diagnosis> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [cli, 'doctor', '--json', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The desktop editor's own program is Electron, which is Node only when told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  // Not SIGKILL: it ends the browser it may just have started.
  const cancel = () => child.kill('SIGTERM');
  signal.addEventListener('abort', cancel, { once: true });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(0, MAX_OUTPUT)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)));
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
    });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  signal.throwIfAborted();
  const diagnosis = parseDiagnosis(stdout);
  if (diagnosis) return diagnosis;
  throw new LeakwrightError('usage', `The doctor gave no answer: ${plainText(stderr || 'it said nothing', 400)}.`, {
    hint: `Run it in a terminal to see more: node "${cli}" doctor`,
  });
}

export function parseDiagnosis(text: string): Diagnosis | undefined {
  try {
    const value = JSON.parse(text) as Partial<Diagnosis> | null;
    return value?.schema === 1 && Array.isArray(value.checks) ? (value as Diagnosis) : undefined;
  } catch {
    return undefined;
  }
}
