import type { Evidence, IterationSpan, Observation, SnapshotSeen } from '../../src/leaks/evidence.ts';
import { plan } from '../../src/leaks/judge/plan.ts';
import { looksMultiplying } from '../../src/leaks/judge/runaway.ts';
import type { GroupReport, GrowthReport } from '../../src/leaks/snapshot/messages.ts';
import { type Recording, outcomeOf } from './replay.ts';
import { defined } from '../../src/support/index.ts';

/**
 * A page as a few functions of the iteration, for evidence at the border of a number: no real page stands there by itself. A made
 * check runs the real plan on it and answers each step as a browser would.
 */
export interface MadePage {
  readonly name: string;
  readonly truth: 'leak' | 'clean' | 'inconclusive';
  /** Counters after an iteration, from 0 (before the first); what is not named stays flat. */
  readonly counters?: (iteration: number) => Readonly<Record<string, number>>;
  /** How many objects of an iteration are alive at another, later one. */
  readonly objects?: (madeIn: number, now: number) => number;
  /** Nodes of the browser without an iteration that came up to an iteration. */
  readonly nodes?: (now: number) => number;
  /** Nodes that came up to an iteration of which no snapshot shows more than how many there are. */
  readonly unseenNodes?: (now: number) => number;
  /** The page's time can be moved on, and what was made before it was is gone then or stays. */
  readonly aged?: 'gone' | 'stays';
  /** Live size of one old collection. */
  readonly size?: (now: number) => number;
  /** Bytes of the heap, garbage included, where they are read without a collection. */
  readonly heap?: (now: number) => number;
  /** Bytes of one object. Default: 100. */
  readonly objectBytes?: number;
  /** Session-history entries of five watched iterations; the collection of the objects is keyed by them. */
  readonly historyEntries?: number;
  /** Iterations up to which growth is followed where they cost little. */
  readonly reach?: number;
  /** Iterations up to which a counter that rose is read again, where nothing was found behind it. */
  readonly lateLook?: number;
  /** Counted iterations. Default: 7. */
  readonly iterations?: number;
  /** ms that an iteration of the count takes. */
  readonly iterationMs?: number;
  /** Iterations of which nothing can be seen from outside, and what runs for them. */
  readonly silent?: {
    readonly from: number;
    readonly again: boolean;
    readonly functions: number;
    readonly leftEarly: number;
  };
}

const WARMUP = 3;
const KB = 1024;
const MB = 1024 * 1024;
const BASE = { nodes: 50, listeners: 4, jsHeapBytes: 3_000_000, embedderHeapBytes: 400_000, backingStoreBytes: 0 };

const HOLDER = {
  name: 'kept',
  heapObjectId: 1001,
  className: 'Array',
  nodeType: 'object',
  isSlot: false,
  retainedBy: ['kept: Array'],
};

function group(survivors: readonly number[], parts: Partial<GroupReport> = {}): GroupReport {
  return {
    key: 'Panel',
    className: 'Panel',
    nodeType: 'object',
    survivors,
    ageless: 0,
    bytes: survivors.map((count) => count * 100),
    holder: HOLDER,
    stack: [{ scriptId: 5, url: 'http://page/app.js', line: 3, column: 10, functionName: 'open' }],
    ...parts,
  };
}

