import { type Scenario, isRecord } from '../scenarios/index.ts';
import { eachText, isSecretName, maskText, secretsOfUrl } from '../support/index.ts';
import type { CheckResult, LeakEvent } from './model.ts';

/** Shorter ones are words: they would be masked all over a report. */
const LEAST_LENGTH = 6;
/** Values of a signed-in state looked for at most; each is searched for in every text. */
const MAX_KNOWN = 200;

/** Takes the secrets out of anything that a check of the scenario says. */
export type Masker = <T>(value: T) => T;

/** @param showUrls whether all is said as it is, for who needs it */
export function maskerFor(scenario: Scenario, showUrls = false): Masker {
  if (showUrls) return (value) => value;
  const known = secretsOf(scenario);
  return (value) => eachText(value, (text) => maskText(text, known));
}

/** A check's events and its result without the secrets that page, address and signed-in state brought in. */
export async function* masked(
  events: AsyncGenerator<LeakEvent, CheckResult>,
  mask: Masker,
): AsyncGenerator<LeakEvent, CheckResult> {
  let ended = false;
  try {
    for (;;) {
      const next = await events.next();
      ended = next.done === true;
      if (next.done) return mask(next.value);
      yield mask(next.value);
    }
  } finally {
    // Who stops listening ends the check, which ends its browser.
    if (!ended) await events.return(undefined as never);
  }
}

/** What a scenario itself knows to be secret; the longest first, since one may be a part of another. */
export function secretsOf({ url, use = {} }: Scenario): string[] {
  const { httpCredentials, extraHTTPHeaders, storageState, proxy } = use;
  const values = [
    ...secretsOfUrl(url),
    textOf(httpCredentials, 'password'),
    textOf(proxy, 'password'),
    ...named(extraHTTPHeaders, (name) => isSecretName(name) || /^cookie$/i.test(name)),
    ...listOf(storageState, 'cookies').flatMap((cookie) => secretValue(cookie, cookie['httpOnly'] === true)),
    ...listOf(storageState, 'origins').flatMap((origin) =>
      listOf(origin, 'localStorage').flatMap((entry) => secretValue(entry, false)),
    ),
  ];
  const secrets = values.filter((value) => value !== undefined && value.length >= LEAST_LENGTH) as string[];
  return [...new Set(secrets)].sort((a, b) => b.length - a.length).slice(0, MAX_KNOWN);
}

function secretValue(entry: Readonly<Record<string, unknown>>, isSecret: boolean): string[] {
  const { name, value } = entry;
  if (typeof name !== 'string' || typeof value !== 'string') return [];
  return isSecret || isSecretName(name) || looksRandom(value) ? [value] : [];
}

/** A session id rather than a setting: long, of letters and digits, without the marks of words and addresses. */
function looksRandom(value: string): boolean {
  return value.length >= 16 && /^[\w+/=.~%-]+$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value);
}

function named(headers: unknown, wanted: (name: string) => boolean): string[] {
  if (!isRecord(headers)) return [];
  return Object.entries(headers).flatMap(([name, value]) =>
    wanted(name) && typeof value === 'string' ? [value, value.replace(/^\w+ +/, '')] : [],
  );
}

function textOf(from: unknown, name: string): string | undefined {
  const value = isRecord(from) ? from[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function listOf(from: unknown, name: string): Readonly<Record<string, unknown>>[] {
  const value = isRecord(from) ? from[name] : undefined;
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
