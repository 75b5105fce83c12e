import type { Page } from 'playwright';
import type { Scenario } from './scenario.ts';
import {
  type Exports,
  type ScenarioPlace,
  type Step,
  absoluteUrl,
  asPuppeteer,
  invalid,
  refuseMisspelt,
  resolveUrl,
  step,
} from './scenarioParts.ts';

/** Between two questions whether the page is loaded. */
const ASK_AGAIN_MS = 50;

/** Parts that work on memlab's own objects. `repeat` is not among them: we repeat more often anyway. */
const UNUSED = ['leakFilter', 'beforeLeakFilter', 'retainerReferenceFilter'];

const PARTS = ['url', 'action', 'back', 'cookies', 'beforeInitialPageLoad', 'setup', 'isPageLoaded', 'repeat', 'app'];

type Cookie = Parameters<ReturnType<Page['context']>['addCookies']>[0][number];

/** A scenario of memlab's (https://facebook.github.io/memlab/docs/api/interfaces/core_src.IScenario), for Puppeteer's `Page`. */
export function fromMemlab(file: string, exported: Exports, place: ScenarioPlace): Scenario {
  refuseMisspelt(file, exported, [...PARTS, ...UNUSED]);
  const action = step(file, exported, 'action')!;
  const back = step(file, exported, 'back');
  if (!back) {
    throw invalid(
      file,
      "it has 'action' and no 'back'",
      'An iteration must end where it began: add what undoes the action.',
    );
  }
  const beforeLoad = step(file, exported, 'beforeInitialPageLoad');
  const ownUrl = exported['url'];
  const address = (): unknown => (typeof ownUrl === 'function' ? (ownUrl as () => unknown)() : ownUrl);
  // memlab asks for the url when the page is loaded, which is after beforeInitialPageLoad: a login may have led to it.
  const isLate = typeof ownUrl === 'function' && beforeLoad !== undefined;
  const url = isLate ? (earlyUrl(address, place) ?? '') : resolveUrl(file, address(), place);
  const cookies = step(file, exported, 'cookies') as (() => Cookie[]) | undefined;
  const setup = step(file, exported, 'setup');
  const isPageLoaded = step(file, exported, 'isPageLoaded');
  const loaded = isPageLoaded ? untilTrue(isPageLoaded) : undefined;
  const unused = UNUSED.filter((name) => exported[name] !== undefined);
  return {
    file,
    url,
    ...(isLate ? { lateUrl: () => resolveUrl(file, address(), place) } : {}),
    ...(cookies || beforeLoad
      ? {
          setup: asPuppeteer(async (page) => {
            if (cookies) await page.context().addCookies(cookies().map((cookie) => complete(cookie, url)));
            await beforeLoad?.(page);
          }),
        }
      : {}),
    ...(setup || loaded
      ? {
          prepare: asPuppeteer(async (page) => {
            await loaded?.(page);
            await setup?.(page);
          }),
        }
      : {}),
    iteration: asPuppeteer(async (page) => {
      await action(page);
      await loaded?.(page);
      await back(page);
      await loaded?.(page);
    }),
    warnings: unused.map((part) => `'${part}' of this memlab scenario is not used: it works on memlab's own objects.`),
  };
}

/** The address as far as it is known before anything ran. */
function earlyUrl(address: () => unknown, { url: given, baseUrl }: ScenarioPlace): string | undefined {
  try {
    const own = address();
    return typeof own === 'string' && own !== '' ? absoluteUrl(own, baseUrl) : given;
  } catch {
    return given;
  }
}

/** A cookie without a domain is the page's. */
function complete(cookie: Cookie, url: string): Cookie {
  if (cookie.url !== undefined) return cookie;
  return cookie.domain === undefined ? { ...cookie, url } : { path: '/', ...cookie };
}

/** Without an own limit: the limit of the step that calls it ends the wait. */
function untilTrue(isPageLoaded: Step): Step {
  return async (page: Page) => {
    while (!page.isClosed() && (await isPageLoaded(page)) !== true) await page.waitForTimeout(ASK_AGAIN_MS);
  };
}
