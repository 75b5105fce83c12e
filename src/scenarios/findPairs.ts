import type { Page } from 'playwright';

/** Clicks that end where they began: what opens something, and what closes it. The same twice is a toggle. */
interface FoundPair {
  /** The text on the clicked elements, for people. */
  readonly name: string;
  /** Playwright selectors, in order. */
  readonly clicks: readonly string[];
}

/** A page as loaded, before any click. */
export interface FoundSteps {
  /** Where the address led to. */
  readonly url: string;
  readonly title: string;
  /** It asks for a password. */
  readonly asksToSignIn: boolean;
  readonly pairs: readonly FoundPair[];
}

/** A page has hundreds of buttons of a few kinds; the first of each kind are what its users click. */
const MAX_TRIED = 24;
const MAX_PAIRS = 6;
/** Long enough for a dialog with a transition to be there. */
const REST_MS = 400;
const CLICK_MS = 1500;

interface Candidate {
  readonly selector: string;
  readonly name: string;
}

/**
 * Tries what can be clicked on a page and finds what opens something that can be closed again: menus, dialogs, tabs that
 * toggle. What leads to another page is left alone. The page is as it was at the end, or loaded anew.
 *
 * @param url absolute
 */
export async function findSteps(page: Page, url: string, signal: AbortSignal): Promise<FoundSteps> {
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => {}));
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForTimeout(REST_MS);
  const home = page.url();
  const asksToSignIn = (await page.locator('input[type=password]:visible').count()) > 0;
  const title = await page.title();
  const pairs: FoundPair[] = [];
  const candidates = (await page.evaluate(candidatesIn)).slice(0, MAX_TRIED);
  for (const candidate of candidates) {
    if (pairs.length >= MAX_PAIRS) break;
    signal.throwIfAborted();
    const pair = await tryOne(page, home, candidate);
    if (pair) pairs.push(pair);
    if (!pair && page.url() !== home) await page.goto(home, { waitUntil: 'load' });
  }
  return { url: home, title, asksToSignIn, pairs };
}

async function tryOne(page: Page, home: string, opener: Candidate): Promise<FoundPair | undefined> {
  const before = await page.evaluate(shapeOf);
  if (!(await click(page, opener.selector)) || page.url() !== home) return undefined;
  const open = await page.evaluate(shapeOf);
  if (open === before) return undefined;
  const isBack = async () => page.url() === home && (await page.evaluate(shapeOf)) === before;
  // First elements that appeared with the click and say that they close; then the opener itself, which may be a toggle.
  const closers = (await page.evaluate(closersIn)).filter(({ selector }) => selector !== opener.selector);
  for (const closer of [...closers.slice(0, 3), opener]) {
    if (!(await click(page, closer.selector))) continue;
    if (await isBack()) {
      const name = closer.selector === opener.selector ? `${opener.name} ⇄` : `${opener.name} → ${closer.name}`;
      return { name, clicks: [opener.selector, closer.selector] };
    }
    if (page.url() !== home) return undefined;
  }
  await page.goto(home, { waitUntil: 'load' });
  await page.waitForTimeout(REST_MS);
  return undefined;
}

async function click(page: Page, selector: string): Promise<boolean> {
  try {
    await page.click(selector, { timeout: CLICK_MS });
    await page.waitForTimeout(REST_MS);
    return true;
  } catch {
    return false;
  }
}

/** Runs in the page. Its visible content as a text, to compare two states. */
function shapeOf(): string {
  const seen: string[] = [];
  for (const element of document.querySelectorAll('body *')) {
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const expanded = element.getAttribute('aria-expanded') ?? '';
    seen.push(`${element.localName}${expanded}${'open' in element && element.open === true ? '!' : ''}`);
    if (seen.length > 5000) break;
  }
  return seen.join(' ');
}

