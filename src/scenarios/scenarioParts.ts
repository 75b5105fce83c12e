import type { Page } from 'playwright';
import { LeakwrightError, nearest } from '../support/index.ts';
import { puppeteerLike } from './puppeteerLike.ts';

/** What readers of scenario files share, whatever the form of the scenario. */

export type Exports = Readonly<Record<string, unknown>>;
export type Step = (page: Page) => unknown;

export const FORMS =
  'It must export default { url, iteration }, or be a scenario of fuite (iteration) or memlab (url, action, back).';

/** Where a scenario's pages are when it does not say so itself. */
export interface ScenarioPlace {
  /** The page for a scenario that names none, as fuite's do; may be relative to `baseUrl`. */
  readonly url?: string;
  /** What relative addresses start from: `baseURL` of a Playwright configuration. Default: the scenario's `use.baseURL`. */
  readonly baseUrl?: string;
  /** It is being written: its iteration may do nothing yet. */
  readonly isUnfinished?: boolean;
}

/** A function among the exports, or undefined. @throws LeakwrightError `leaks.scenarioInvalid` for anything else */
export function step(file: string, exported: Exports, name: string): Step | undefined {
  const value = exported[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'function') throw invalid(file, `'${name}' is not a function`, FORMS);
  return value as Step;
}

/**
 * Refuses a part that looks like a misspelt one. Any other is accepted, so that scenarios written for another tool run
 * unchanged.
 *
 * @throws LeakwrightError `leaks.scenarioInvalid`
 */
export function refuseMisspelt(file: string, exported: Exports, parts: readonly string[]): void {
  for (const name of Object.keys(exported)) {
    if (parts.includes(name) || name === 'default') continue;
    const meant = nearest(name, parts);
    if (meant !== undefined && exported[meant] === undefined) {
      throw invalid(file, `it has no '${name}': did you mean '${meant}'?`, 'Rename it.');
    }
  }
}

/** The page's address: the scenario's own, else the given one, else the base. */
export function resolveUrl(file: string, own: unknown, { url: given, baseUrl }: ScenarioPlace): string {
  const url = own ?? given ?? baseUrl;
  const resolved = typeof url === 'string' ? absoluteUrl(url, baseUrl) : undefined;
  if (resolved === undefined) {
    throw invalid(
      file,
      url === undefined ? 'it names no page' : `its url ${JSON.stringify(url)} is not a URL`,
      "Add url: 'http://localhost:5173/', or give --url.",
    );
  }
  return resolved;
}

/** A relative address needs a base; an absolute one is taken as it is written. */
export function absoluteUrl(url: string, baseUrl: string | undefined): string | undefined {
  if (URL.canParse(url)) return url;
  return baseUrl !== undefined && URL.canParse(url, baseUrl) ? new URL(url, baseUrl).href : undefined;
}

/** The step with a page that knows Puppeteer's calls. */
export function asPuppeteer(run: Step): Step {
  return async (page) => await run(puppeteerLike(page));
}

export function invalid(file: string, why: string, hint: string, cause?: unknown): LeakwrightError {
  return new LeakwrightError('leaks.scenarioInvalid', `The scenario '${file}' cannot be used: ${why}.`, {
    hint,
    cause,
  });
}
