import type { Frame, Page } from 'playwright';
import { LeakwrightError } from '../support/index.ts';
import type { BetweenSteps, InPage, Scenario } from './scenario.ts';

/**
 * Clicks the selectors one after the other, each time: `--url … --click … --click …`.
 *
 * @throws LeakwrightError `usage` where one is empty
 */
export function clickScenario(url: string, selectors: readonly string[]): Scenario {
  if (selectors.some((selector) => selector.trim() === ''))
    throw new LeakwrightError('usage', 'A step to click is empty.', {
      hint: 'Give a selector each time: --click "#open" --click "text=Close".',
    });
  const clickers = new WeakMap<Page, Clicker>();
  return {
    url,
    steps: selectors,
    lookInto(page, inPage, betweenSteps) {
      clickers.set(page, new Clicker(page, inPage, betweenSteps));
    },
    async iteration(page) {
      const clicker = clickers.get(page);
      for (const selector of selectors) {
        if (clicker) await clicker.click(selector);
        else await page.click(selector);
      }
    },
  };
}

/**
 * Real clicks, dozens of times in a row. Playwright's own click waits two frames for the element to stand still, each time;
 * that is two thirds of an iteration's time (*measured: 40 ms of 60*), and its script is loaded into the page for it (*180
 * ms, once*). So an element that is visible, on top and unanimated is clicked at once by the mouse. Playwright's own click
 * is used in all other cases: pages that navigate, links and forms, elements that move, are hidden, covered, out of sight,
 * in a frame or in a shadow tree, and selectors that only Playwright knows.
 */
class Clicker {
  readonly #page: Page;
  readonly #inPage: InPage;
  readonly #betweenSteps: BetweenSteps;
  #begun = false;
  #navigates = false;

  constructor(page: Page, inPage: InPage, betweenSteps: BetweenSteps) {
    this.#page = page;
    this.#inPage = inPage;
    this.#betweenSteps = betweenSteps;
  }

  async click(selector: string): Promise<void> {
    const calm = await this.#betweenSteps();
    if (!this.#begun) {
      this.#begun = true;
      this.#page.on('framenavigated', (frame: Frame) => {
        if (frame === this.#page.mainFrame()) this.#navigates = true;
      });
    }
    const point = this.#navigates ? null : await this.#pointOf(selector, !calm);
    if (point) await this.#page.mouse.click(point.x, point.y);
    else await this.#page.click(selector);
  }

  async #pointOf(selector: string, mayMove: boolean): Promise<{ x: number; y: number } | null> {
    try {
      return await this.#inPage(pointToClick, selector, mayMove);
    } catch {
      // Playwright's own click then says what is wrong.
      return null;
    }
  }
}

/**
 * Runs in the page. The middle of an element that can be clicked at once, or null where that is not plain.
 *
 * @param mayMove whether script may be moving things: the element's box must then be the same in two frames
 */
async function pointToClick(selector: string, mayMove: boolean): Promise<{ x: number; y: number } | null> {
  let element: Element | null = null;
  try {
    element = document.querySelector(selector);
  } catch {
    // One of Playwright's own: `text=…`, `role=…`, `:visible`.
  }
  if (!element || window !== window.top) return null;
  if (element.closest(':disabled, [aria-disabled="true" i], a[href], form, [inert]')) return null;
  if (document.getAnimations().some((animation) => animation.playState === 'running')) return null;
  if (!element.checkVisibility({ visibilityProperty: true })) return null;
  const box = element.getBoundingClientRect();
  if (mayMove) {
    for (let frame = 0; frame < 2; frame += 1) {
      const isFrame = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(resolve, 100, false);
        requestAnimationFrame(() => {
          clearTimeout(timer);
          resolve(true);
        });
      });
      const now = element.getBoundingClientRect();
      const same = now.x === box.x && now.y === box.y && now.width === box.width && now.height === box.height;
      if (!isFrame || !same || !element.isConnected) return null;
    }
  }
  const { left, top, width, height } = box;
  const x = left + width / 2;
  const y = top + height / 2;
  if (width < 1 || height < 1 || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return null;
  const hit = document.elementFromPoint(x, y);
  return hit !== null && (hit === element || element.contains(hit)) ? { x, y } : null;
}