/** The evidence of a check of a made page. */
export function makeEvidence(page: MadePage): Evidence {
  const observations: Observation[] = [];
  const spans: IterationSpan[] = [];
  let begun = WARMUP - 1;
  let spanFrom = 0;
  let snapshotAt = 0;
  /** Iterations before the page's time was moved on that it has let go. */
  let forgotten = 0;
  const evidence = (): Evidence => ({
    version: 1,
    browser: 'made by hand',
    settings: {
      warmup: WARMUP,
      iterations: page.iterations ?? 7,
      escalateTo: 60,
      deep: false,
      ...defined({ reach: page.reach, lateLook: page.lateLook, ages: page.aged && true }),
    },
    observations: [...observations],
  });
  const rows = (now: number): number => page.nodes!(now) - (forgotten === 0 ? 0 : page.nodes!(forgotten));
  const countersAt = (now: number): Record<string, number> => ({
    ...BASE,
    ...page.counters?.(now - WARMUP - forgotten),
    ...(page.nodes ? { nodes: BASE.nodes + rows(now) } : {}),
    ...(page.unseenNodes ? { nodes: BASE.nodes + page.unseenNodes(now) } : {}),
  });
  const note = (seen: Observation extends infer T ? (T extends unknown ? Omit<T, 'begun'> : never) : never): void =>
    void observations.push({ ...seen, begun });
  const sizesOver = (iterations: number): number[] => {
    const sizes = [page.size?.(begun) ?? 0];
    for (let each = 0; each < iterations; each += 1) {
      begun += 1;
      sizes.push(page.size?.(begun) ?? 0);
    }
    return sizes;
  };
  const closeSpan = (from: number, to: number): void => void (to >= from && spans.push({ first: from, last: to }));
  const growth = (): GrowthReport[] =>
    page.size
      ? [
          {
            type: 'table',
            holder: { ...HOLDER, name: 'numbers', heapObjectId: 2002 },
            className: 'Array',
            bytesBefore: 0,
            bytesAfter: page.size(begun) * 8,
            stack: [],
          },
        ]
      : [];
  const snapshot = (heap: number): SnapshotSeen => {
    const survivors = spans.map(({ first, last }) => {
      let count = 0;
      for (let made = Math.max(first, forgotten + 1); made <= last; made += 1)
        count += page.objects?.(made, begun) ?? 0;
      return count;
    });
    const since = begun - snapshotAt;
    const ageless = page.nodes ? page.nodes(begun) - page.nodes(snapshotAt) : 0;
    const none = spans.map(() => 0);
    const list = { ...HOLDER, name: '<ul>', heapObjectId: 3003, className: '<ul>', nodeType: 'native' };
    const seen: SnapshotSeen = {
      saw: 'snapshot',
      heap,
      spans: [...spans],
      iterationsSince: since,
      hooked: true,
      analysis: {
        groups: [
          ...(survivors.some((count) => count > 0)
            ? [group(survivors, { bytes: survivors.map((count) => count * (page.objectBytes ?? 100)) })]
            : []),
          ...(ageless > 0
            ? [group(none, { key: '<li>', className: '<li>', nodeType: 'native', ageless, holder: list, stack: [] })]
            : []),
        ],
        growth: growth(),
        nodeCount: 1000,
        elements: {
          ...(page.nodes ? { '<li>': rows(begun) } : {}),
          ...(page.nodes && page.aged ? { '<html>': 1 } : {}),
          ...(page.unseenNodes ? { '<html>': 1, '<article>': page.unseenNodes(begun) } : {}),
        },
      },
      resources: [],
      interfaces: [],
    };
    snapshotAt = begun;
    return seen;
  };
  note({ saw: 'counters', when: 'warmup', atMs: 0, counters: countersAt(begun) });
  begun = WARMUP;
  for (;;) {
    const step = plan(evidence());
    switch (step.do) {
      case 'decide':
        return evidence();
      case 'count': {
        if (step.iteration > 0) {
          begun += 1;
          if (spanFrom > 0) closeSpan(begun, begun);
        }
        const atMs = step.iteration * (page.iterationMs ?? 50);
        const silent = step.iteration > 0 && page.silent !== undefined && begun >= page.silent.from;
        note({ saw: 'counters', when: 'count', atMs, counters: countersAt(begun), ...(silent ? { silent } : {}) });
        break;
      }
      case 'track':
        spanFrom = begun + 1;
        note({ saw: 'tracking', heap: 0 });
        break;
      case 'snapshot': {
        if (step.phase === 'escalate') closeSpan((spans.at(-1)?.last ?? begun) + 1, begun);
        const from = begun + 1;
        begun += step.iterations;
        const { inRunsOf } = step;
        if (inRunsOf !== undefined) {
          spans.length = 0;
          for (let first = from; first <= begun; first += inRunsOf) closeSpan(first, first + inRunsOf - 1);
        } else if (step.phase === 'escalate') closeSpan(from, begun);
        else for (let each = from; each <= begun; each += 1) closeSpan(each, each);
        note(snapshot(step.heap));
        break;
      }
      case 'sizes':
        note({ saw: 'sizes', heap: 0, holders: [{ heapObjectId: 2002, sizes: sizesOver(step.iterations) }] });
        break;
      case 'follow': {
        const bytes: number[] = [];
        while (begun < step.to && !looksMultiplying(bytes, [])) {
          begun += 1;
          bytes.push(page.heap?.(begun) ?? 0);
        }
        const endedBy = begun < step.to ? 'multiplying' : 'done';
        note({ saw: 'followed', heap: 0, bytes, ms: [], endedBy });
        break;
      }
      case 'sprint':
        begun = Math.max(begun, step.to);
        note({
          saw: 'sprinted',
          inPage: step.by === 'mouse' || step.by === 'rest' ? 0 : begun,
          counters: countersAt(begun),
          endedBy: 'done',
        });
        break;
      case 'compare':
        throw new Error('Made evidence has no snapshots to compare.');
      case 'age': {
        const before = countersAt(begun);
        if (page.aged === 'gone') forgotten = begun;
        begun += 1;
        note({ saw: 'aged', ms: step.ms, counters: [before, countersAt(begun)] });
        break;
      }
      case 'confirm': {
        const bytes = [countersAt(begun)['jsHeapBytes']!];
        for (let each = 0; each < step.iterations; each += 1) {
          begun += 1;
          bytes.push(countersAt(begun)['jsHeapBytes']!);
        }
        note({ saw: 'confirmed', heap: 0, bytes });
        break;
      }
      case 'watch': {
        const before = countersAt(begun);
        const sizes = sizesOver(step.iterations);
        const counters = [before, countersAt(begun)] as const;
        const heldBytes = [1, 2] as const;
        const again = step.again ? { again: snapshot(0).analysis } : {};
        note({
          saw: 'watched',
          heap: 0,
          iterations: step.iterations,
          holders: [{ heapObjectId: 2002, sizes }],
          heldBytes,
          counters,
          ...again,
          ...defined({
            history: page.historyEntries === undefined ? undefined : { entries: page.historyEntries, holders: [1001] },
          }),
        });
        break;
      }
      case 'workers':
        note({ saw: 'workers', heaps: [] });
        break;
      case 'cover': {
        const { from, again, functions, leftEarly } = page.silent!;
        const silent = begun - from + 1;
        note({ saw: 'covered', iterations: begun, silent, silentAgain: again, functions, leftEarly });
        begun += 1;
        break;
      }
      case 'end':
        note({ saw: 'counters', when: 'end', atMs: 9000, counters: countersAt(begun) });
        break;
    }
  }
}

