import { resolve } from 'node:path';
import {
  type CheckSettings,
  type LoadedProject,
  durationOptions,
  findConfig,
  isLeakwrightConfig,
  loadConfig,
  parseDuration,
  parseIgnoreRules,
  selectProjects,
  sessionSource,
} from '../checks/index.ts';
import type { IgnoreRule, Thresholds } from '../scenarios/index.ts';
import type { CheckOptions } from './checkOptions.ts';
import { type FoundScenario, findScenarios } from './scenarios.ts';
import { defined } from '../support/index.ts';

/** One scenario with the settings it is checked under. */
export interface CheckJob {
  readonly found: FoundScenario;
  readonly settings: CheckSettings;
}

export interface CheckPlan {
  /** What holds for the run: reporters, history, workers. */
  readonly options: CheckOptions;
  readonly jobs: readonly CheckJob[];
}

/**
 * What a command line asks for, under the `leakwright.config` here or above. An option that the command line says wins over
 * the configuration's, and files or a page that it names are checked instead of the configuration's scenarios.
 *
 * @throws LeakwrightError `usage` and what a configuration or a scenario is refused for
 */
export async function planChecks(said: CheckOptions): Promise<CheckPlan> {
  const rules = parseIgnoreRules(said.ignore ?? []);
  const named = typeof said.config === 'string' && isLeakwrightConfig(said.config) ? resolve(said.config) : undefined;
  const file = named ?? (said.config === false ? undefined : findConfig(process.cwd()));
  if (file === undefined) return { options: said, jobs: await jobsOf(said, undefined, rules) };
  const config = await loadConfig(file);
  const { config: _, ...rest } = said;
  const own = named === undefined ? said : { ...rest };
  const options = { ...config.shared.settings, ...own };
  const jobs: CheckJob[] = [];
  for (const project of selectProjects(config, said.project)) {
    // A name of one of our projects is none of the Playwright configuration's.
    const { project: name, ...others } = own;
    const settings = { ...project.settings, ...(project.name === undefined && name !== undefined ? own : others) };
    const isNamedHere = said.files.length > 0 || said.url !== undefined || (said.click ?? []).length > 0;
    jobs.push(...(await jobsOf(settings, isNamedHere ? { ...project, scenarios: [] } : project, rules, config.folder)));
  }
  return { options, jobs };
}

async function jobsOf(
  settings: CheckOptions,
  project: LoadedProject | undefined,
  rules: readonly IgnoreRule[],
  folder = process.cwd(),
): Promise<CheckJob[]> {
  // Wrong values are reported before anything runs.
  sessionSource(settings);
  durationOptions(settings);
  if (settings.clock !== undefined) parseDuration(settings.clock);
  const { scenarios = [], thresholds = {}, ignore = [], name } = project ?? {};
  const found = await findScenarios(settings, scenarios, folder);
  const parts = { name, thresholds, ignore: [...ignore, ...rules] };
  return found.map((one) => ({ found: withProject(one, parts), settings }));
}

/** What is nearer to the scenario comes first: its own thresholds, its own rules. */
function withProject(
  found: FoundScenario,
  {
    name,
    thresholds,
    ignore,
  }: {
    readonly name: string | undefined;
    readonly thresholds: Partial<Thresholds>;
    readonly ignore: readonly IgnoreRule[];
  },
): FoundScenario {
  if ('refused' in found) return found;
  const { scenario } = found;
  return {
    ...found,
    scenario: {
      ...scenario,
      ...defined({ project: name }),
      thresholds: { ...thresholds, ...scenario.thresholds },
      ignore: [...(scenario.ignore ?? []), ...ignore],
    },
  };
}
