import { eachText, maskText } from '../../support/index.ts';
import type { CheckResult, LeakEvent } from '../model.ts';
import { createResult, describeCheckError, nameOf, nothingLeft, relativeFile } from './result.ts';
import { noMemory } from '../measure/treeMemory.ts';

/**
 * The check of a scenario file that cannot be loaded: an `error` like any other, in every report, so that one broken
 * file neither hides what the others find nor is missing from what a CI server shows.
 *
 * @param file the scenario file, absolute
 */
export async function* refusedCheck(
  file: string,
  reason: unknown,
  workspaceFolder: string,
): AsyncGenerator<LeakEvent, CheckResult> {
  const scenario = { file, url: '', iteration: () => {} };
  const name = nameOf(scenario, workspaceFolder);
  yield { type: 'checkStarted', name, ...relativeFile(scenario, workspaceFolder), url: '', warmup: 0, iterations: 0 };
  const facts = {
    scenario,
    workspaceFolder,
    browser: { name: 'none', version: '' },
    startedAt: Date.now(),
    durationMs: 0,
    mode: 'iterations' as const,
    warmup: 0,
    iterations: 0,
    settledLate: 0,
    skippedMs: 0,
    samples: [],
    findings: [],
    decision: undefined,
    warnings: [],
    memory: noMemory,
  };
  const error = describeCheckError(reason, new AbortController().signal, scenario, workspaceFolder);
  const result = eachText(createResult(facts, 'error', error, nothingLeft), maskText);
  yield { type: 'checkEnded', result };
  return await Promise.resolve(result);
}
