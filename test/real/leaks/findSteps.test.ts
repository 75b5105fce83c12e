import assert from 'node:assert/strict';
import type { Page } from 'playwright';
import { obtainBrowser } from '../../../src/browsers/index.ts';
import { sessionOpener } from '../../../src/leaks/index.ts';
import { findSteps } from '../../../src/scenarios/index.ts';
import { silentLog } from '../../../src/support/index.ts';
import type { LoopbackServer } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';
import { useStateFolder } from './checking.ts';

/** A button that runs this when it is clicked. */
const button = (attributes: string, text: string, onClick = ''): string =>
  `<button ${attributes}>${text}</button><script>
     document.currentScript.previousElementSibling.addEventListener('click', (event) => { const own = event.currentTarget; ${onClick} });
   </script>`;
const append = (html: string): string =>
  `const box = document.createElement('div'); box.innerHTML = ${JSON.stringify(html)}; document.body.append(box);
   box.querySelector('.x').addEventListener('click', () => box.remove());`;

/** By page: the clicks of its pairs. */
const pages: Readonly<Record<string, { readonly html: string; readonly pairs: readonly (readonly string[])[] }>> = {
  '/dialog-element': {
    html: `${button('id="add"', 'Add order', "document.querySelector('dialog').showModal();")}
      <dialog>${button('', 'Cancel', "own.closest('dialog').close();")}</dialog>`,
    pairs: [['#add', 'button:text-is("Cancel") >> visible=true']],
  },
  '/toggle': {
    html: `${button('aria-label="Menu" aria-expanded="false"', '☰', "own.setAttribute('aria-expanded', own.getAttribute('aria-expanded') === 'true' ? 'false' : 'true'); document.querySelector('nav').hidden = !document.querySelector('nav').hidden;")}
      <nav hidden><p>One</p></nav>`,
    pairs: [['button[aria-label="Menu"]', 'button[aria-label="Menu"]']],
  },
  '/details': {
    html: '<details><summary>Filters</summary><p>All</p></details>',
    pairs: [['summary:text-is("Filters")', 'summary:text-is("Filters")']],
  },
  '/added-to-the-document': {
    html: button(
      'data-testid="open"',
      '+',
      append('<div role="dialog"><button class="x" aria-label="Close">×</button></div>'),
    ),
    pairs: [['button[data-testid="open"]', 'button[aria-label="Close"]']],
  },
  '/rows-alike': {
    html: [1, 2, 3].map(() => button('class="open"', 'Details', append('<button class="x">Close</button>'))).join(''),
    pairs: [['.open >> nth=0', '.x']],
  },
  '/ids-made-anew': {
    html: button('id=":r12:"', 'Settings', append('<button id="headlessui-42" class="x">Done</button>')),
    pairs: [['button:text-is("Settings")', '.x']],
  },
  // None of these may be offered: they do not end where they began, or do something that cannot be undone.
  '/only-grows': { html: button('', 'Load more', "document.body.append(document.createElement('p'));"), pairs: [] },
  '/leads-away': { html: button('', 'Show cart', "location.href = '/details';"), pairs: [] },
  '/deletes': { html: button('', 'Delete all', "void fetch('/deleted'); own.hidden = true;"), pairs: [] },
  '/asks': { html: button('', 'More', "alert('sure?'); document.body.append('more');"), pairs: [] },
  '/nothing': { html: '<p>A text.</p>', pairs: [] },
};

// "What do I type here?" was the end of the way for whoever does not know selectors.
describe('The steps that are found on a page', () => {
  useStateFolder();
  let server: LoopbackServer;
  let closing: (() => Promise<unknown>) | undefined;
  before(async () => {
    const bodies = Object.fromEntries(Object.entries(pages).map(([path, { html }]) => [path, html]));
    server = await servePages({ ...bodies, '/login': '<form><input name="user"><input type="password"></form>' });
  });
  after(async () => {
    await closing?.();
    await server?.close();
  });

  it('open something and close it again, one of each kind, and nothing else is clicked for good', async () => {
    const { executablePath } = await obtainBrowser();
    const open = sessionOpener(
      { kind: 'launch', family: 'chromium', executablePath },
      { workspaceFolder: process.cwd(), log: silentLog, testIdAttribute: undefined },
    );
    const browser = await open({ signal: new AbortController().signal });
    closing = () => browser.close();
    const deleted: string[] = [];
    const look = async (path: string) => {
      const page: Page = await browser.newPage({});
      page.on('request', (request) => {
        if (request.url().endsWith('/deleted')) deleted.push(path);
      });
      const found = await findSteps(page, `${server.origin}${path}`, new AbortController().signal);
      await page.close();
      return found;
    };
    for (const [path, { pairs }] of Object.entries(pages)) {
      const found = await look(path);
      assert.deepEqual(
        found.pairs.map(({ clicks }) => clicks),
        pairs,
        path,
      );
      assert.equal(found.asksToSignIn, false, path);
    }
    assert.deepEqual(deleted, []);
    assert.equal((await look('/login')).asksToSignIn, true);
  });
});