export function madeRecordings(): Recording[] {
  return MADE_PAGES.map((page) => {
    const evidence = makeEvidence(page);
    return {
      name: page.name,
      truth: page.truth,
      chromium: evidence.browser,
      commit: '',
      evidence,
      outcome: outcomeOf(evidence),
    };
  });
}

const every =
  (n: number, from: number) =>
  (iteration: number): number =>
    iteration < from ? 0 : Math.floor((iteration - from) / n) + 1;

/** Counters that rise in the given steps of the count, by the given amounts, and stay where they are after it. */
const steps =
  (counter: keyof typeof BASE, amounts: readonly number[]) =>
  (iteration: number): Record<string, number> => ({
    [counter]: BASE[counter] + amounts.slice(0, Math.max(0, iteration)).reduce((sum, amount) => sum + amount, 0),
  });

const SMALL = steps('jsHeapBytes', [0, 200, 200, 200, 200, 200, 200]);
const doubling = (made: number): number => 8 * 2 ** Math.min(made - WARMUP, 12);
const growing = (made: number): number => Math.round(120 * 1.45 ** Math.min(made - 6, 12));
/** Flat up to the end of the follow-up, then steps of so many KB. */
const late =
  (kilobytes: readonly number[]) =>
  (now: number): number =>
    3 * MB + kilobytes.slice(0, Math.max(0, now - 50 + kilobytes.length)).reduce((sum, kb) => sum + kb * KB, 0);

