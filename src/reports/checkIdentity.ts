import type { CheckResult } from '../leaks/index.ts';

/** What the identity of a check is made of. */
export type IdentifiedCheck = Pick<CheckResult, 'name' | 'file' | 'url' | 'mode' | 'browser' | 'steps'>;

/**
 * The name by which a check is recognised in different runs. Only a run of the same check can show that a leak is gone.
 *
 * - A scenario file, or a test of a suite: its file and its name, without the host, as a development server's port changes.
 * - A page that was checked by its address: the whole address and the steps. Another port is another app, other clicks are
 *   another check.
 *
 * Both with what makes numbers incomparable: the mode, and a browser other than Chromium.
 *
 * @example `http://localhost:5173/shop › .open › .close (firefox)`
 */
export function checkIdentity(check: IdentifiedCheck): string {
  // A check that failed before it had a browser counts as one in Chromium, as most are.
  const browser = /chrom|edge|^unknown$|^$/i.test(check.browser.name) ? [] : [check.browser.name.toLowerCase()];
  const traits = [...(check.mode === 'duration' ? ['duration'] : []), ...browser];
  const label = isAddressCheck(check) ? addressLabel(check) : scenarioLabel(check);
  return traits.length === 0 ? label : `${label} (${traits.join(', ')})`;
}

/** Whether two checks do the same thing, if perhaps to another server: numbers can be compared side by side. */
export function isComparable(a: IdentifiedCheck, b: IdentifiedCheck): boolean {
  const elsewhere = (check: IdentifiedCheck) => {
    const url = pathOf(check.url);
    return checkIdentity(isAddressCheck(check) ? { ...check, url, name: url } : check);
  };
  return checkIdentity(a) === checkIdentity(b) || elsewhere(a) === elsewhere(b);
}

/** Whether the check has no name of its own: `--url` alone, or with clicks. */
function isAddressCheck({ file, name, url }: IdentifiedCheck): boolean {
  return file === undefined && name === url;
}

function addressLabel({ url, steps = [] }: IdentifiedCheck): string {
  // What was masked in it is shown to people.
  const href = URL.canParse(url) ? new URL(url).href.replaceAll(encodeURIComponent('•'), '•') : url;
  return [href, ...steps].join(' › ');
}

function scenarioLabel({ name: given, file, url }: IdentifiedCheck): string {
  const name = given.replaceAll(/\bhttps?:\/\/[^/\s]+/g, '');
  const base = file ?? pathOf(url);
  if (name === '' || base.endsWith(name)) return base;
  return name.startsWith(base) ? name : `${base} › ${name}`;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
