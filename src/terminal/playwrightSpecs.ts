import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import {
  SPEC_RUNNER_ENV,
  SPEC_RUN_ENV,
  type SpecRecord,
  findConfig,
  isLeakwrightConfig,
  loadConfig,
  parseIgnoreRules,
  specRunText,
} from '../checks/index.ts';
import { type CheckResult, type LeakEvent, refusedCheck } from '../leaks/index.ts';
import type { IgnoreRule, Thresholds } from '../scenarios/index.ts';
import { LeakwrightError, defined, programFile, runOverChannel } from '../support/index.ts';
import type { CheckOptions } from './checkOptions.ts';

/** Options of `check` that do not apply to a Playwright run: the specs and their configuration decide these. */
const NOT_FOR_SPECS = [
  'url',
  'click',
  'duration',
  'profile',
  'connect',
  'node',
  'inspect',
  'request',
  'workers',
  'shard',
  'browser',
  'executablePath',
  'storageState',
] as const;
const DEFAULT_TIMEOUT_S = 120;

/** What holds for the tests of specs: the command line, then `leakwright.config`. */
export interface SpecPlan {
  readonly options: CheckOptions;
  readonly ignore: readonly IgnoreRule[];
  readonly thresholds: Partial<Thresholds>;
}

/**
 * The options for specs under the `leakwright.config` here or above, or the one that `--config` names. What Playwright's own
 * configuration decides (pages, browsers, workers) is left to it; projects are Playwright's.
 *
 * @throws LeakwrightError `usage` for options that do not apply, and what a configuration is refused for
 */
export async function planSpecs(said: CheckOptions): Promise<SpecPlan> {
  const wrong = NOT_FOR_SPECS.find((name) => said[name] !== undefined);
  if (wrong !== undefined) {
    throw new LeakwrightError('usage', `--playwright takes no '${wrong}': the Playwright configuration says it.`);
  }
  const rules = parseIgnoreRules(said.ignore ?? []);
  const isOurs = typeof said.config === 'string' && isLeakwrightConfig(said.config);
  const file = isOurs ? resolve(said.config) : said.config === false ? undefined : findConfig(process.cwd());
  if (file === undefined) return { options: said, ignore: rules, thresholds: {} };
  const { settings, ignore, thresholds } = (await loadConfig(file)).shared;
  const { config, ...own } = said;
  const known: Record<string, unknown> = { ...settings, ...own, ...(isOurs ? {} : defined({ config })) };
  for (const name of NOT_FOR_SPECS) delete known[name];
  return { options: known as unknown as CheckOptions, ignore: [...ignore, ...rules], thresholds };
}

/**
 * Checks the tests of unchanged Playwright specs: Playwright runs them, and each repeats its body on one page where it can be.
 *
 * @param judge what baseline and history make of a result
 * @throws LeakwrightError `usage` without Playwright Test, or where no test matches
 */
export async function checkSpecs(
  plan: SpecPlan,
  judge: (result: CheckResult) => Promise<CheckResult>,
  tell: (event: LeakEvent) => void,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { options } = plan;
  const cwd = process.cwd();
  const program = playwrightProgram(cwd);
  const folder = await mkdtemp(join(tmpdir(), 'leakwright-specs-'));
  const records = join(folder, 'records.ndjson');
  try {
    let output = '';
    const listen = (stream: NodeJS.ReadableStream): void =>
      void stream.on('data', (text: string) => (output = (output + text).slice(-20_000)));
    const { exitCode } = await runOverChannel({
      program: process.execPath,
      args: [program, ...argumentsOf(options, join(folder, 'output'))],
      cwd,
      env: {
        NODE_OPTIONS:
          `${process.env['NODE_OPTIONS'] ?? ''} --require ${JSON.stringify(programFile('playwrightSpecs'))}`.trim(),
        [SPEC_RUN_ENV]: specRunText({ records, options: leakOptions(plan) }),
        [SPEC_RUNNER_ENV]: '1',
        FORCE_COLOR: '0',
      },
      signal,
      listen: (out, err) => {
        listen(out);
        listen(err);
      },
    });
    signal.throwIfAborted();
    const found = existsSync(records) ? parseRecords(readFileSync(records, 'utf8')) : [];
    if (found.length === 0) {
      throw new LeakwrightError('usage', `Playwright ran no test (exit code ${exitCode ?? 'none'}): ${output.trim()}`, {
        hint: 'Check the names of the specs and --grep with: npx playwright test --list',
      });
    }
    const results: CheckResult[] = [];
    for (const record of found) {
      for await (const event of eventsOf(record, cwd)) {
        if (event.type !== 'checkEnded') {
          tell(event);
          continue;
        }
        const result = await judge(event.result);
        results.push(result);
        tell({ ...event, result });
      }
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The events of a test that was checked, or that could not be, as of any check. */
async function* eventsOf({ file, line, title, result, refused }: SpecRecord, cwd: string): AsyncGenerator<LeakEvent> {
  const place = `${relative(cwd, file).replaceAll('\\', '/')}:${line}`;
  const name = `${place} › ${title}`;
  if (result) {
    const { url, warmup, iterations } = result;
    yield { type: 'checkStarted', name, url, warmup, iterations };
    yield { type: 'checkEnded', result: { ...result, name, file: relative(cwd, file).replaceAll('\\', '/') } };
    return;
  }
  const reason = new LeakwrightError('leaks.unsupported', refused ?? 'The test said nothing.', {
    hint: 'Put what a user does and undoes there into leaks.check() of leakwright/playwright, or into a scenario file.',
  });
  for await (const event of refusedCheck(file, reason, cwd)) {
    yield event.type === 'checkEnded' ? { ...event, result: { ...event.result, name } } : event;
  }
}

function argumentsOf(options: CheckOptions, output: string): string[] {
  const { playwright = [], grep, config, project, headed } = options;
  return [
    'test',
    ...playwright.map(asPattern),
    ...(grep === undefined ? [] : ['--grep', grep]),
    ...(typeof config === 'string' ? ['--config', config] : []),
    ...(project === undefined ? [] : ['--project', project]),
    ...(headed ? ['--headed'] : []),
    // One after the other: checks side by side take each other's time.
    '--workers',
    '1',
    '--retries',
    '0',
    '--repeat-each',
    '1',
    '--reporter',
    'line',
    // A trace keeps what it shows alive.
    '--trace',
    'off',
    // The suite's own results stay.
    '--output',
    output,
  ];
}

/** Playwright takes patterns, and a path as a pattern is not just itself. */
const asPattern = (spec: string): string => spec.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function leakOptions({ options, ignore, thresholds }: SpecPlan): Readonly<Record<string, unknown>> {
  const { iterations, warmup, deep, clock, timeout } = options;
  return {
    timeout: (timeout ?? DEFAULT_TIMEOUT_S) * 1000,
    ignore,
    thresholds,
    ...defined({ iterations, warmup, deep, clock }),
  };
}

function parseRecords(text: string): SpecRecord[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as SpecRecord]));
}

function playwrightProgram(folder: string): string {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('@playwright/test/package.json');
    return join(dirname(manifest), 'cli.js');
  } catch (error) {
    throw new LeakwrightError('usage', `There is no @playwright/test in ${folder}.`, {
      hint: 'Run this where npx playwright test runs.',
      cause: error,
    });
  }
}
