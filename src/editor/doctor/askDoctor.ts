import type { Diagnosis } from '../../doctor/index.ts';
import { LeakwrightError, plainText, runOverChannel } from '../../support/index.ts';

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
  let stdout = '';
  // Cancelling closes its channel: it ends the browser it may just have started.
  const { said } = await runOverChannel({
    args: [cli, 'doctor', '--json', ...args],
    cwd,
    signal,
    listen: (out) => out.on('data', (text: string) => (stdout = (stdout + text).slice(0, MAX_OUTPUT))),
  });
  signal.throwIfAborted();
  const diagnosis = parseDiagnosis(stdout);
  if (diagnosis) return diagnosis;
  throw new LeakwrightError('usage', `The doctor gave no answer: ${plainText(said || 'it said nothing', 400)}.`, {
    hint: `Run it in a terminal to see more: node "${cli}" doctor`,
  });
}

function parseDiagnosis(text: string): Diagnosis | undefined {
  try {
    const value = JSON.parse(text) as Partial<Diagnosis> | null;
    return value?.schema === 1 && Array.isArray(value.checks) ? (value as Diagnosis) : undefined;
  } catch {
    return undefined;
  }
}