/** Runs in the page. What can be clicked, one of each kind, those that say that they open something first. */
function candidatesIn(): Candidate[] {
  const selectorOf = (element: Element): string | undefined => {
    const only = (selector: string) => (document.querySelectorAll(selector).length === 1 ? selector : undefined);
    const byAttribute = (name: string) => {
      const value = element.getAttribute(name);
      return value ? only(`${element.localName}[${name}=${JSON.stringify(value)}]`) : undefined;
    };
    // Ids with figures are made anew for each page.
    if (element.id !== '' && !/\d{2,}|[:«»]/.test(element.id)) return only(`#${CSS.escape(element.id)}`);
    const attribute = byAttribute('data-testid') ?? byAttribute('aria-label') ?? byAttribute('title');
    if (attribute) return attribute;
    const text = element.textContent?.trim().replaceAll(/\s+/g, ' ') ?? '';
    const alike = [...document.querySelectorAll(element.localName)].filter(
      (other) => other.textContent?.trim() === text,
    );
    if (text !== '' && text.length <= 40 && alike.length === 1) {
      return `${element.localName}:text-is(${JSON.stringify(text)})`;
    }
    for (const name of element.classList) {
      const found = only(`.${CSS.escape(name)}`);
      if (found) return found;
    }
    const first = element.classList[0];
    if (first !== undefined && document.querySelector(`.${CSS.escape(first)}`) === element) {
      return `.${CSS.escape(first)} >> nth=0`;
    }
    return undefined;
  };
  const kinds = new Set<string>();
  const found: (Candidate & { rank: number })[] = [];
  const clickable =
    'button, [role=button], [role=tab], [role=switch], [aria-haspopup], [aria-expanded], summary, [onclick], a[href="#"]';
  for (const element of document.querySelectorAll(clickable)) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.matches(':disabled, [aria-disabled=true]'))
      continue;
    if (element.matches('[type=submit]') && element.closest('form')) continue;
    const name = (element.getAttribute('aria-label') ?? element.textContent ?? '')
      .trim()
      .replaceAll(/\s+/g, ' ')
      .slice(0, 40);
    // Clicking these may delete something.
    if (/\b(?:delete|remove|log ?out|sign ?out|pay|buy|send|submit|reset|clear)\b/i.test(name)) continue;
    const kind = `${element.localName} ${element.className} ${name.replaceAll(/\d+/g, '')}`;
    const selector = kinds.has(kind) ? undefined : selectorOf(element);
    if (selector === undefined) continue;
    kinds.add(kind);
    const opens = element.matches('[aria-haspopup], [aria-expanded], [aria-controls], summary');
    const says = /open|show|menu|details|more|add|new|edit|view|settings|filter|toggle|expand|cart/i.test(name);
    found.push({ selector, name: name === '' ? selector : name, rank: opens ? 0 : says ? 1 : 2 });
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ selector, name }) => ({ selector, name }));
}

/** Runs in the page. The visible elements whose text says that they close something. */
function closersIn(): Candidate[] {
  const isCloser = /^(?:×|✕|✖|x|close|cancel|done|ok|dismiss|back|hide|got it|no)$|close|dismiss|hide/i;
  const found: (Candidate & { rank: number })[] = [];
  for (const element of document.querySelectorAll(
    'button, [role=button], [data-dismiss], [data-bs-dismiss], .close, a[href="#"]',
  )) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.matches(':disabled')) continue;
    const text = (element.textContent ?? '').trim().replaceAll(/\s+/g, ' ');
    const name = (element.getAttribute('aria-label') ?? text).slice(0, 40);
    const dismisses = element.matches('[data-dismiss], [data-bs-dismiss], .close');
    if (!dismisses && !isCloser.test(name) && !/close/i.test(element.className)) continue;
    const unique = [
      element.id === '' || /\d{2,}|[:«»]/.test(element.id) ? '' : `#${CSS.escape(element.id)}`,
      ...['data-testid', 'aria-label', 'title'].map((attribute) => {
        const value = element.getAttribute(attribute);
        return value ? `${element.localName}[${attribute}=${JSON.stringify(value)}]` : '';
      }),
      ...[...element.classList].map((one) => `.${CSS.escape(one)}`),
    ].find((selector) => selector !== '' && document.querySelectorAll(selector).length === 1);
    const selector =
      unique ?? (text === '' ? undefined : `${element.localName}:text-is(${JSON.stringify(text)}) >> visible=true`);
    if (selector === undefined) continue;
    const isInDialog = element.closest('dialog, [role=dialog], [aria-modal=true], .modal') !== null;
    found.push({ selector, name: name === '' ? '×' : name, rank: isInDialog ? 0 : 1 });
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ selector, name }) => ({ selector, name }));
}
