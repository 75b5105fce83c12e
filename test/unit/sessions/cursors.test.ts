import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { Cursors, MAX_CURSORS } from '../../../src/sessions/cursors.ts';
import type { CapturedRequest } from '../../../src/sessions/requestCapture.ts';
import { MemoryRecordStore } from '../../../src/stores/index.ts';

function request(n: number, more: Partial<CapturedRequest> = {}): CapturedRequest {
  return {
    method: 'GET',
    url: `http://a.test/${n}`,
    resourceType: 'fetch',
    startedAt: '2026-11-21T10:00:00.000Z',
    durationMs: 1,
    status: 200,
    requestHeaders: {},
    responseHeaders: {},
    ...more,
  };
}

// People read long lists of requests in pages while more come in: none may be shown twice or silently left out.
describe('Cursors', () => {
  let store: MemoryRecordStore<CapturedRequest>;
  let cursors: Cursors;

  beforeEach(async () => {
    store = new MemoryRecordStore();
    cursors = new Cursors('s', store);
    await store.open('s', { maxRecords: 50, maxBytes: 1_000_000 });
  });

  async function add(from: number, to: number, more: Partial<CapturedRequest> = {}): Promise<void> {
    for (let n = from; n <= to; n += 1) await store.append('s', request(n, more), 10);
  }

  it('reads all in pages, each request once', async () => {
    await add(1, 25);
    const id = cursors.open();
    const seen: number[] = [];
    for (;;) {
      const page = await cursors.read(id, 10);
      seen.push(...page.requests.map(({ sequence }) => sequence));
      if (!page.more) break;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, index) => index + 1),
    );
    await add(26, 27);
    assert.deepEqual(
      (await cursors.read(id)).requests.map(({ url }) => url),
      ['http://a.test/26', 'http://a.test/27'],
      'goes on where it was',
    );
  });

  it('fills a page although most requests do not match', async () => {
    await add(1, 20);
    await add(21, 21, { status: 500 });
    await add(22, 40);
    await add(41, 41, { status: 0, failure: 'refused' });
    const read = async (filter: Parameters<Cursors['open']>[0]) =>
      (await cursors.read(cursors.open(filter), 5)).requests.map(({ sequence }) => sequence);
    assert.deepEqual(await read({ status: 'error' }), [21, 41]);
    assert.deepEqual(await read({ status: 'failed' }), [41]);
    assert.deepEqual(await read({ status: 500 }), [21]);
    assert.deepEqual(await read({ urlContains: '/39' }), [39]);
    assert.deepEqual(await read({ method: 'post' }), []);
    assert.deepEqual(await read({ method: 'get', urlContains: '/4' }), [4, 40, 41]);
  });

  it('says how many were dropped before they could be read', async () => {
    const id = cursors.open();
    await add(1, 60);
    const page = await cursors.read(id, 100);
    assert.equal(page.skipped, 10);
    assert.equal(page.requests.length, 50);
  });

  it('keeps a bounded number, the most used ones', async () => {
    await add(1, 1);
    const first = cursors.open();
    for (let n = 1; n < MAX_CURSORS; n += 1) cursors.open();
    await cursors.read(first);
    cursors.open();
    assert.equal(cursors.count, MAX_CURSORS);
    assert.equal((await cursors.read(first)).requests.length, 0, 'still there, and at the end');
  });

  it('expires one that nobody used, and says so to who comes late', async () => {
    const short = new Cursors('s', store, { ttlMs: 1 });
    const id = short.open();
    const begin = performance.now();
    while (performance.now() - begin < 5) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(short.expire(), 1);
    assert.equal(short.expire(), 0, 'counted once');
    assert.equal(short.count, 0);
    await assert.rejects(short.read(id), { code: 'sessions.notFound' });
  });

  it('closes one, or all', () => {
    const id = cursors.open();
    assert.equal(cursors.close(id), true);
    assert.equal(cursors.close(id), false);
    cursors.open();
    assert.equal(cursors.clear(), 1);
    assert.equal(cursors.count, 0);
  });
});
