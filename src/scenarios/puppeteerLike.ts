import type { Page } from 'playwright';
import { defined, LeakwrightError } from '../support/index.ts';
import { playwrightSelector } from './puppeteerSelectors.ts';

type Call = (...args: unknown[]) => unknown;
type Target = Record<string, Call>;

/** Calls whose first argument is a selector, of pages, frames, elements and locators alike. */
const SELECTS = new Set([
  '$',
  '$$',
  '$eval',
  '$$eval',
  'click',
  'dblclick',
  'fill',
  'focus',
  'hover',
  'locator',
  'tap',
  'type',
  'press',
  'check',
  'uncheck',
  'selectOption',
  'textContent',
  'innerText',
  'isVisible',
]);

/** Calls with a time to wait until: Puppeteer's `networkidle0` and `networkidle2` are one for Playwright. */
const NAVIGATES = new Set(['goto', 'reload', 'goBack', 'goForward', 'waitForNavigation', 'setContent']);

/** Objects of Playwright's that have calls of Puppeteer's under other names. */
const OPENS = /^(?:Page|Frame|ElementHandle|JSHandle|Locator)$/;

/** Puppeteer's calls whose meaning Playwright has under another name or with other arguments. */
const TRANSLATED: Readonly<Record<string, (target: Target) => Call>> = {
  $x: (on) => async (expression) => await on['$$']!(`xpath=${String(expression)}`),
  waitForXPath: (on) => async (expression, options) =>
    await on['waitForSelector']!(`xpath=${String(expression)}`, waiting(options)),
  waitForSelector: (on) => async (selector, options) =>
    await on['waitForSelector']!(playwrightSelector(String(selector)), waiting(options)),
  waitForNetworkIdle: (on) => async (options) => await on['waitForLoadState']!('networkidle', timeoutOf(options)),
  waitForFunction:
    (on) =>
    async (run, options, ...args) =>
      await on['waitForFunction']!(spread(run), args.map(original), options),
  evaluate: evaluatingBy('evaluate'),
  evaluateHandle: evaluatingBy('evaluateHandle'),
  evaluateOnNewDocument: evaluatingBy('addInitScript'),
  select:
    (on) =>
    async (selector, ...values) =>
      await on['selectOption']!(playwrightSelector(String(selector)), values),
  setViewport: (on) => async (size) => await on['setViewportSize']!(size),
  viewport: (on) => () => on['viewportSize']!(),
  cookies:
    (on) =>
    async (...urls) =>
      await contextOf(on)['cookies']!(urls),
  setCookie:
    (on) =>
    async (...cookies) =>
      await contextOf(on)['addCookies']!(cookies.map((cookie) => ({ ...placeOf(cookie, on), ...(cookie as object) }))),
  deleteCookie:
    (on) =>
    async (...cookies) => {
      for (const cookie of cookies) await contextOf(on)['clearCookies']!({ name: (cookie as { name: string }).name });
    },
  setUserAgent: (on) => async (agent) => await on['setExtraHTTPHeaders']!({ 'user-agent': String(agent) }),
  createCDPSession: (on) => async () => await contextOf(on)['newCDPSession']!(on),
  browser: (on) => () => contextOf(on)['browser']!(),
  browserContext: (on) => () => contextOf(on),
  // Of a locator.
  wait: (on) => async () => await on['waitFor']!({ state: 'attached' }),
  waitHandle: (on) => async () => await on['elementHandle']!(),
  scroll: (on) => async (to) =>
    await on['evaluate']!(
      (element: Element, at: { scrollTop?: number; scrollLeft?: number }) =>
        element.scrollTo({ top: at.scrollTop ?? element.scrollTop, left: at.scrollLeft ?? element.scrollLeft }),
      to,
    ),
};
/** Of a locator: what Playwright waits for anyway. */
const CHAINED = new Set([
  'setTimeout',
  'setVisibility',
  'setWaitForEnabled',
  'setEnsureElementIsInTheViewport',
  'setWaitForStableBoundingBox',
]);

const originals = new WeakMap<object, object>();

/** The object of Playwright's behind one of ours: only those can be passed into the page. */
function original(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (originals.get(value) ?? value) : value;
}

