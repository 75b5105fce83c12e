import { arch, platform, release } from 'node:os';
import { defined, LeakwrightError, describeError, toolVersion } from '../support/index.ts';
import { browserCheck, playwrightCheck, launchCheck } from './checks/browser.ts';
import { stateFolderCheck, temporaryFolderCheck } from './checks/folders.ts';
import { journalCheck, orphansCheck } from './checks/sessions.ts';
import { displayCheck, nodeCheck, processesCheck, sandboxCheck } from './checks/machine.ts';
import type { Diagnosed, Diagnosis, DiagnoseOptions, DoctorCheck } from './model.ts';

/** In order of dependence: a check comes after those whose result it needs. */
const CHECKS: readonly DoctorCheck[] = [
  nodeCheck,
  playwrightCheck,
  browserCheck,
  launchCheck,
  sandboxCheck,
  displayCheck,
  processesCheck,
  stateFolderCheck,
  temporaryFolderCheck,
  journalCheck,
  orphansCheck,
];

/**
 * Tests everything that launching, checking and cleaning up need. A check that fails is itself a finding, so this only
 * rejects when the signal aborts. Loads Playwright and may start a browser: not for the extension host.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const checks: Diagnosed[] = [];
  for (const check of CHECKS) {
    options.signal?.throwIfAborted();
    const diagnosed = await runCheck(check, options);
    if (!diagnosed) continue;
    checks.push(diagnosed);
    options.onDiagnosed?.(diagnosed);
  }
  return {
    schema: 1,
    tool: { name: 'leakwright', version: toolVersion() },
    at: new Date().toISOString(),
    system: { platform: platform(), release: release(), arch: arch() },
    checks,
  };
}

async function runCheck(check: DoctorCheck, options: DiagnoseOptions): Promise<Diagnosed | undefined> {
  const { id, title } = check;
  const startedAt = performance.now();
  try {
    const found = await check.look(options);
    return found && { id, title, ...found, durationMs: Math.round(performance.now() - startedAt) };
  } catch (error) {
    options.signal?.throwIfAborted();
    const hint = error instanceof LeakwrightError ? error.hint : undefined;
    return {
      id,
      title,
      state: 'problem',
      fact: hint === undefined ? describeError(error) : (error as Error).message,
      ...defined({ advice: hint }),
      durationMs: Math.round(performance.now() - startedAt),
    };
  }
}
