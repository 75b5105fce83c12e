import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createJiti } from 'jiti';
import { type UseOptions, contextOptionsOf, readStorageState } from './contextOptions.ts';
import { fromFuite } from './fuiteScenario.ts';
import { loadingFailure } from './loadingFailure.ts';
import { fromMemlab } from './memlabScenario.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIO_KEYS, isEmptyFunction, problemOf, scenarioSchema, unknownKey } from './schema.ts';
import { type Exports, FORMS, type ScenarioPlace, invalid, resolveUrl, step } from './scenarioParts.ts';

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
  const isFuite = Object.hasOwn(loaded as Exports, 'iteration') && OUR_OWN.every((name) => !(name in exported));
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
  const { known, warnings } = knownParts(file, exported);
  const problem = problemOf(scenarioSchema, known);
  if (problem !== undefined) throw invalid(file, problem, 'Correct it, or leave it out for the default.');
  const { use, storageState, url, ...parts } = known as Partial<Scenario>;
  const { options, unknown } = contextOptionsOf(use ?? {});
  const state = storageState ?? options['storageState'];
  const context: UseOptions = {
    ...options,
    ...(state === undefined ? {} : { storageState: readStorageState(state, [dirname(file), process.cwd()]) }),
  };
  const ownBase = context['baseURL'];
  const address = resolveUrl(file, url, typeof ownBase === 'string' ? { ...place, baseUrl: ownBase } : place);
  refuseEmpty(file, 'iteration', iteration);
  return {
    ...parts,
    iteration: known['iteration'] as Scenario['iteration'],
    file,
    url: address,
    ...(Object.keys(context).length > 0 ? { use: context } : {}),
    warnings: [
      ...warnings,
      ...(unknown.length > 0 ? [`Not used of this scenario: ${unknown.map((name) => `use.${name}`).join(', ')}.`] : []),
    ],
  };
}

/**
 * The fields of a scenario. An object that was written as a scenario must have no other. A module and an instance of a
 * class may have more of their own; only what looks like a misspelt field is refused there.
 */
function knownParts(file: string, exported: Exports): { readonly known: Exports; readonly warnings: string[] } {
  const prototype: unknown = Object.getPrototypeOf(exported);
  const isWritten = prototype === Object.prototype && exported['__esModule'] !== true;
  if (isWritten) return { known: exported, warnings: [] };
  const others = Object.keys(exported).filter((name) => !SCENARIO_KEYS.includes(name) && name !== 'default');
  for (const name of others) {
    const why = unknownKey(name, SCENARIO_KEYS);
    if (why.includes('did you mean')) throw invalid(file, `it ${why}`, 'Rename it.');
  }
  const known = Object.fromEntries(
    SCENARIO_KEYS.filter((name) => exported[name] !== undefined).map((name) => {
      const value = exported[name];
      // The steps of an instance use its fields.
      return [name, typeof value === 'function' ? (value.bind(exported) as unknown) : value];
    }),
  );
  const isModule = prototype === null || exported['__esModule'] === true;
  const named = others.filter((name) => name !== '__esModule');
  return {
    known,
    warnings: isModule && named.length > 0 ? [`Not used of this scenario: ${named.join(', ')}.`] : [],
  };
}

/** A scenario that does nothing would always be clean. */
function refuseEmpty(file: string, name: string, run: Parameters<typeof isEmptyFunction>[0]): void {
  if (!isEmptyFunction(run)) return;
  throw invalid(file, `its '${name}' does nothing`, 'Write what a user does and undoes: await page.click(…).');
}
