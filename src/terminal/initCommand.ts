import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { findConfig, parsePageUrl } from '../checks/index.ts';
import { playwrightTypes, renderScenario, scenarioFileName } from '../scenarios/index.ts';
import { LeakwrightError, packageFolder } from '../support/index.ts';
import type { TerminalIo } from './io.ts';

/** Where each CI system looks for its file. */
const CI_FILES = {
  github: { file: '.github/workflows/leaks.yml', example: 'github.yml' },
  gitlab: { file: '.gitlab-ci.yml', example: 'gitlab-ci.yml' },
  azure: { file: 'azure-pipelines.yml', example: 'azure-pipelines.yml' },
} as const;
export const CI_SYSTEMS = [...Object.keys(CI_FILES), 'none'] as const;

export interface InitOptions {
  readonly url?: string;
  readonly click?: readonly string[];
  readonly ci?: string;
  /** Take the defaults for what is not given. */
  readonly yes?: boolean;
}

/**
 * `leakwright init`: writes a configuration, a first scenario and the file of a CI system, after three questions: which page,
 * what to click there, which CI. What exists stays as it is.
 *
 * @returns the exit code, 0
 * @throws LeakwrightError `usage`
 */
export async function runInit(options: InitOptions, io: TerminalIo): Promise<number> {
  const answers = await answersTo(options, io);
  const folder = process.cwd();
  const typesFrom = playwrightTypes(folder);
  const typescript = existsSync(join(folder, 'tsconfig.json'));
  const name = `${scenarioFileName(answers.url, answers.clicks)}.leak.${typescript ? 'ts' : 'mjs'}`;
  const config = findConfig(folder);
  if (config === undefined) write(`leakwright.config.${typescript ? 'ts' : 'mjs'}`, configText(folder), io);
  else io.out(`kept     ${relative(folder, config)}\n`);
  const { url, clicks } = answers;
  const file = join('tests', 'leaks', name);
  // A project that is set up has scenarios of its own: the example of one would only fail.
  const isExample = config !== undefined && !answers.given;
  if (!isExample) {
    write(file, renderScenario({ url, folder: resolve('tests', 'leaks'), clicks, typescript, typesFrom }), io);
  }
  if (answers.ci) write(CI_FILES[answers.ci].file, exampleText(CI_FILES[answers.ci].example), io);
  const first = url.startsWith('file:') ? 'run' : "start the page's server and run";
  // A configuration that was there may look for scenarios elsewhere.
  const command = config === undefined || isExample ? 'check' : `check ${file}`;
  io.out(`\nNow ${first}:\n  npx leakwright ${command}\n`);
  return 0;
}

interface Answers {
  readonly url: string;
  readonly clicks: readonly string[];
  /** Whether a person named the page or the clicks; else both are examples. */
  readonly given: boolean;
  readonly ci: keyof typeof CI_FILES | undefined;
}

async function answersTo(options: InitOptions, io: TerminalIo): Promise<Answers> {
  const asks = io.isTty && options.yes !== true;
  const prompt = asks ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  const ask = async (question: string, otherwise: string): Promise<string> => {
    const answer = await prompt?.question(`${question} [${otherwise}] `);
    return answer?.trim() || otherwise;
  };
  try {
    const url = parsePageUrl(options.url ?? (await ask('Which page?', 'http://localhost:5173/')));
    const steps =
      options.click ?? (await ask('What to click, in order, with >>> between?', '#open >>> #close')).split('>>>');
    const ci = options.ci ?? (await ask(`Which CI (${CI_SYSTEMS.join(', ')})?`, guessCi()));
    if (ci !== 'none' && !Object.hasOwn(CI_FILES, ci)) {
      throw new LeakwrightError('usage', `There is no CI file for '${ci}'.`, {
        hint: `There are: ${CI_SYSTEMS.join(', ')}.`,
      });
    }
    return {
      url,
      clicks: steps.map((step) => step.trim()).filter(Boolean),
      given: prompt !== undefined || options.url !== undefined || options.click !== undefined,
      ci: ci === 'none' ? undefined : (ci as keyof typeof CI_FILES),
    };
  } finally {
    prompt?.close();
  }
}

function guessCi(): string {
  if (existsSync('.gitlab-ci.yml')) return 'gitlab';
  return existsSync('azure-pipelines.yml') ? 'azure' : 'github';
}

/** With its type where the package is installed: `npx` leaves nothing to import from. */
function configText(folder: string): string {
  const body = `{
  scenarios: ['tests/leaks/*.leak.*'],
  // Seconds for one check.
  timeout: 120,
  // Known leaks that do not count, each with a reason:
  // ignore: [{ reason: 'vendor bug 1234', holder: 'tooltipCache' }],
}`;
  const isInstalled = existsSync(join(folder, 'node_modules', 'leakwright', 'package.json'));
  return isInstalled
    ? `import { defineConfig } from 'leakwright';\n\nexport default defineConfig(${body});\n`
    : `export default ${body};\n`;
}

function exampleText(name: string): string {
  return readFileSync(join(packageFolder(), 'docs', 'examples', name), 'utf8');
}

function write(path: string, text: string, io: TerminalIo): void {
  const file = resolve(path);
  if (existsSync(file)) {
    io.out(`kept     ${path}\n`);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  io.out(`written  ${path}\n`);
}
