import { existsSync } from 'node:fs';
import { fromFuite } from './fuiteScenario.ts';
import { loadUserModule, loadingFailure } from './loadingFailure.ts';
import { fromMemlab } from './memlabScenario.ts';
import type { Scenario } from './scenario.ts';
import { readScenario } from './readScenario.ts';
import { type Exports, FORMS, type ScenarioPlace, invalid } from './scenarioParts.ts';

/** Fields that only our scenarios have. */
const OUR_OWN = ['name', 'url', 'use', 'storageState', 'prepare', 'iterations', 'warmup', 'thresholds', 'ignore'];

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
    loaded = await loadUserModule(file);
  } catch (error) {
    const { why, hint } = loadingFailure(error, 'Correct the error and run it again.');
    throw invalid(file, why, hint, error);
  }
  const exported = exportsOf(loaded);
  if (exported === undefined) throw invalid(file, 'it exports no scenario', FORMS);
  if (typeof exported['action'] === 'function') return fromMemlab(file, exported, place);
  // fuite's scenarios are modules with functions, and name no page.
  const isFuite = Object.hasOwn(loaded as Exports, 'iteration') && OUR_OWN.every((name) => !(name in exported));
  return isFuite ? fromFuite(file, exported, place) : readScenario(exported, place, file);
}

function exportsOf(loaded: unknown): Exports | undefined {
  if (typeof loaded !== 'object' || loaded === null) return undefined;
  const inner: unknown = (loaded as Exports)['default'];
  return typeof inner === 'object' && inner !== null ? (inner as Exports) : (loaded as Exports);
}
