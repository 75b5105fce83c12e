import assert from 'node:assert/strict';
import type { Page } from 'playwright';
import { analyzeSnapshots, checkLeaks, renderReport } from '../../../src/index.ts';
import { occupy } from '../../../src/api/givenParts.ts';

/** As a program in JavaScript calls it. */
const call = async (fn: (...args: never[]) => unknown, ...args: readonly unknown[]): Promise<unknown> =>
  await (fn as (...args: readonly unknown[]) => unknown)(...args);

const pageThat = (isClosed: boolean): Page =>
  ({ addInitScript() {}, context() {}, isClosed: () => isClosed, url: () => 'http://localhost/' }) as unknown as Page;

describe('What a program gives to the API', () => {
  // Each was an error of a library, at a call that the program did not write, or none.
  const iteration = (): void => {};
  const refused: readonly (readonly [what: string, run: () => Promise<unknown>, message: RegExp])[] = [
    ['a closed page', () => call(checkLeaks, iteration, { page: pageThat(true) }), /^The 'page' is closed/],
    ['a page that is none', () => call(checkLeaks, iteration, { page: {} }), /'page' must be a page of Playwright/],
    ['a page that was not awaited', () => call(checkLeaks, iteration, { page: Promise.resolve() }), /'page' must be/],
    ['a context that is none', () => call(checkLeaks, 'http://localhost', { context: [] }), /'context' must be/],
    [
      'a closed context',
      () => {
        const context = { newPage() {}, newCDPSession() {}, browser: () => ({ isConnected: () => false }) };
        return call(checkLeaks, 'http://localhost', { context });
      },
      /^The 'context' is closed/,
    ],
    [
      'a controller for a signal',
      () => call(checkLeaks, 'http://localhost', { signal: new AbortController() }),
      /'signal' must be an AbortSignal/,
    ],
    [
      'an option of another name',
      () => call(checkLeaks, 'http://localhost', { clicks: [] }),
      /did you mean 'click'\?$/,
    ],
    ['snapshots without a path', () => call(analyzeSnapshots), /takes the path of a file or a folder/],
    ['snapshots with no options', () => call(analyzeSnapshots, 'x', null), /must be an object/],
    ['a signal of snapshots', () => call(analyzeSnapshots, 'x', { signal: {} }), /'signal' must be an AbortSignal/],
    ['a report that was not awaited', () => call(renderReport, checkLeaks('http://localhost')), /takes a report of/],
    ['no report', () => call(renderReport, undefined, 'json'), /takes a report of/],
    ['one check of a report', () => call(renderReport, { verdict: 'clean' }), /takes a report of/],
  ];
  for (const [what, run, message] of refused)
    it(`is refused in its own words: ${what}`, async () => {
      await assert.rejects(run, (error: Error & { code?: string }) => {
        assert.match(error.message, message);
        return error.code === 'usage';
      });
    });

  it('is one page for one check at a time', () => {
    const page = pageThat(false);
    const leave = occupy(page);
    assert.throws(() => occupy(page), /A check of the 'page' runs already/);
    occupy(pageThat(false))();
    leave();
    occupy(page)();
  });
});
