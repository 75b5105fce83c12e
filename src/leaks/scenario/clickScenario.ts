import type { Frame, Page } from 'playwright';
import type { Scenario } from './scenario.ts';

/** Long enough for a slow page to show what is to be clicked, short enough to say soon that it never does. */
const CLICK_LIMIT_MS = 10_000;

/** Clicks the selectors one after the other, each time: `--url … --click … --click …`. */
export function clickScenario(url: string, selectors: readonly string[]): Scenario {
  const clickers = new WeakMap<Page, Clicker>();
  return {
    url,
    async iteration(page) {
      let clicker = clickers.get(page);
      if (!clicker) {
        clicker = new Clicker(page);
        clickers.set(page, clicker);
      }
      for (const selector of selectors) await clicker.click(selector);
      clicker.roundEnded();
    },
  };
}

/**
 * Real clicks, dozens of times in a row. Playwright's own click waits two frames for the element to stand still, each
 * time; that is two thirds of an iteration's time (*measured: 40 ms of 60*). So from the second round on, an element that
 * plainly stands there, on top and unanimated, is clicked at once by the mouse. Whatever is in doubt goes Playwright's
 * way: pages that navigate, links and forms, elements that move, are hidden, covered, out of sight or in a frame.
 */
class Clicker {
  readonly #page: Page;
  #rounds = 0;
  #navigates = false;

  constructor(page: Page) {
    this.#page = page;
    page.on('framenavigated', (frame: Frame) => {
      if (frame === page.mainFrame()) this.#navigates = true;
    });
  }

  async click(selector: string): Promise<void> {
    if (this.#rounds > 0 && !this.#navigates) {
      const point = await this.#pointOf(selector);
      if (point) {
        await this.#page.mouse.click(point.x, point.y);
        return;
      }
    }
    await this.#page.click(selector, { timeout: CLICK_LIMIT_MS });
  }

  roundEnded(): void {
    this.#rounds += 1;
  }

  async #pointOf(selector: string): Promise<{ x: number; y: number } | null> {
    try {
      return await this.#page.locator(selector).first().evaluate(pointToClick, undefined, { timeout: CLICK_LIMIT_MS });
    } catch {
      // Playwright's own click then says what is wrong.
      return null;
    }
  }
}

/** Runs in the page. The middle of an element that can be clicked at once, or null where that is not plain. */
function pointToClick(element: Element): { x: number; y: number } | null {
  if (element.ownerDocument !== document || window !== window.top) return null;
  if (element.matches(':disabled') || element.closest('a[href], form, [inert]')) return null;
  if (document.getAnimations().some((animation) => animation.playState === 'running')) return null;
  if (!element.checkVisibility({ visibilityProperty: true })) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  const x = left + width / 2;
  const y = top + height / 2;
  if (width < 1 || height < 1 || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return null;
  const root = element.getRootNode() as Document | ShadowRoot;
  const hit = root.elementFromPoint(x, y);
  return hit !== null && (hit === element || element.contains(hit)) ? { x, y } : null;
}
