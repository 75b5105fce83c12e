import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { CURSOR_TTL_MS, Cursors, MAX_CURSORS, closeCaptured } from '../../../src/sessions/cursors.ts';
import type { CapturedRequest } from '../../../src/sessions/requestCapture.ts';
import { MemoryRecordStore, type Store, openStore } from '../../../src/stores/index.ts';
import { systemClock } from '../../../src/support/index.ts';

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
for (const kind of ['memory', 'SQLite'] as const) {
  describe(`Cursors in the ${kind} store`, () => {
    let store: Store<CapturedRequest>;
    let cursors: Cursors;
    let folder: string;
    let now: number;
    const clock = { ...systemClock, now: () => now };

    beforeEach(async () => {
      now = Date.parse('2026-11-21T10:00:00.000Z');
      folder = mkdtempSync(join(tmpdir(), 'lw-cursors-'));
      store =
        kind === 'memory' ? new MemoryRecordStore(clock) : await openStore(join(folder, 'captured.sqlite'), clock);
      cursors = new Cursors('s', store, { clock });
      await store.open('s', { maxRecords: 50, maxBytes: 1_000_000 });
    });

    afterEach(async () => {
      await store.dispose();
      rmSync(folder, { recursive: true, force: true });
    });

    async function add(from: number, to: number, more: Partial<CapturedRequest> = {}): Promise<void> {
      for (let n = from; n <= to; n += 1) await store.append('s', request(n, more), 10);
    }

    it('reads all in pages, each request once', async () => {
      await add(1, 25);
      const id = await cursors.open();
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
        (await cursors.read(await cursors.open(filter), 5)).requests.map(({ sequence }) => sequence);
      assert.deepEqual(await read({ status: 'error' }), [21, 41]);
      assert.deepEqual(await read({ status: 'failed' }), [41]);
      assert.deepEqual(await read({ status: 500 }), [21]);
      assert.deepEqual(await read({ urlContains: '/39' }), [39]);
      assert.deepEqual(await read({ method: 'post' }), []);
      assert.deepEqual(await read({ method: 'get', urlContains: '/4' }), [4, 40, 41]);
    });

    it('says how many were dropped before they could be read', async () => {
      const id = await cursors.open();
      await add(1, 60);
      const page = await cursors.read(id, 100);
      assert.equal(page.skipped, 10);
      assert.equal(page.requests.length, 50);
    });

    it('keeps a bounded number, the most used ones', async () => {
      await add(1, 1);
      const first = await cursors.open();
      for (let n = 1; n < MAX_CURSORS; n += 1) await cursors.open();
      await cursors.read(first);
      await cursors.open();
      assert.equal(await cursors.count(), MAX_CURSORS);
      assert.equal((await cursors.read(first)).requests.length, 0, 'still there, and at the end');
    });

    it('expires one that nobody used for its time, and says so to who comes late', async () => {
      const used = await cursors.open();
      const id = await cursors.open();
      now += CURSOR_TTL_MS - 1;
      await cursors.read(used);
      now += 1;
      await assert.rejects(cursors.read(id), { code: 'sessions.notFound' });
      assert.equal(await cursors.expire(), 1);
      assert.equal(await cursors.expire(), 0, 'counted once');
      assert.equal(await cursors.count(), 1);
      await cursors.read(used);
    });

    it('gives two reads at once two pages', async () => {
      await add(1, 10);
      const id = await cursors.open();
      const pages = await Promise.all([cursors.read(id, 5), cursors.read(id, 5)]);
      assert.deepEqual(
        pages.flatMap(({ requests }) => requests.map(({ sequence }) => sequence)),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      );
    });

    it('closes one, or all, and leaves nothing of them in the store', async () => {
      const other = new Cursors('t', store, { clock });
      await other.open();
      const id = await cursors.open();
      assert.equal(await cursors.close(id), true);
      assert.equal(await cursors.close(id), false);
      await cursors.open();
      assert.equal(await cursors.clear(), 1);
      assert.equal(await cursors.count(), 0);
      assert.deepEqual([...(await store.scopes())].sort(), ['s', 't/cursors'], "another session's are its own");
    });

    it('leaves nothing of a session whose host was killed, when another host recovers it', async () => {
      await add(1, 3);
      await cursors.open();
      await closeCaptured(store, 's');
      assert.deepEqual(await store.scopes(), []);
    });
  });
}
