import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createJiti } from 'jiti';
import { contextOptionsOf, isRecord, readStorageState } from './contextOptions.ts';
import { fromFuite } from './fuiteScenario.ts';
import { loadingFailure } from './loadingFailure.ts';
import { fromMemlab } from './memlabScenario.ts';
import type { Scenario } from './scenario.ts';
import { type Exports, FORMS, type ScenarioPlace, invalid, resolveUrl, step } from './scenarioParts.ts';

/** Fields that only our scenarios have. */
const OUR_OWN = ['name', 'use', 'storageState', 'prepare', 'iterations', 'warmup', 'thresholds', 'ignore'];

/**
 * Loads a scenario file (`*.leak.{js,mjs,cjs,ts,mts}`): ours, or one written for fuite or memlab.
 *
 * @param file an absolute path
 * @throws LeakwrightError `leaks.scenarioInvalid`, naming the file and what is wrong with it
 */
export async function loadScenarioFile(file: string, place: ScenarioPlace = {}): Promise<Scenario> {
  if (!existsSync(file)) throw invalid(file, 'it does not exist', 'Check the path; globs must be quoted.');
  let loaded: unknown;
  try {
    // No cache on disk: nothing of ours stays behind in the user's project.
    loaded = await createJiti(file, { fsCache: false, moduleCache: false, interopDefault: false }).import(file);
  } catch (error) {
    const { why, hint } = loadingFailure(error, 'Correct the error and run it again.');
    throw invalid(file, why, hint, error);
  }
  const exported = exportsOf(loaded);
  if (exported === undefined) throw invalid(file, 'it exports no scenario', FORMS);
  if (typeof exported['action'] === 'function') return fromMemlab(file, exported, place);
  // fuite's scenarios are modules with functions, and name no page.
  const isFuite =
    Object.hasOwn(loaded as Exports, 'iteration') && ['url', ...OUR_OWN].every((name) => !(name in exported));
  return isFuite ? fromFuite(file, exported, place) : fromOurs(file, exported, place);
}

function exportsOf(loaded: unknown): Exports | undefined {
  if (typeof loaded !== 'object' || loaded === null) return undefined;
  const inner: unknown = (loaded as Exports)['default'];
  return typeof inner === 'object' && inner !== null ? (inner as Exports) : (loaded as Exports);
}

function fromOurs(file: string, exported: Exports, place: ScenarioPlace): Scenario {
  const iteration = step(file, exported, 'iteration');
  if (!iteration) throw invalid(file, "it has no function 'iteration'", FORMS);
  const picked = pick(file, exported);
  const ownBase = picked.use?.['baseURL'];
  return {
    ...picked,
    name: typeof exported['name'] === 'string' ? exported['name'] : undefined,
    file,
    url: resolveUrl(file, exported['url'], typeof ownBase === 'string' ? { ...place, baseUrl: ownBase } : place),
    setup: step(file, exported, 'setup'),
    prepare: step(file, exported, 'prepare'),
    iteration,
    teardown: step(file, exported, 'teardown'),
  };
}

/** What has the same shape as in {@link Scenario}, each checked. */
function pick(
  file: string,
  exported: Exports,
): Pick<Scenario, 'iterations' | 'warmup' | 'thresholds' | 'ignore' | 'use' | 'warnings'> {
  const number = (name: string): number | undefined => {
    const value = exported[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw invalid(file, `'${name}' is not a whole number`, 'Leave it out for the default.');
  };
  const { ignore, thresholds, use, storageState } = exported;
  if (use !== undefined && !isRecord(use)) {
    throw invalid(file, "'use' is not an object of options", 'Write use: { viewport: { width: 800, height: 600 } }.');
  }
  const { options, unknown } = contextOptionsOf(use ?? {});
  const state = storageState ?? options['storageState'];
  const context = {
    ...options,
    ...(state === undefined ? {} : { storageState: readStorageState(state, [dirname(file), process.cwd()]) }),
  };
  if (ignore !== undefined && !(Array.isArray(ignore) && ignore.every((rule) => typeof rule?.reason === 'string'))) {
    throw invalid(file, "'ignore' is not a list of rules with a reason", "Write [{ reason: '…', holder: '…' }].");
  }
  const limits = isRecord(thresholds) ? Object.values(thresholds) : [];
  if (thresholds !== undefined && (!isRecord(thresholds) || limits.some((bytes) => typeof bytes !== 'number'))) {
    throw invalid(file, "'thresholds' are not numbers of bytes", 'Write thresholds: { criticalBytes: 1048576 }.');
  }
  return {
    iterations: number('iterations'),
    warmup: number('warmup'),
    thresholds,
    ignore: ignore as Scenario['ignore'],
    ...(Object.keys(context).length > 0 ? { use: context } : {}),
    ...(unknown.length > 0
      ? { warnings: [`Not used of this scenario: ${unknown.map((name) => `use.${name}`).join(', ')}.`] }
      : {}),
  };
}
