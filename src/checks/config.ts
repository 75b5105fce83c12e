import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import {
  type IgnoreRule,
  type Thresholds,
  isRecord,
  loadUserModule,
  loadingFailure,
  problemOf,
  strict,
} from '../scenarios/index.ts';
import { defined, endSentence, LeakwrightError, nearest } from '../support/index.ts';
import { type CheckOptionName, type CheckSettings, type WrittenSettings, allCheckOptions } from './options.ts';
import { settingsShape } from './settingsSchema.ts';

/** Only for the command line: a program of the machine, a part of one run, and the rules, which are objects here. */
const NOT_IN_CONFIG: ReadonlySet<CheckOptionName> = new Set(['executablePath', 'nodePid', 'shard']);

type Settings = Omit<WrittenSettings, 'executablePath' | 'nodePid' | 'shard' | 'ignore'>;

/** What a project of `leakwright.config` says, and the configuration for all of them. */
interface ProjectConfig extends Settings {
  /** Scenario files or globs, relative to the configuration; in code also scenarios themselves. Default: all `*.leak.*`. */
  readonly scenarios?: string | object | readonly (string | object)[];
  readonly thresholds?: Partial<Thresholds>;
  readonly ignore?: readonly IgnoreRule[];
}

/** `leakwright.config.{ts,js,json}`: what holds for every check here. Each option of the command line wins over it. */
export interface LeakwrightConfig extends ProjectConfig {
  readonly $schema?: string;
  /** The same scenarios or others under other options; what a project does not say is as above. */
  readonly projects?: readonly (ProjectConfig & { readonly name: string })[];
}

/** The checks that one project asks for, with all paths absolute. */
export interface LoadedProject {
  readonly name: string | undefined;
  readonly settings: CheckSettings;
  readonly scenarios: readonly (string | object)[];
  readonly thresholds: Partial<Thresholds>;
  readonly ignore: readonly IgnoreRule[];
}

export interface LoadedConfig {
  /** Absolute. */
  readonly file: string;
  readonly folder: string;
  /** What holds for the run: reporters, baseline, history. */
  readonly shared: LoadedProject;
  /** One at least. */
  readonly projects: readonly LoadedProject[];
}

const NAMES = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json'].map((extension) => `leakwright.config.${extension}`);

/** Options whose value is a path: in a configuration it is relative to the file. */
const PATHS = ['storageState', 'output', 'baseline', 'evidence', 'config', 'history'] as const;

const CONFIG_NAMES = allCheckOptions()
  .map(([name]) => name)
  .filter((name) => !NOT_IN_CONFIG.has(name));
const scenario = z.union(
  [z.string().check(z.minLength(1)), z.custom<object>((value) => isRecord(value), 'must be a scenario')],
  { error: 'must be a file, a glob or a scenario' },
);
const projectShape = {
  ...settingsShape(CONFIG_NAMES),
  scenarios: z.optional(z.union([z.array(scenario), scenario], { error: 'must be files, globs or scenarios' })),
};
export const configSchema = strict(
  {
    $schema: z.optional(z.string()),
    ...projectShape,
    projects: z.optional(
      z.array(
        strict(
          { name: z.string({ error: 'must be a text' }).check(z.minLength(1, 'must not be empty')), ...projectShape },
          'a project',
        ),
        { error: 'must be a list of projects' },
      ),
    ),
  },
  'a configuration',
);

/** True for a file that is ours and not Playwright's, which is never JSON. */
export function isLeakwrightConfig(file: string): boolean {
  return basename(file).startsWith('leakwright.') || file.endsWith('.json');
}

/** The configuration in `folder` or the nearest above it, up to the repository's root; undefined where there is none. */
export function findConfig(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const found = NAMES.map((name) => join(current, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    if (dirname(current) === current || existsSync(join(current, '.git'))) return undefined;
  }
}

/**
 * @param file absolute
 * @throws LeakwrightError `usage`, naming the file, what is wrong with it and the nearest right key
 */
export async function loadConfig(file: string): Promise<LoadedConfig> {
  const value = await read(file);
  const problem = problemOf(configSchema, value);
  if (problem !== undefined) throw invalid(file, problem);
  const config = value as LeakwrightConfig;
  const folder = dirname(file);
  const { projects = [], $schema: _, ...top } = config;
  const shared = projectOf(undefined, top, folder);
  const names = projects.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw invalid(file, `it has two projects named '${twice}'`);
  return {
    file,
    folder,
    shared,
    projects:
      projects.length === 0
        ? [shared]
        : projects.map(({ name, ...own }) => {
            const ignore = [...(top.ignore ?? []), ...(own.ignore ?? [])];
            const thresholds = { ...top.thresholds, ...own.thresholds };
            return projectOf(name, { ...top, ...own, ignore, thresholds }, folder);
          }),
  };
}

/** @throws LeakwrightError `usage` for a project that there is not */
export function selectProjects({ file, projects }: LoadedConfig, name: string | undefined): readonly LoadedProject[] {
  if (name === undefined) return projects;
  const found = projects.filter((project) => project.name === name);
  if (found.length > 0) return found;
  const names = projects.flatMap((project) => project.name ?? []);
  // Without projects of its own the name is one of the Playwright configuration's.
  if (names.length === 0) return projects;
  const meant = nearest(name, names);
  throw new LeakwrightError('usage', `'${file}' has no project '${name}'.`, {
    hint: meant === undefined ? `It has: ${names.join(', ')}.` : `Did you mean '${meant}'?`,
  });
}

async function read(file: string): Promise<unknown> {
  if (!existsSync(file)) throw invalid(file, 'it does not exist');
  try {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
    const loaded = await loadUserModule(file);
    const inner: unknown = isRecord(loaded) ? (loaded['default'] ?? loaded) : loaded;
    return typeof inner === 'function' ? await (inner as () => unknown)() : inner;
  } catch (error) {
    throw invalid(file, loadingFailure(error, '').why, error);
  }
}

function projectOf(name: string | undefined, config: ProjectConfig, folder: string): LoadedProject {
  const { scenarios, thresholds = {}, ignore = [], click, reporter, ...rest } = config;
  const settings: Record<string, unknown> = {
    ...rest,
    ...defined({
      click: click === undefined ? undefined : [click].flat(),
      reporter: reporter === undefined ? undefined : [reporter].flat().map((one) => reporterIn(folder, one)),
    }),
  };
  for (const path of PATHS) {
    const value = settings[path];
    if (typeof value === 'string' && !/^redis|^default$/.test(value)) settings[path] = resolve(folder, value);
  }
  if (settings['otlp'] === false) delete settings['otlp'];
  return {
    name,
    settings,
    scenarios: scenarios === undefined ? [] : [scenarios].flat(),
    thresholds,
    ignore,
  };
}

function reporterIn(folder: string, reporter: string): string {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(reporter) ?? [];
  return name === undefined || file === undefined ? reporter : `${name}=${resolve(folder, file)}`;
}

function invalid(file: string, why: string, cause?: unknown): LeakwrightError {
  return new LeakwrightError('usage', `The configuration '${file}' cannot be used: ${endSentence(why)}`, {
    hint: 'Correct it; --no-config leaves it out.',
    cause,
  });
}
