import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type DurationOptions, durationProfiles } from '../leaks/index.ts';
import { type IgnoreRule, RULE_CONDITIONS, problemOf, rulesSchema } from '../scenarios/index.ts';
import { LONGEST_TIMER_MS, LeakwrightError } from '../support/index.ts';
import { type CheckSettings, checkOptions } from './options.ts';

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
  if (ms > LONGEST_TIMER_MS) throw new LeakwrightError('usage', `'${text}' is longer than 24 days.`);
  return ms;
}

/** The address of a page whose path is given: that of an HTML file that is there. */
export function localPage(path: string): string | undefined {
  const isPage = /\.html?$/i.test(path) && !/^[a-z][a-z\d+.-]*:\/\//i.test(path) && existsSync(path);
  return isPage ? pathToFileURL(path).href : undefined;
}

/**
 * The address as a URL: `localhost:5173` is taken as http, as browsers do, and a file that is there (`dist/index.html`) as a
 * file.
 *
 * @throws LeakwrightError `usage`
 */
export function parsePageUrl(text: string): string {
  const page = localPage(text);
  if (page !== undefined) return page;
  const [host = ''] = text.split('/');
  if (/^[^:?#]+\.html?$/i.test(text) && (host === text || !/[^.]\.|^localhost$/.test(host)))
    throw new LeakwrightError('usage', `There is no file '${text}'.`, {
      hint: 'Check the path; an address begins with http://.',
    });
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text) || text.startsWith('data:') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) {
    throw new LeakwrightError('usage', `'${text}' is not a URL.`, { hint: 'Write it as http://localhost:5173/.' });
  }
  return withScheme;
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
export function parseFailOn(text: string | undefined): (typeof checkOptions.failOn.choices)[number] | undefined {
  const known = checkOptions.failOn.choices.find((one) => one === text);
  if (text === undefined || known !== undefined) return known;
  throw new LeakwrightError('usage', `There is no severity '${text}'.`, {
    hint: `There are: ${checkOptions.failOn.choices.join(', ')}.`,
  });
}

/**
 * How long to watch and how often to act, or undefined when iterations are to be counted. `--duration` and
 * `--ops-per-minute` override the `--profile`.
 *
 * @throws LeakwrightError `usage`
 */
export function durationOptions(options: CheckSettings): DurationOptions | undefined {
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
