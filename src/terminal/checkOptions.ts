import { readFileSync } from 'node:fs';
import { LeakwrightError, describeError } from '../support/index.ts';
import { type DurationOptions, durationProfiles } from '../leaks/index.ts';
import { BROWSERS, type CheckSettings, checkOptions } from '../checks/index.ts';
import {
  type IgnoreRule,
  type LaunchPreferences,
  RULE_CONDITIONS,
  problemOf,
  rulesSchema,
} from '../scenarios/index.ts';
import type { SessionSource } from '../sessions/index.ts';
import { type Baseline, type FailOn, type Shard, parseBaseline } from '../reports/index.ts';

/** The options of `check` as the command line gives them, and its files. */
export interface CheckOptions extends CheckSettings {
  readonly files: readonly string[];
}

/**
 * @param text `2/3`: the second of three
 * @throws LeakwrightError `usage`
 */
export function parseShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, total] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (!index || !total || index > total) {
    throw new LeakwrightError('usage', `'${text}' is not a shard.`, { hint: 'Write the second of three as 2/3.' });
  }
  return { index, total };
}

/** The part of a list that a shard takes: each n-th of it, so that shards are of one size whatever the order. */
export function takeShard<T>(all: readonly T[], shard: Shard | undefined): readonly T[] {
  return shard === undefined ? all : all.filter((_, place) => place % shard.total === shard.index - 1);
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of `90s`, `2m`, `1.5h`; a bare number is seconds.
 *
 * @throws LeakwrightError `usage`
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const ms = match ? Number(match[1]) * UNIT_MS[match[2] ?? 's']! : 0;
  if (!(ms > 0)) throw new LeakwrightError('usage', `'${text}' is not a duration.`, { hint: 'Write 90s, 2m or 1h.' });
  return ms;
}

/**
 * The address as a URL; `localhost:5173` is taken as http, as browsers do.
 *
 * @throws LeakwrightError `usage`
 */
export function parsePageUrl(text: string): string {
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text) || text.startsWith('data:') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) {
    throw new LeakwrightError('usage', `'${text}' is not a URL.`, { hint: 'Write it as http://localhost:5173/.' });
  }
  return withScheme;
}

/**
 * Which browser to run or to join: what the command line says, else what a Playwright configuration prefers. Where
 * `SELENIUM_REMOTE_URL` names a Selenium Grid, as it does for Playwright's own tests, the Grid runs it.
 *
 * @throws LeakwrightError `usage`
 */
export function sessionSource(
  options: CheckOptions,
  preferred: LaunchPreferences = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): SessionSource {
  const { connect } = options;
  const browser = options.browser ?? channelOf(preferred) ?? preferred.browser ?? 'chromium';
  const name = BROWSERS.find((known) => known === browser);
  if (!name) {
    throw new LeakwrightError('usage', `There is no browser '${browser}'.`, {
      hint: `There are: ${BROWSERS.join(', ')}.`,
    });
  }
  const family = name === 'firefox' || name === 'webkit' ? name : 'chromium';
  if (connect !== undefined) {
    if (!/^(https?|wss?):\/\//.test(connect)) {
      throw new LeakwrightError('usage', `'${connect}' is not an endpoint.`, {
        hint: 'Give a CDP endpoint (http://127.0.0.1:9222, ws://…/devtools/…) or a Playwright server (ws://…).',
      });
    }
    const isCdp = connect.startsWith('http') || connect.includes('/devtools/');
    return isCdp ? { kind: 'attach', endpoint: connect } : { kind: 'connect', endpoint: connect, family };
  }
  const grid = env['SELENIUM_REMOTE_URL'];
  // Playwright drives nothing else there; a check in Firefox or WebKit runs on this machine.
  if (grid && family === 'chromium') {
    const channel = name === 'msedge' ? { channel: name } : {};
    return {
      kind: 'grid',
      endpoint: grid,
      headless: options.headed ? false : (preferred.headless ?? true),
      ...channel,
    };
  }
  return {
    kind: 'launch',
    family,
    ...(name === 'chrome' || name === 'msedge' ? { channel: name } : {}),
    ...executableOf(options, preferred),
    headless: options.headed ? false : (preferred.headless ?? true),
    ...(preferred.args === undefined ? {} : { args: preferred.args }),
    ...(preferred.env === undefined ? {} : { env: preferred.env }),
    ...(options.sandbox === false ? { noSandbox: true } : {}),
  };
}