/** Flat in the count, then so many bytes an iteration and, at each of the readings after it, so many besides. */
const longLook =
  (rate: number, besides: readonly number[]) =>
  (iteration: number): Record<string, number> => {
    const readings = [27, 177, 327, 627];
    const reading = readings.findIndex((at) => iteration <= at);
    const more = iteration <= 7 ? 0 : (besides[reading] ?? besides.at(-1)!);
    return { jsHeapBytes: 3 * MB + Math.max(0, iteration - 7) * rate + more };
  };

export const MADE_PAGES: readonly MadePage[] = [
  { name: 'three nodes of seven, then none', truth: 'clean', counters: steps('nodes', [1, 0, 1, -1, 1, 0, 0]) },
  { name: 'a node that comes once', truth: 'clean', counters: steps('nodes', [0, 0, 1, 0, 0, 0, 0]) },
  {
    name: 'a node in three of seven',
    truth: 'leak',
    objects: (made) => (made % 3 === 0 ? 1 : 0),
    counters: (i) => ({ nodes: 50 + every(3, 0)(Math.max(0, i)) }),
  },
  { name: '50 bytes of noise', truth: 'clean', counters: steps('jsHeapBytes', [264, 8, 8, 8, 8, 8, 8]) },
  { name: '100 bytes in rises', truth: 'clean', counters: steps('jsHeapBytes', [264, 16, 16, 16, 16, 16, 16]) },
  { name: '264 bytes of the first reading', truth: 'clean', counters: steps('jsHeapBytes', [264, 0, 0, 0, 0, 0, 0]) },
  { name: '900 bytes in one step', truth: 'clean', counters: steps('jsHeapBytes', [0, 0, 900, 0, 0, 0, 0]) },
  { name: '1,500 bytes in one step', truth: 'clean', counters: steps('jsHeapBytes', [0, 0, 1500, 0, 0, 0, 0]) },
  {
    name: 'a leak behind a heap that comes and goes by 1,000 bytes',
    truth: 'leak',
    counters: steps('jsHeapBytes', [0, 1000, -1000, 0, 1000, -1000, 0]),
    objects: () => 1,
  },
  {
    name: 'a heap that comes and goes by 1,000 bytes',
    truth: 'clean',
    counters: steps('jsHeapBytes', [0, 1000, -1000, 0, 1000, -1000, 0]),
  },
  {
    name: 'a leak behind a heap that comes and goes once by 1,000 bytes',
    truth: 'leak',
    counters: steps('jsHeapBytes', [0, -1000, 100, -100, 1000, -100, 100]),
    objects: () => 1,
  },
  {
    name: 'code that is compiled once and flushed once',
    truth: 'clean',
    counters: steps('jsHeapBytes', [0, 600, 0, 0, -600, 0, 0]),
  },
  { name: 'rises with one fall', truth: 'clean', counters: steps('jsHeapBytes', [0, 20, 20, 20, 20, -5000, 20]) },
  { name: 'rises with two falls', truth: 'clean', counters: steps('jsHeapBytes', [0, 20, 20, -3000, 20, -3000, 20]) },
  {
    name: 'rises with three falls',
    truth: 'clean',
    counters: steps('jsHeapBytes', [20, -300, 20, -300, 20, -300, 20]),
  },
  {
    name: '3,000 bytes of records',
    truth: 'clean',
    counters: steps('embedderHeapBytes', [0, 3000, 3000, 3000, 3000, 3000, 3000]),
  },
  {
    name: '6,000 bytes beside the records',
    truth: 'clean',
    counters: steps('embedderHeapBytes', [0, 6000, 6000, 6000, 6000, 6000, 6000]),
  },
  {
    name: 'one object of each iteration',
    truth: 'leak',
    objects: () => 1,
    counters: steps('jsHeapBytes', [0, 200, 200, 200, 200, 200, 200]),
  },
  {
    name: 'a cache of 20',
    truth: 'clean',
    objects: (made, now) => (now - made < 20 ? 1 : 0),
    counters: steps('jsHeapBytes', [0, 200, 200, 200, 200, 200, 200]),
  },
  {
    name: 'a cache of 45',
    truth: 'clean',
    objects: (made, now) => (now - made < 45 ? 1 : 0),
    counters: steps('jsHeapBytes', [0, 200, 200, 200, 200, 200, 200]),
  },
  {
    name: 'a pool of 25 that stays',
    truth: 'clean',
    objects: (made) => (made < 25 ? 1 : 0),
    counters: steps('jsHeapBytes', [0, 200, 200, 200, 200, 200, 200]),
  },
  {
    name: 'three of ten last iterations',
    truth: 'leak',
    objects: (made) => (made < 12 || made % 3 !== 0 ? 1 : 0),
    counters: steps('jsHeapBytes', [0, 200, 200, 200, 200, 200, 200]),
  },
  {
    name: 'numbers by the hundred',
    truth: 'leak',
    size: (now) => now * 100,
    counters: steps('jsHeapBytes', [0, 800, 800, 800, 800, 800, 800]),
  },
  { name: 'nodes in the document', truth: 'leak', nodes: (now) => now },
  { name: 'rows in half of the iterations', truth: 'leak', nodes: (now) => Math.ceil(now / 2), counters: () => ({}) },
  {
    name: 'rows that come half as fast in the end',
    truth: 'clean',
    nodes: (now) => (now <= 60 ? now : 60 + Math.floor((now - 60) / 2.4)),
  },
  {
    name: 'a leak after a heap of 20 MB',
    truth: 'leak',
    objects: () => 1,
    counters: (i) => ({ jsHeapBytes: 20 * MB + Math.max(0, i) * 200 }),
  },
  {
    name: 'a leak in a heap of 50 MB',
    truth: 'leak',
    objects: () => 1,
    counters: (i) => ({ jsHeapBytes: 50 * MB + Math.max(0, i) * 200 }),
  },
  {
    name: 'three rows of four in the last stretch',
    truth: 'leak',
    objects: (made) => (made <= 50 || made % 10 < 8 ? 1 : 0),
    counters: steps('jsHeapBytes', [0, 200, 200, 200, 200, 200, 200]),
  },
  {
    name: 'numbers, some of which are dropped at first',
    truth: 'leak',
    size: (now) => now * 100 - 1000,
    counters: steps('jsHeapBytes', [0, 800, 800, 800, 800, 800, 800]),
  },
  {
    name: 'heap bytes of 2 KB an iteration that go on: code, and what tracking leaves',
    truth: 'clean',
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 2048 }),
    objects: (made, now) => (now - made < 20 ? 1 : 0),
  },
  {
    name: 'a cache of forty whose entries explain what the heap gained',
    truth: 'clean',
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.min(Math.max(0, i), 40) * 4096 }),
    objects: (made, now) => (now - made < 40 ? 1 : 0),
    objectBytes: 4096,
  },
  {
    name: 'objects that are kept for a minute',
    truth: 'clean',
    aged: 'gone',
    objects: () => 1,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 200 }),
  },
  {
    name: 'objects that are kept for a minute, with a timer each',
    truth: 'clean',
    aged: 'gone',
    objects: () => 1,
    counters: (i) => ({ timeouts: Math.max(0, i), jsHeapBytes: 3 * MB + Math.max(0, i) * 4096 }),
  },
  { name: 'rows that go after a minute', truth: 'clean', aged: 'gone', nodes: (now) => now },
  { name: 'rows that stay however much time passes', truth: 'leak', aged: 'stays', nodes: (now) => now },
  {
    name: 'objects that stay however much time passes',
    truth: 'leak',
    aged: 'stays',
    objects: () => 1,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 200 }),
  },
  {
    name: 'a heap of 4 KB an iteration that comes to rest after some dozens',
    truth: 'clean',
    lateLook: 540,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.min(Math.max(0, i), 60) * 4096 }),
  },
  {
    name: 'bytes of texts outside the heap, in a list that is cut at 50',
    truth: 'clean',
    lateLook: 540,
    counters: (i) => ({ backingStoreBytes: Math.min(Math.max(0, i), 50) * 19 }),
  },
  {
    name: 'files that are left open',
    truth: 'leak',
    lateLook: 540,
    counters: (i) => ({ fileDescriptors: 20 + 3 * Math.max(0, i) }),
  },
  {
    name: 'bytes outside the heap that nothing explains',
    truth: 'inconclusive',
    lateLook: 540,
    counters: (i) => ({ backingStoreBytes: Math.max(0, i) * 19 }),
  },
  {
    name: 'a heap of 4 KB an iteration that does not come to rest',
    truth: 'inconclusive',
    lateLook: 540,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 4096 }),
  },
  {
    name: 'a heap of 4 KB an iteration that was not read after the count',
    truth: 'inconclusive',
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 4096 }),
  },
  { name: 'nodes of which only the number is known', truth: 'leak', unseenNodes: (now) => now },
  { name: '40 nodes of which only the number is known', truth: 'clean', unseenNodes: (now) => Math.min(now, 40) },
  { name: '8 pages an iteration', truth: 'leak', counters: (i) => ({ pages: 1 + 8 * Math.max(0, i) }) },
  { name: '12 pages an iteration', truth: 'leak', counters: (i) => ({ pages: 1 + 12 * Math.max(0, i) }) },
  {
    name: 'frames, which are not followed far',
    truth: 'leak',
    aged: 'stays',
    objects: () => 1,
    counters: (i) => ({ frames: 1 + Math.max(0, i) }),
  },
  {
    name: 'heap bytes of 4 KB an iteration that go on',
    truth: 'inconclusive',
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 4096 }),
    objects: (made, now) => (now - made < 20 ? 1 : 0),
  },
  {
    name: 'heap bytes of 24 KB an iteration that slow down',
    truth: 'clean',
    counters: (i) => ({
      jsHeapBytes: 3 * MB + Math.min(Math.max(0, i), 7) * 24 * 1024 + Math.max(0, i - 7) * 10 * 1024,
    }),
    objects: (made, now) => (now - made < 20 ? 1 : 0),
  },
  {
    name: 'nodes that slow down',
    truth: 'clean',
    counters: (i) => ({ nodes: 50 + Math.min(Math.max(0, i), 7) * 10 + Math.floor(Math.max(0, i - 7) * 4) }),
  },
  {
    name: 'raw heap whose last steps of 400 KB multiply',
    truth: 'leak',
    objects: () => 1,
    counters: SMALL,
    heap: late([150, 250, 400]),
  },
  {
    name: 'raw heap whose last steps of 700 KB multiply',
    truth: 'leak',
    objects: () => 1,
    counters: SMALL,
    heap: late([300, 450, 700]),
  },
  {
    name: 'heap bytes that seem to multiply and stop',
    truth: 'clean',
    counters: steps('jsHeapBytes', [0, 0, 0, 0, 40 * KB, 64 * KB, 100 * KB]),
  },
  { name: 'nodes that multiply twice and stop', truth: 'clean', counters: steps('nodes', [0, 0, 0, 0, 0, 450, 700]) },
  {
    name: 'objects that double, last step 6 MB',
    truth: 'leak',
    objects: doubling,
    counters: steps('jsHeapBytes', [0, 0, 0, 0, 2.6 * MB, 4 * MB, 6 * MB]),
  },
  {
    name: 'objects that double, nodes with them',
    truth: 'leak',
    objects: doubling,
    counters: steps('nodes', [0, 0, 0, 0, 3600, 5400, 8100]),
  },
  {
    name: 'one object of each, nodes multiply',
    truth: 'leak',
    objects: () => 1,
    counters: steps('nodes', [0, 0, 0, 0, 0, 450, 700]),
  },
  {
    name: 'a leak that slows down to less than half',
    truth: 'clean',
    objects: (made) => (made <= 10 || made % 9 < 4 ? 1 : 0),
    counters: SMALL,
  },
  {
    name: 'a leak that all but stops',
    truth: 'clean',
    objects: (made) => (made <= 50 || made === 52 || made === 57 ? 1 : 0),
    counters: SMALL,
  },
  {
    name: 'three of twenty are left of the first',
    truth: 'clean',
    objects: (made, now) => (now > 12 && made < 9 ? 3 : 20),
    counters: SMALL,
  },
  {
    name: 'six of twenty are left of the first',
    truth: 'leak',
    objects: (made, now) => (now > 12 && made < 9 ? 6 : 20),
    counters: SMALL,
  },
  {
    name: 'the first two are gone',
    truth: 'clean',
    objects: (made, now) => (now > 12 && made < 8 ? 0 : 1),
    counters: SMALL,
  },
  {
    name: 'only the very first is gone',
    truth: 'leak',
    objects: (made, now) => (now > 12 && made < 7 ? 0 : 1),
    counters: SMALL,
  },
  {
    name: 'a cache that evicts three of ten at random',
    truth: 'clean',
    objects: (made, now) => (now <= 12 ? growing(made) : made <= 12 ? Math.round(growing(made) * 0.7) : 0),
    counters: SMALL,
  },
  { name: 'objects that grow by half', truth: 'leak', objects: growing, counters: SMALL },
  {
    name: 'four of the last ten',
    truth: 'clean',
    objects: (made) => (made <= 50 || made % 5 < 2 ? 1 : 0),
    counters: SMALL,
  },
  { name: 'objects that double', truth: 'leak', objects: doubling, counters: SMALL },
  {
    name: 'numbers of which less than half are there',
    truth: 'clean',
    size: (now) => (now <= 50 ? now * 40 : 2000 + (now - 50) * 100),
    counters: SMALL,
  },
  {
    name: 'records of 1,500 bytes for each history entry',
    truth: 'clean',
    objects: () => 1,
    objectBytes: 1500,
    historyEntries: 2,
    counters: SMALL,
  },
  {
    name: 'records of 3,000 bytes for each history entry',
    truth: 'leak',
    objects: () => 1,
    objectBytes: 3000,
    historyEntries: 2,
    counters: SMALL,
  },
  {
    name: 'heap bytes of 24 KB an iteration that go on',
    truth: 'inconclusive',
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 24 * KB }),
    objects: (made, now) => (now - made < 20 ? 1 : 0),
  },
  {
    name: 'nodes that go on, held by nothing',
    truth: 'inconclusive',
    counters: (i) => ({ nodes: 50 + Math.max(0, i) * 10 }),
  },
  {
    name: 'the first reading, in a short count',
    truth: 'clean',
    iterations: 4,
    counters: steps('jsHeapBytes', [100, 10, 10, 10]),
  },
  { name: 'nodes that stop', truth: 'clean', nodes: (now) => Math.min(now, 58) },
  ...[100, 200, 500].map((limit): MadePage => ({
    name: `a cache of ${limit}, where iterations cost little`,
    truth: 'clean',
    reach: 540,
    objects: (made, now) => (now - made < limit ? 1 : 0),
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, Math.min(i, limit - 3)) * 200 }),
  })),
  {
    name: 'one object of each iteration, where iterations cost little',
    truth: 'leak',
    reach: 540,
    objects: () => 1,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i) * 200 }),
  },
  {
    name: 'a cache of 500 small objects, where iterations cost little and code is compiled late',
    truth: 'clean',
    reach: 540,
    objects: (made, now) => (now - made < 500 ? 1 : 0),
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, Math.min(i, 497)) * 20 + (i > 500 ? 400 : 0) }),
  },
  {
    name: 'a ring of 200 rows, where iterations cost little',
    truth: 'clean',
    reach: 540,
    nodes: (now) => Math.min(now, 200),
  },
  {
    name: 'a cache of 40, where iterations cost little',
    truth: 'clean',
    reach: 540,
    objects: (made, now) => (now - made < 40 ? 1 : 0),
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, Math.min(i, 37)) * 200 }),
  },
  {
    name: 'numbers, one of each iteration, seen in hundreds',
    truth: 'leak',
    reach: 540,
    size: (now) => now,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i - 7) * 8 }),
  },
  {
    name: 'one object in 50 iterations',
    truth: 'leak',
    reach: 540,
    objects: (made) => (made % 50 === 0 ? 1 : 0),
    counters: (i) => ({ nodes: 50 + every(50, 50)(i) }),
  },
  {
    name: 'one object in 50 iterations, until 400',
    truth: 'clean',
    reach: 540,
    objects: (made) => (made % 50 === 0 && made < 400 ? 1 : 0),
    counters: (i) => ({ nodes: 50 + every(50, 50)(Math.min(i, 400)) }),
  },
  {
    name: '300 bytes in each of 150 iterations at rest',
    truth: 'clean',
    reach: 540,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i - 7) * 2 }),
  },
  {
    name: '750 bytes in each of 150 iterations, held by nothing',
    truth: 'clean',
    reach: 540,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i - 7) * 5 }),
  },
  {
    name: 'bytes of which three times as many come in the second 150 iterations',
    truth: 'clean',
    reach: 540,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i - 7) * 8 + Math.max(0, i - 177) * 16 }),
  },
  {
    name: 'bytes of which half as many more come in the second 150 iterations',
    truth: 'clean',
    reach: 540,
    counters: (i) => ({ jsHeapBytes: 3 * MB + Math.max(0, i - 7) * 8 + Math.max(0, i - 177) * 4 }),
  },
  {
    name: 'a leak on a heap that comes and goes, not in the count',
    truth: 'leak',
    reach: 540,
    objects: () => 1,
    counters: longLook(36, [0, 4000, 0, 2000]),
  },
  {
    name: 'a leak on a heap that falls between two readings',
    truth: 'leak',
    reach: 540,
    objects: () => 1,
    counters: longLook(10, [3000, 0, 4000, 3000]),
  },
  {
    name: 'a heap that comes and goes, not in the count',
    truth: 'clean',
    reach: 540,
    counters: longLook(0, [0, 4000, 0, 3000]),
  },
  {
    name: 'code that is compiled less and less',
    truth: 'clean',
    reach: 540,
    counters: longLook(0, [0, 86_000, 125_000, 150_000]),
  },
  {
    name: 'clicks that nothing listens to',
    truth: 'inconclusive',
    silent: { from: 1, again: true, functions: 0, leftEarly: 0 },
  },
  {
    name: 'a listener that was taken away after the first click',
    truth: 'inconclusive',
    silent: { from: 2, again: true, functions: 0, leftEarly: 0 },
  },
  {
    name: 'a handler that stays busy after the first click',
    truth: 'inconclusive',
    silent: { from: 2, again: true, functions: 2, leftEarly: 2 },
  },
  {
    name: 'a handler that returns early from the first click on',
    truth: 'clean',
    silent: { from: 1, again: true, functions: 1, leftEarly: 1 },
  },
  {
    name: 'a handler that draws on a canvas made by the first click',
    truth: 'clean',
    silent: { from: 2, again: true, functions: 2, leftEarly: 1 },
  },
  {
    name: 'a few clicks of which nothing was seen, then one of which much was',
    truth: 'clean',
    silent: { from: 8, again: false, functions: 0, leftEarly: 0 },
  },
  {
    name: 'clicks that nothing listens to, beside a timer that leaks',
    truth: 'leak',
    objects: () => 1,
    counters: SMALL,
    silent: { from: 1, again: true, functions: 0, leftEarly: 0 },
  },
];