/** Puppeteer passes arguments one by one, Playwright one value. */
function evaluatingBy(name: string): (target: Target) => Call {
  return (on) =>
    async (run, ...args) =>
      await on[name]!(...(typeof run !== 'function' || args.length === 0 ? [run] : [spread(run), args.map(original)]));
}

/** A function for the page that takes its arguments as a list. It gets there as text. */
function spread(run: unknown): unknown {
  if (typeof run !== 'function') return run;
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is the scenario's own function
  return new Function('args', `return (${run.toString()})(...args)`);
}

function waiting(options: unknown): object {
  const { visible, hidden, timeout } = (options ?? {}) as { visible?: boolean; hidden?: boolean; timeout?: number };
  return {
    state: hidden ? 'hidden' : visible ? 'visible' : 'attached',
    ...defined({ timeout }),
  };
}

function timeoutOf(options: unknown): object {
  const { timeout } = (options ?? {}) as { timeout?: number };
  return defined({ timeout });
}

function navigation(options: unknown): unknown {
  const { waitUntil } = (options ?? {}) as { waitUntil?: unknown };
  if (waitUntil === undefined) return options;
  const [first] = [waitUntil].flat() as unknown[];
  return {
    ...(options as object),
    waitUntil: first === 'networkidle0' || first === 'networkidle2' ? 'networkidle' : first,
  };
}

function contextOf(on: Target): Target {
  return on['context']!() as Target;
}

/** A cookie without a place is the page's. */
function placeOf(cookie: unknown, on: Target): object {
  const { url, domain } = cookie as { url?: string; domain?: string };
  return url === undefined && domain === undefined ? { url: on['url']!() } : domain === undefined ? {} : { path: '/' };
}

/**
 * The page for scenarios that were written for Puppeteer (fuite's, memlab's): most calls are the same, some and all
 * selectors are translated, and any other says so by name instead of failing as "not a function". What it gives (elements,
 * frames, locators) are translated in the same way.
 */
export function puppeteerLike(page: Page): Page {
  return wrap(page, 'page');
}

function wrap<T extends object>(target: T, name: string): T {
  const proxy: T = new Proxy(target, {
    get(on, key) {
      const value: unknown = Reflect.get(on, key, on);
      if (typeof key === 'symbol' || key === 'then') return value;
      if (CHAINED.has(key) && value === undefined) return () => proxy;
      const translate = TRANSLATED[key];
      if (translate && (value === undefined || isReworked(key, name))) return given(translate(on as unknown as Target));
      if (value === undefined) return missing(name, key);
      if (typeof value !== 'function') return value;
      return given((...args) => (value as Call).call(on, ...translatedArguments(key, args)));
    },
  });
  originals.set(proxy, target);
  return proxy;
}

/** Calls that both have, with other arguments. */
function isReworked(key: string, name: string): boolean {
  if (key === 'waitForSelector' || key === 'waitForFunction') return true;
  return (key === 'evaluate' || key === 'evaluateHandle') && (name === 'page' || name === 'frame');
}

function translatedArguments(key: string, args: readonly unknown[]): unknown[] {
  if (SELECTS.has(key) && typeof args[0] === 'string')
    return [playwrightSelector(args[0]), ...args.slice(1).map(original)];
  if (NAVIGATES.has(key)) return args.map((arg) => (typeof arg === 'object' && arg !== null ? navigation(arg) : arg));
  return args.map(original);
}

/** Makes the call and translates its result as well. */
function given(call: Call): Call {
  return (...args) => {
    const result = call(...args);
    return result instanceof Promise ? result.then(asGiven) : asGiven(result);
  };
}

function asGiven(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asGiven);
  if (typeof value !== 'object' || value === null) return value;
  const kind = value.constructor?.name ?? '';
  if (!OPENS.test(kind)) return value;
  return wrap(
    value,
    kind === 'Page' ? 'page' : kind === 'Frame' ? 'frame' : kind === 'Locator' ? 'locator' : 'element',
  );
}

function missing(name: string, key: string): () => never {
  return () => {
    throw new LeakwrightError(
      'leaks.unsupported',
      `${name}.${key}() is Puppeteer's, and Playwright has no such call.`,
      {
        hint: "Rewrite that step with Playwright's Page: https://playwright.dev/docs/api/class-page",
      },
    );
  };
}