/** Chrome and Edge by their names; of other channels (`chromium`, `chrome-beta`) we know no more than that they are Chromium. */
function channelOf({ channel }: LaunchPreferences): string | undefined {
  return channel === 'chrome' || channel === 'msedge' ? channel : undefined;
}

/** The configuration's program is that of the configuration's browser: another one that is asked for is not in it. */
function executableOf(options: CheckOptions, preferred: LaunchPreferences): { executablePath?: string } {
  if (options.executablePath) return { executablePath: options.executablePath };
  const { executablePath } = preferred;
  return options.browser === undefined && executablePath !== undefined ? { executablePath } : {};
}

/**
 * The rules of `--ignore`: what matches is shown, with its reason, and does not fail the run.
 *
 * @throws LeakwrightError `usage` for what is no rule, naming the nearest right key of a misspelt one
 */
export function parseIgnoreRules(values: readonly string[]): IgnoreRule[] {
  return values.flatMap((value) => {
    let rules: unknown[];
    try {
      rules = [JSON.parse(value) as unknown].flat();
    } catch {
      throw notARule(value, 'it is not JSON');
    }
    const problem = problemOf(rulesSchema, rules);
    if (problem !== undefined)
      throw notARule(
        value,
        problem.replace(/^'\[0\](\.)?(\w*)'/, (_, dot, key) => (dot ? `'${key}'` : 'it')),
      );
    return rules as IgnoreRule[];
  });
}

function notARule(value: string, why: string): LeakwrightError {
  return new LeakwrightError('usage', `'${value}' is not an ignore rule: ${why}.`, {
    hint: `Write JSON with a reason and at least one of ${RULE_CONDITIONS.join(', ')}: {"holder":"cache","reason":"bounded by design"}`,
  });
}

/** @throws LeakwrightError `usage` */
export function parseFailOn(text: string | undefined): FailOn | undefined {
  const known = checkOptions.failOn.choices.find((one) => one === text);
  if (text === undefined || known !== undefined) return known;
  throw new LeakwrightError('usage', `There is no severity '${text}'.`, {
    hint: `There are: ${checkOptions.failOn.choices.join(', ')}.`,
  });
}

/** @throws LeakwrightError `usage` when the file cannot be read or is no report */
export function readBaseline(file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LeakwrightError('usage', `The baseline '${file}' cannot be read: ${describeError(error)}.`, {
      hint: 'Make one with: leakwright check … --reporter json=FILE',
      cause: error,
    });
  }
  return parseBaseline(text, file);
}

/**
 * How long to watch and how often to act, or undefined when iterations are to be counted. `--duration` and
 * `--ops-per-minute` override the `--profile`.
 *
 * @throws LeakwrightError `usage`
 */
export function durationOptions(options: CheckOptions): DurationOptions | undefined {
  const { profile, duration, opsPerMinute } = options;
  const names = Object.keys(durationProfiles);
  if (profile !== undefined && !Object.hasOwn(durationProfiles, profile)) {
    throw new LeakwrightError('usage', `There is no profile '${profile}'.`, {
      hint: `There are: ${names.join(', ')}.`,
    });
  }
  if (profile === undefined && duration === undefined) {
    if (opsPerMinute === undefined) return undefined;
    throw new LeakwrightError('usage', '--ops-per-minute needs --duration or --profile.');
  }
  const preset = durationProfiles[(profile ?? 'quick') as keyof typeof durationProfiles];
  return {
    durationMs: duration === undefined ? preset.durationMs : parseDuration(duration),
    opsPerMinute: opsPerMinute ?? preset.opsPerMinute,
  };
}
