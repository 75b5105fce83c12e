import assert from 'node:assert/strict';
import { PageWatch } from '../../../src/editor/managed/pageWatch.ts';
import { Marks } from '../../../src/editor/memoryView/marks.ts';
import type { ShownTree } from '../../../src/editor/processTree/row.ts';
import type { PageSample, RendererLabel, SessionInfo } from '../../../src/sessions/index.ts';
import { silentLog } from '../../../src/support/index.ts';
import { MIB, shown } from './support/shownTrees.ts';

const KEY = '100@1000';

function metrics(heapMb: number, nodes = 100) {
  return {
    jsHeapUsedBytes: heapMb * MIB,
    jsHeapTotalBytes: 100 * MIB,
    nodes,
    listeners: 10,
    documents: 1,
    frames: 1,
    workers: 0,
  };
}

/** One session with two renderers, whose pages answer what the test says. */
class World {
  now = 1_000_000;
  asked = 0;
  samples: PageSample[] = [
    { id: 'A', kind: 'page', url: 'http://a/', title: 'A', metrics: metrics(10) },
    { id: 'B', kind: 'page', url: 'http://b/', title: 'B', metrics: metrics(20) },
    // Shares B's renderer, so its numbers are B's.
    { id: 'C', kind: 'page', url: 'http://b/c', title: 'C', metrics: metrics(20) },
  ];
  answer: () => Promise<readonly PageSample[]> = () => Promise.resolve(this.samples);
  readonly marks = new Marks();
  #changed: (() => void)[] = [];
  readonly watch = new PageWatch({
    map: () =>
      Promise.resolve<RendererLabel[]>([
        { pid: 101, label: 'A', parts: [{ kind: 'page', id: 'A', url: 'http://a/', title: 'A' }] },
        {
          pid: 102,
          label: 'B and 1 more page',
          parts: [
            { kind: 'page', id: 'B', url: 'http://b/', title: 'B' },
            { kind: 'page', id: 'C', url: 'http://b/c', title: 'C' },
          ],
        },
      ]),
    sample: () => {
      this.asked += 1;
      return this.answer();
    },
    marks: this.marks,
    log: silentLog,
    onChange: () => {
      for (const tell of this.#changed.splice(0)) tell();
    },
    now: () => this.now,
    quietMs: 0,
  });

  trees(state: SessionInfo['state'] = 'ready'): readonly ShownTree[] {
    const tree = shown({ pid: 100, roles: ['browser', 'renderer', 'renderer'] });
    const session = { id: 's', state, urls: ['http://a/', 'http://b/'] } as unknown as SessionInfo;
    return [{ ...tree, session }];
  }

  /** Looks, and waits until the answer was taken in. */
  async look(): Promise<void> {
    this.now += 2000;
    const changed = new Promise<void>((resolve) => this.#changed.push(resolve));
    this.watch.update(this.trees());
    await changed;
  }

  /** The map is asked for only once navigations are over. */
  async mapped(): Promise<void> {
    await this.look();
    while (this.watch.of('s', KEY).size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('What pages of sessions hold', () => {
  let world: World;
  beforeEach(async () => {
    world = new World();
    await world.mapped();
  });
  afterEach(() => world.watch.dispose());

  it('is kept for each renderer, and once for the tree where pages share one', async () => {
    await world.look();
    assert.equal(world.watch.history(KEY, 101).at(-1)?.jsHeapBytes, 10 * MIB);
    assert.equal(world.watch.history(KEY, 102).at(-1)?.jsHeapBytes, 20 * MIB);
    assert.deepEqual(world.watch.history(KEY, undefined).at(-1), {
      at: world.now,
      jsHeapBytes: 30 * MIB,
      nodes: 200,
      listeners: 20,
    });
  });

  it('is shown without the garbage of the last half minute', async () => {
    for (const heapMb of [14, 18, 11, 16]) {
      world.samples[0] = { ...world.samples[0]!, metrics: metrics(heapMb) };
      await world.look();
    }
    const shownRenderer = world.watch.of('s', KEY).get(101);
    assert.equal(shownRenderer?.metrics?.jsHeapUsedBytes, 16 * MIB);
    assert.ok(shownRenderer.least!.jsHeapBytes <= 11 * MIB);
    world.now += 60_000;
    await world.look();
    assert.equal(world.watch.of('s', KEY).get(101)?.least?.jsHeapBytes, 16 * MIB, 'what was long ago is forgotten');
  });

  it('grows at a rate that is told with how sure it is', async () => {
    for (let round = 0; round < 60; round += 1) {
      world.samples[0] = { ...world.samples[0]!, metrics: metrics(10 + round) };
      await world.look();
    }
    const trend = world.watch.of('s', KEY).get(101)?.heapTrend;
    // 1 MB every 2 s.
    assert.ok(Math.abs(trend!.slopePerSecond / MIB - 0.5) < 0.01);
    assert.ok(trend!.correlation > 0.99);
  });

  it('has the titles and addresses of now, not those of the map', async () => {
    world.samples[0] = { ...world.samples[0]!, title: 'Cart (3)', url: 'http://a/#cart' };
    await world.look();
    const shownRenderer = world.watch.of('s', KEY).get(101);
    assert.equal(shownRenderer?.label, 'Cart (3)');
    assert.equal(shownRenderer.parts[0]?.url, 'http://a/#cart');
  });

  it('is marked where a page went somewhere, and where its garbage was collected', async () => {
    world.samples[0] = { ...world.samples[0]!, metrics: metrics(40), navigatedAt: world.now };
    await world.look();
    world.samples[0] = { ...world.samples[0], metrics: metrics(12) };
    await world.look();
    assert.deepEqual(
      world.marks.of(KEY, 101).map(({ kind }) => kind),
      ['navigation', 'gc'],
    );
    assert.deepEqual(world.marks.of(KEY, 102), [], 'neither is about the other renderer');
  });

  // A view that redraws a hundred times a second must not ask the pages as often.
  it('is asked for no more often than it can matter, and never twice at a time', async () => {
    const before = world.asked;
    let answered: (samples: readonly PageSample[]) => void = () => {};
    world.answer = () => new Promise((resolve) => (answered = resolve));
    world.now += 2000;
    for (let round = 0; round < 50; round += 1) {
      world.watch.update(world.trees());
      world.now += 2000;
    }
    assert.equal(world.asked, before + 1);
    answered(world.samples);
  });

  it('is not asked of a session that does not answer', () => {
    const before = world.asked;
    world.now += 2000;
    world.watch.update(world.trees('unresponsive'));
    assert.equal(world.asked, before);
  });

  it('is forgotten with the session', async () => {
    await world.look();
    world.watch.update([]);
    assert.deepEqual(world.watch.history(KEY, 101), []);
    assert.equal(world.watch.of('s', KEY).size, 0);
    assert.deepEqual(world.marks.of(KEY), []);
  });
});
