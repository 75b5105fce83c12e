import type { Page } from 'playwright';
import { LeakwrightError } from '../../support/index.ts';
import { BETTER_REASON_MS, CheckGuard } from './checkGuard.ts';
import type { LeakBrowser } from './leakBrowser.ts';
import type { PageEvents } from './pageEvents.ts';

/** The guard of a page: an abort, a crash of the page, the end of the browser end the check. */
export class PageGuard extends CheckGuard {
  constructor(browser: LeakBrowser, page: Page, events: PageEvents, signal: AbortSignal | undefined) {
    super(signal);
    browser.onLost(() =>
      this.end(
        new LeakwrightError('leaks.browserDied', 'The browser ended while the check ran.', {
          hint: 'It may have run out of memory; check a smaller step, or give the machine more memory.',
        }),
      ),
    );
    events.on('crash', () =>
      this.end(
        new LeakwrightError('leaks.browserDied', `The page crashed while the check ran (${page.url()}).`, {
          hint: 'It may have run out of memory: fewer iterations may show the leak before that.',
        }),
      ),
    );
    events.on('close', () => {
      // The end of a browser closes its pages first: the reason that says more may be on its way.
      const timer = setTimeout(
        () =>
          this.end(
            new LeakwrightError('leaks.scenarioFailed', 'The page under test was closed while the check ran.', {
              hint: 'An iteration must leave the page open.',
            }),
          ),
        BETTER_REASON_MS,
      );
      timer.unref();
    });
  }
}
