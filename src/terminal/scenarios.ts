import { dirname, relative, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { defined, LeakwrightError } from '../support/index.ts';
import { reloadScenario } from '../leaks/index.ts';
import {
  type PlaywrightSetup,
  type Scenario,
  type UseOptions,
  absoluteUrl,
  clickScenario,
  findPlaywrightConfig,
  linksScenario,
  loadPlaywrightConfig,
  loadScenarioFile,
  readScenario,
  readStorageState,
} from '../scenarios/index.ts';
import { durationOptions, isNodeCheck, localPage, nodeScenarios, parsePageUrl } from '../checks/index.ts';
import type { CheckOptions } from './checkOptions.ts';

/** A scenario and the Playwright configuration it runs under, or the file that holds none and why. */
export type FoundScenario =
  | { readonly scenario: Scenario; readonly setup: PlaywrightSetup | undefined }
  | { readonly file: string; readonly refused: unknown };

const SCENARIO_GLOB = '**/*.leak.{js,mjs,cjs,ts,mts}';

/**
 * The scenarios that a command line asks for: those in its files, or one made of `--url` and `--click`; each with what its
 * Playwright configuration and `--storage-state` say of its surroundings.
 *
 * @param configured the scenarios of a configuration, where the command line names none
 * @param folder relative files start from there
 * @throws LeakwrightError `usage` when there is nothing to check, or what `--config` and `--storage-state` throw
 */
export async function findScenarios(
  options: CheckOptions,
  configured: readonly (string | object)[] = [],
  folder = process.cwd(),
): Promise<FoundScenario[]> {
  if (isNodeCheck(options)) return [...(await nodeScenarios(options, options.files))];
  const { click = [] } = options;
  // A page that the configuration names is the place of its scenarios.
  const files = options.files.length > 0 ? options.files : configured.filter((one) => typeof one === 'string');
  const given = configured.filter((one) => typeof one === 'object');
  if (click.length > 0 && files.length > 0) {
    throw new LeakwrightError('usage', 'Give either scenario files or --click steps, not both.', {
      hint: 'A scenario file says its own steps: export default { url, iteration }.',
    });
  }
  const configs = new Configurations(options);
  const setup = await configs.named();
  const url = pageUrl(options.url, setup);
  const hasPage = url !== undefined || (click.length > 0 && setup?.baseUrl !== undefined);
  if (given.length > 0 || !hasPage || files.length > 0) {
    if (click.length > 0) throw new LeakwrightError('usage', 'With --click, --url must say which page to click on.');
    const paths = given.length > 0 && files.length === 0 ? [] : await findScenarioFiles(files, folder);
    const own = ownUse(options);
    const loaded = await Promise.all(
      paths.map(
        async (path) =>
          await load(
            path,
            url,
            async () => configs.checkProject(setup ?? (await configs.beside(path))),
            own,
            options.isUnfinished,
          ),
      ),
    );
    const place = {
      ...defined({ url, baseUrl: setup?.baseUrl }),
    };
    const made = given.map((one) =>
      surrounded(readScenario(one as Readonly<Record<string, unknown>>, place), setup, own),
    );
    return [...loaded, ...made];
  }
  configs.checkProject(setup);
  const page = url ?? setup!.baseUrl!;
  const own = ownUse(options);
  if (click.length > 0) return [surrounded(clickScenario(page, click), setup, own)];
  // A long run without steps reloads the page; a count needs steps that end where they began.
  return [surrounded(durationOptions(options) ? reloadScenario(page) : linksScenario(page), setup, own)];
}

/** One file that cannot be loaded must not keep the others from being checked. */
async function load(
  path: string,
  url: string | undefined,
  findSetup: () => Promise<PlaywrightSetup | undefined>,
  own: UseOptions,
  isUnfinished = false,
): Promise<FoundScenario> {
  try {
    const setup = await findSetup();
    const place = {
      isUnfinished,
      ...defined({ url, baseUrl: setup?.baseUrl }),
    };
    return surrounded(await loadScenarioFile(path, place), setup, own);
  } catch (error) {
    return { file: path, refused: error };
  }
}

/** What the command line itself says of the browser context. */
export function ownUse({ storageState, ignoreHttpsErrors }: Omit<CheckOptions, 'files'>): UseOptions {
  return {
    ...defined({
      storageState: storageState === undefined ? undefined : readStorageState(storageState, [process.cwd()]),
    }),
    ...(ignoreHttpsErrors ? { ignoreHTTPSErrors: true } : {}),
  };
}

/** With a configuration, `--url /cart` is relative to its `baseURL`. */
function pageUrl(url: string | undefined, setup: PlaywrightSetup | undefined): string | undefined {
  if (url === undefined) return undefined;
  const isPath = url.startsWith('/') || url.startsWith('./') || url.startsWith('?');
  const resolved = isPath ? absoluteUrl(url, setup?.baseUrl) : undefined;
  if (resolved !== undefined) return resolved;
  if (!isPath || localPage(url) !== undefined) return parsePageUrl(url);
  throw new LeakwrightError('usage', `'${url}' is not a whole URL.`, {
    hint: 'Write it as http://localhost:5173/, or give a Playwright configuration that has a baseURL with --config.',
  });
}

/** What is nearer to the check comes first: the command line, the scenario, the configuration. */
function surrounded(scenario: Scenario, setup: PlaywrightSetup | undefined, own: UseOptions): FoundScenario {
  const use = { ...setup?.use, ...scenario.use, ...own };
  const warnings = [...(setup?.warnings ?? []), ...(scenario.warnings ?? [])];
  const timeouts = { ...setup?.timeouts, ...scenario.timeouts };
  return { scenario: { ...scenario, use, timeouts, warnings }, setup };
}

/** Each configuration is loaded once, however many scenarios run under it. */
class Configurations {
  readonly #options: CheckOptions;
  readonly #loaded = new Map<string, Promise<PlaywrightSetup>>();

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** The one that `--config` names. */
  async named(): Promise<PlaywrightSetup | undefined> {
    const { config } = this.#options;
    return typeof config === 'string' ? await this.#load(resolve(config)) : undefined;
  }

  /** A project of no configuration is a mistake. @throws LeakwrightError `usage` */
  checkProject(setup: PlaywrightSetup | undefined): PlaywrightSetup | undefined {
    const { project } = this.#options;
    if (project === undefined || setup !== undefined) return setup;
    throw new LeakwrightError('usage', `There is no configuration that has the project '${project}'.`, {
      hint: 'Name the Playwright configuration with --config, or add the project to leakwright.config.',
    });
  }

  /** The one beside a scenario file or above it, within the working directory. */
  async beside(scenarioFile: string): Promise<PlaywrightSetup | undefined> {
    if (this.#options.config !== undefined) return undefined;
    const folder = dirname(scenarioFile);
    const isInside = !relative(process.cwd(), folder).startsWith('..');
    const file = findPlaywrightConfig(folder, isInside ? process.cwd() : folder);
    return file === undefined ? undefined : await this.#load(file);
  }

  async #load(file: string): Promise<PlaywrightSetup> {
    const loading = this.#loaded.get(file) ?? loadPlaywrightConfig(file, this.#options.project);
    this.#loaded.set(file, loading);
    return await loading;
  }
}

async function findScenarioFiles(files: readonly string[], folder: string): Promise<string[]> {
  const patterns = files.length > 0 ? files : [SCENARIO_GLOB];
  const found = new Set<string>();
  for (const pattern of patterns) {
    if (!isDynamicPattern(pattern)) {
      found.add(resolve(folder, pattern));
      continue;
    }
    const matches = await glob(pattern, { absolute: true, cwd: folder, ignore: ['**/node_modules/**', '**/dist/**'] });
    if (matches.length === 0) {
      throw new LeakwrightError('usage', `No scenario file matches '${pattern}' in ${folder}.`, {
        hint: 'Write one (export default { url, iteration }), or check a page with --url and --click.',
      });
    }
    for (const match of matches.sort()) found.add(match);
  }
  return [...found];
}
