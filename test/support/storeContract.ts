import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Store } from '../../src/stores/index.ts';
import type { Clock } from '../../src/support/index.ts';

/** Opens a fresh, empty store; with `again`, once more what the last call opened, as another process would. */
export type OpenTestStore = (clock: Clock, again?: boolean) => Promise<Store<unknown>>;

/**
 * What every back end must do. A store that forgets its bounds takes the editor's memory with it; one that loses its place
 * shows people wrong data.
 *
 * @param shared whether a second opening sees what the first wrote
 */
export function describeStoreContract(name: string, openStore: OpenTestStore, shared: boolean): void {
  describe(`${name}: what every store does`, () => {
    let now: number;
    const clock: Clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
    let store: Store<unknown>;
    let open: Store<unknown>[];
    const limits = { maxRecords: 3, maxBytes: 100 };

    beforeEach(async () => {
      now = Date.now();
      store = await openStore(clock);
      open = [store];
      await store.open('a', limits);
    });
    afterEach(async () => {
      await Promise.all(open.map((each) => each.dispose()));
    });

    async function values(scope: string, after = 0, limit = 100): Promise<unknown[]> {
      return (await store.read(scope, after, limit)).records.map(({ value }) => value);
    }

    it('keeps the newest records, and says how many had to go', async () => {
      for (const value of ['1', '2', '3', '4', '5']) await store.append('a', value, 1);
      assert.deepEqual(await values('a'), ['3', '4', '5']);
      assert.deepEqual(await store.statistics('a'), { records: 3, bytes: 3, dropped: 2 });
    });

    it('keeps no more bytes than allowed, whatever the number of records', async () => {
      await store.append('a', 'small', 10);
      await store.append('a', 'large', 95);
      assert.deepEqual(await values('a'), ['large']);
      await store.append('a', 'too large for the whole store', 101);
      assert.deepEqual(await store.statistics('a'), { records: 0, bytes: 0, dropped: 3 });
    });

    it('reads on from where a reader was, and says when there is nothing newer', async () => {
      for (const value of ['1', '2', '3']) await store.append('a', value, 1);
      const first = await store.read('a', 0, 2);
      assert.deepEqual([first.next, first.skipped], [2, 0]);
      const second = await store.read('a', 2, 2);
      assert.deepEqual(
        second.records.map(({ sequence, value, at }) => [sequence, value, at]),
        [[3, '3', now]],
      );
      assert.equal(second.next, undefined);
      assert.deepEqual((await store.read('a', 3, 2)).records, []);
    });

    it('reads backwards in pages, newest first', async () => {
      for (const value of ['1', '2', '3']) await store.append('a', value, 1);
      const first = await store.readBack('a', Infinity, 2);
      assert.deepEqual(
        first.records.map(({ value }) => value),
        ['3', '2'],
      );
      const second = await store.readBack('a', first.next!, 2);
      assert.deepEqual(
        second.records.map(({ value }) => value),
        ['1'],
      );
      assert.equal(second.next, undefined);
    });

    it('tells a slow reader how much it has missed', async () => {
      for (let n = 1; n <= 10; n += 1) await store.append('a', String(n), 1);
      const page = await store.read('a', 2, 10);
      assert.equal(page.skipped, 5);
      assert.deepEqual(
        page.records.map(({ value }) => value),
        ['8', '9', '10'],
      );
    });

    it('keeps scopes apart: clearing one session must not touch another', async () => {
      await store.open('b', limits);
      await store.append('a', 'of a', 1);
      await store.append('b', 'of b', 1);
      await store.write([{ kind: 'set', scope: 'a', key: 'cursor', value: 1 }]);
      await store.write([{ kind: 'set', scope: 'b', key: 'cursor', value: 2 }]);
      assert.equal(await store.close('a'), 1);
      assert.deepEqual(await values('a'), []);
      assert.equal(await store.value('a', 'cursor'), undefined);
      assert.deepEqual(await values('b'), ['of b']);
      assert.equal(await store.value('b', 'cursor'), 2);
      assert.deepEqual(await store.scopes(), ['b']);
      await store.append('a', 'after the end', 1);
      assert.deepEqual(await values('a'), []);
    });

    it('lets go of what is older than asked, in all scopes', async () => {
      await store.append('a', 'old', 1);
      now += 4000;
      await store.append('a', 'new', 1);
      assert.equal(await store.expire(now), 1);
      assert.deepEqual(await values('a'), ['new']);
      assert.equal((await store.statistics('a')).dropped, 0, 'expired is not dropped for want of room');
    });

    it('does not show what outlived its time', async () => {
      await store.open('a', { ...limits, ttlMs: 5000 });
      await store.append('a', 'old', 1);
      now += 4000;
      await store.append('a', 'young', 1);
      assert.deepEqual(await values('a'), ['old', 'young']);
      now += 2000;
      assert.deepEqual(await values('a'), ['young']);
      assert.deepEqual(
        (await store.readBack('a', Infinity, 10)).records.map(({ value }) => value),
        ['young'],
      );
      assert.deepEqual(await store.statistics('a'), { records: 1, bytes: 1, dropped: 0 });
      assert.equal((await store.read('a', 0, 10)).skipped, 1);
    });

    it('holds no more than its bound after many records', async () => {
      await store.open('a', { maxRecords: 100, maxBytes: 1_000_000 });
      for (let n = 1; n <= 1000; n += 1) await store.append('a', String(n), 10);
      assert.equal((await values('a', 0, 1_000_000)).length, 100);
      assert.equal((await store.read('a', 990, 100)).records[0]?.value, '991');
    });

    it('is cut to the newest when asked, in all scopes', async () => {
      for (const value of ['1', '2', '3']) await store.append('a', value, 1);
      assert.equal(await store.trim(2), 1);
      assert.deepEqual(await values('a'), ['2', '3']);
      assert.equal((await store.statistics('a')).dropped, 1);
    });

    it('obeys new limits at once', async () => {
      for (const value of ['1', '2', '3']) await store.append('a', value, 1);
      await store.open('a', { maxRecords: 1, maxBytes: 100 });
      assert.deepEqual(await values('a'), ['3']);
    });

    it('gives back what it was given, bytes, emoji and line separators included', async () => {
      const value = { url: 'http://x/?q="ä"\u2028🙂', list: [1, null, true], body: new Uint8Array([0, 255, 10]) };
      await store.append('a', value, 1);
      assert.deepEqual(await values('a'), [value]);
    });

    it('reads an attachment only with its record, and loses it with its record', async () => {
      const big = 'x'.repeat(100_000);
      await store.open('a', { maxRecords: 2, maxBytes: 1_000_000 });
      const [sequence] = await store.write([
        { kind: 'append', scope: 'a', value: 'run', bytes: big.length, attachment: big },
      ]);
      assert.equal(await store.attachment('a', sequence!), big);
      assert.deepEqual(await values('a'), ['run']);
      await store.append('a', '2', 1);
      await store.append('a', '3', 1);
      assert.equal(await store.attachment('a', sequence!), undefined);
    });

    it('takes out one record, and keeps the places of the others', async () => {
      for (const value of ['1', '2', '3']) await store.append('a', value, 7);
      await store.write([{ kind: 'remove', scope: 'a', sequence: 2 }]);
      assert.deepEqual(await values('a'), ['1', '3']);
      assert.deepEqual(await store.statistics('a'), { records: 2, bytes: 14, dropped: 0 });
      assert.deepEqual(await values('a', 1), ['3']);
      await store.append('a', '4', 1);
      assert.equal((await store.read('a', 3, 1)).records[0]?.sequence, 4);
    });

    it('keeps values by key: a cursor, a baseline, each for its time', async () => {
      await store.write([
        { kind: 'set', scope: 'a', key: 'for ever', value: { after: 7 } },
        { kind: 'set', scope: 'a', key: 'an hour', value: 1, ttlMs: 3_600_000 },
      ]);
      assert.deepEqual(await store.value('a', 'for ever'), { after: 7 });
      assert.deepEqual(await store.keys('a'), ['for ever', 'an hour']);
      now += 3_600_001;
      assert.equal(await store.value('a', 'an hour'), undefined);
      assert.deepEqual(await store.keys('a'), ['for ever']);
      await store.write([{ kind: 'unset', scope: 'a', key: 'for ever' }]);
      assert.equal(await store.value('a', 'for ever'), undefined);
    });

    it('bounds values by key as well: the one set longest ago goes', async () => {
      await store.open('a', { ...limits, maxValues: 2 });
      for (const key of ['k1', 'k2', 'k1', 'k3']) await store.write([{ kind: 'set', scope: 'a', key, value: key }]);
      assert.deepEqual(await store.keys('a'), ['k1', 'k3']);
    });

    it('writes all of a transaction or none of it', async () => {
      await store.append('a', 'before', 1);
      await assert.rejects(
        store.write([
          { kind: 'append', scope: 'a', value: 'half', bytes: 1 },
          { kind: 'set', scope: 'a', key: 'half', value: 1 },
          { kind: 'append', scope: 'closed', value: 'other half', bytes: 1 },
        ]),
        { code: 'stores.closed' },
      );
      assert.deepEqual(await values('a'), ['before']);
      assert.equal(await store.value('a', 'half'), undefined);
      assert.deepEqual(
        await store.write([
          { kind: 'append', scope: 'a', value: 'whole', bytes: 1 },
          { kind: 'remove', scope: 'a', sequence: 1 },
          { kind: 'set', scope: 'a', key: 'whole', value: 1 },
        ]),
        [2],
      );
      assert.deepEqual(await values('a'), ['whole']);
      assert.equal(await store.value('a', 'whole'), 1);
    });

    if (shared) {
      it('shows what was written to whoever opens it next', async () => {
        await store.append('a', 'kept', 1);
        await store.write([{ kind: 'set', scope: 'a', key: 'k', value: 'v' }]);
        await store.dispose();
        const next = await openStore(clock, true);
        open = [next];
        assert.deepEqual(
          (await next.read('a', 0, 10)).records.map(({ value }) => value),
          ['kept'],
        );
        assert.equal(await next.value('a', 'k'), 'v');
      });

      it('numbers without a hole or a double when two write at once', async () => {
        const other = await openStore(clock, true);
        open.push(other);
        await store.open('a', { maxRecords: 1000, maxBytes: 1_000_000 });
        const write = async (into: Store<unknown>, who: string) => {
          for (let n = 0; n < 100; n += 1) await into.append('a', `${who}${n}`, 1);
        };
        await Promise.all([write(store, 'x'), write(other, 'y')]);
        const { records } = await store.read('a', 0, 1000);
        assert.deepEqual(
          records.map(({ sequence }) => sequence),
          Array.from({ length: 200 }, (_, index) => index + 1),
        );
        assert.equal(new Set(records.map(({ value }) => value)).size, 200);
        assert.deepEqual(await store.statistics('a'), await other.statistics('a'));
      });
    }
  });
}
