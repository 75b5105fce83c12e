import assert from 'node:assert/strict';
import { unwatchHolder, watchHolder } from '../../../../../src/leaks/explain/exactLine/holderWatch.ts';

/** Watches a holder while `use` runs; the number of stacks seen, and whether each names `use`'s caller. */
function seen(holder: object, use: () => void, slot: string | null = null): number {
  const state = watchHolder(holder, slot);
  assert.ok(state, 'nothing could be put on the holder');
  use();
  const { stacks } = unwatchHolder(state);
  for (const { stack } of stacks) assert.match(stack, /holderWatch\.test/);
  return stacks.reduce((sum, { count }) => sum + count, 0);
}

describe('watching a holder', () => {
  it('sees every way to put something into an array', () => {
    const list: unknown[] = ['old'];
    const count = seen(list, () => {
      list.push({});
      list[list.length] = {};
      list.splice(1, 0, {});
      Array.prototype.push.call(list, {});
    });
    assert.ok(count >= 4, `${count} of 4 were seen`);
  });

  it('sees what is put into Maps and Sets', () => {
    const map = new Map<string, object>();
    assert.equal(
      seen(map, () => void map.set('a', {})),
      1,
    );
    const set = new Set<object>();
    assert.equal(
      seen(set, () => void set.add({})),
      1,
    );
  });

  it('sees new keys of an object, and not the change of old ones', () => {
    const cache: Record<string, unknown> = { old: 1 };
    assert.equal(
      seen(cache, () => {
        cache['new'] = {};
        cache['old'] = 2;
      }),
      1,
    );
  });

  it('sees a slot that is filled anew', () => {
    const state = { items: [] as number[] };
    assert.equal(
      seen(state, () => (state.items = [...state.items, 1]), 'items'),
      1,
    );
    assert.deepEqual(state.items, [1]);
  });

  it('leaves out what was put in and taken out again', () => {
    const list: object[] = [];
    const state = watchHolder(list, null)!;
    list.push({ leaked: true });
    list.push({ leaked: false });
    list.pop();
    const { stacks } = unwatchHolder(state);
    assert.equal(stacks.length, 1);
    assert.equal(stacks[0]?.count, 1);
  });

  it('leaves the holder as it was: prototype, keys and their order, descriptors', () => {
    class Basket {
      items: unknown = 1;
      after = 2;
    }
    const basket = new Basket();
    const before = Object.getOwnPropertyDescriptors(basket);
    seen(basket, () => (basket.items = 1), 'items');
    assert.deepEqual(Object.getOwnPropertyDescriptors(basket), before);
    assert.deepEqual(Object.keys(basket), ['items', 'after']);
    const list: unknown[] = [];
    seen(list, () => list.push(1));
    assert.equal(Object.getPrototypeOf(list), Array.prototype);
    const map = new Map();
    seen(map, () => map.set(1, 1));
    assert.deepEqual(Reflect.ownKeys(map), []);
  });

  it('does not show while it lasts: instanceof, Array.isArray, JSON, loops', () => {
    const list = [1, 2];
    seen(list, () => {
      // oxlint-disable-next-line unicorn/no-instanceof-builtins -- what pages do is what must go on working
      assert.ok(list instanceof Array);
      assert.ok(Array.isArray(list));
      assert.equal(JSON.stringify(list), '[1,2]');
      const keys: string[] = [];
      // oxlint-disable-next-line typescript/no-for-in-array -- the same
      for (const key in list) keys.push(key);
      assert.deepEqual(keys, ['0', '1']);
      list.push(3);
    });
    assert.deepEqual(list, [1, 2, 3]);
  });

  it('does not run the page`s own prepareStackTrace', () => {
    const former: unknown = Reflect.get(Error, 'prepareStackTrace');
    let ran = false;
    Error.prepareStackTrace = () => (ran = true);
    try {
      const list: unknown[] = [];
      const state = watchHolder(list, null)!;
      list.push({});
      unwatchHolder(state);
      assert.equal(ran, false);
    } finally {
      if (former === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
      else Reflect.set(Error, 'prepareStackTrace', former);
    }
  });

  it('puts nothing on what is frozen, or has an accessor of its own', () => {
    assert.equal(watchHolder(Object.freeze([1]), null), undefined);
    const own = {
      get items() {
        return 1;
      },
    };
    assert.equal(watchHolder(own, 'items'), undefined);
  });
});
