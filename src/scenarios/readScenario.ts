import { dirname } from 'node:path';
import { type UseOptions, contextOptionsOf, readStorageState } from './contextOptions.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIO_KEYS, isEmptyFunction, problemOf, scenarioSchema, unknownKey } from './schema.ts';
import { type Exports, FORMS, type ScenarioPlace, invalid, resolveUrl, step } from './scenarioParts.ts';
import { defined } from '../support/index.ts';

/**
 * A scenario as people write it, checked and made complete.
 *
 * @param file the file it is in, absolute; undefined for one that a program made
 * @throws LeakwrightError `leaks.scenarioInvalid`, naming what is wrong with it
 */
export function readScenario(exported: Exports, place: ScenarioPlace = {}, path?: string): Scenario {
  const given = exported['name'];
  const file = path ?? (typeof given === 'string' ? given : 'given');
  const folders = [...(path === undefined ? [] : [dirname(path)]), process.cwd()];
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
    ...defined({ storageState: state === undefined ? undefined : readStorageState(state, folders) }),
  };
  const ownBase = context['baseURL'];
  const address = resolveUrl(file, url, typeof ownBase === 'string' ? { ...place, baseUrl: ownBase } : place);
  if (!place.isUnfinished) refuseEmpty(file, 'iteration', iteration);
  return {
    ...parts,
    iteration: known['iteration'] as Scenario['iteration'],
    ...defined({ file: path }),
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
