/**
 * Runs in the page, in our isolated world. Clicks the selectors one after the other, over and over, by events of its own: a few
 * hundred iterations in the time that the mouse takes for ten. A page can tell them from a person's (`isTrusted`), so what is seen
 * after them counts only where the page went on as it did under the mouse.
 *
 * @param limitMs when no further iteration is begun, by the page's clock
 * @param restMs so much of the page's time passes after each iteration, for what it has put off
 * @param inFrames whether each iteration ends with a frame: events of dialogs, scrolling and resizing, and observers, come with one
 * @returns iterations done; it ends before one whose elements do not all plainly stand there
 */
export async function clickInPage(
  selectors: readonly string[],
  iterations: number,
  limitMs: number,
  restMs: number,
  inFrames: boolean,
): Promise<number> {
  const began = performance.now();
  const { scheduler } = globalThis as unknown as {
    scheduler?: { postTask(task: () => void, options: { priority: 'background' }): Promise<void> };
  };
  if (window !== window.top || !scheduler) return 0;
  for (let done = 0; done < iterations; done += 1) {
    if (performance.now() - began > limitMs) return done;
    for (const selector of selectors) {
      let element: Element | null = null;
      try {
        element = document.querySelector(selector);
      } catch {
        // One of Playwright's own selectors.
      }
      // Navigation, and what the browser itself does at a click, is left to the mouse.
      if (
        !element ||
        element.closest(
          ':disabled, [aria-disabled="true" i], a[href], form, label, [inert], [popovertarget], [command]',
        )
      )
        return done;
      if (!element.checkVisibility({ visibilityProperty: true })) return done;
      const { left, top, width, height } = element.getBoundingClientRect();
      const [clientX, clientY] = [left + width / 2, top + height / 2];
      const hit = document.elementFromPoint(clientX, clientY);
      if (!hit || !element.contains(hit)) return done;
      const common = { bubbles: true, cancelable: true, composed: true, view: window, clientX, clientY, detail: 1 };
      const pointer = { ...common, pointerId: 1, pointerType: 'mouse', isPrimary: true };
      hit.dispatchEvent(new PointerEvent('pointerdown', { ...pointer, buttons: 1 }));
      hit.dispatchEvent(new MouseEvent('mousedown', { ...common, buttons: 1 }));
      hit.dispatchEvent(new PointerEvent('pointerup', pointer));
      hit.dispatchEvent(new MouseEvent('mouseup', common));
      hit.dispatchEvent(new PointerEvent('click', pointer));
      // After whatever the page has put off for a moment.
      await scheduler.postTask(() => undefined, { priority: 'background' });
    }
    if (inFrames) {
      // A hidden window may draw no frames.
      await new Promise((resolve) => {
        requestAnimationFrame(resolve);
        setTimeout(resolve, 100);
      });
      await scheduler.postTask(() => undefined, { priority: 'background' });
    }
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  return iterations;
}
