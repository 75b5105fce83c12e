import assert from 'node:assert/strict';
import type { GuardedCdp } from '../../../../src/leaks/drive/cdp.ts';
import { PageSources } from '../../../../src/leaks/measure/pageSources.ts';

/** A page whose main thread is at work: it takes calls and answers none. */
function busyPage(answer: Promise<never>): GuardedCdp {
  const silent = { session: { on: () => silent, off: () => silent }, send: () => answer };
  return silent as unknown as GuardedCdp;
}

// A page that takes a snapshot of 500 tables when the time is over had findings without any line.
describe('the scripts of a page that does not answer', () => {
  const url = 'http://localhost:5173/src/view.js';
  const position = { scriptId: 7, url, line: 3, column: 1, functionName: 'open' };

  it('are known by the positions that were seen, without their texts', async () => {
    const sources = await PageSources.openWithin(1, busyPage(new Promise(() => {})), [position]);
    assert.equal(sources.urlOf(7), url);
    assert.deepEqual(sources.pageFrames([{ ...position, url: '' }]), [{ url, line: 3, column: 1, function: 'open' }]);
    assert.equal(await sources.textOf(url), undefined);
    await sources.close();
  });

  it('are not looked for where the page is gone', async () => {
    await assert.rejects(
      PageSources.openWithin(10_000, busyPage(Promise.reject(new Error('the page is gone'))), [position]),
      /the page is gone/,
    );
  });
});
