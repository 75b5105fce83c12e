import type { ComparedSeen } from '../evidence.ts';
import type { Counters } from '../measure/counters.ts';
import type { Because, FindingKind } from '../model.ts';
import { UNTELLING_COUNTERS, isBookkeeping, isPlumbing, kindOf } from '../platform/index.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import { leastBytes } from './suspicion.ts';
import { thresholds } from './thresholds.ts';

type Grown = ComparedSeen['grew'][number];

/**
 * The leaks that snapshots show which were compared by what keeps their objects: what came with each iteration, at the same rate
 * in each stretch. A cache that fills comes at a falling rate, and what comes once in a while at an uneven one.
 */
export function leaksOfCompared({ iterations, grew, counters = [] }: ComparedSeen): LeakCandidate[] {
  const stretches = stretchesOf(iterations);
  if (stretches.length < FEWEST_STRETCHES) return [];
  const objects = grew.flatMap((one) => leakOf(one, iterations, stretches) ?? []);
  const things = Object.entries(THINGS).flatMap(
    ([counter, thing]) => thingLeft(counter, thing, counters, iterations, stretches) ?? [],
  );
  return [...objects, ...things];
}

/** What the page hooks count exactly, and whose functions are kept by no name of the page. */
const THINGS: Readonly<Record<string, { readonly kind: FindingKind; readonly name: string }>> = {
  intervals: { kind: 'timer', name: 'setInterval' },
  windowListeners: { kind: 'event-listener', name: 'listener on window' },
  documentListeners: { kind: 'event-listener', name: 'listener on document' },
  objectUrls: { kind: 'object-url', name: 'object URL' },
  workers: { kind: 'worker', name: 'Worker' },
};

function thingLeft(
  counter: string,
  { kind, name }: { readonly kind: FindingKind; readonly name: string },
  readings: readonly Counters[],
  iterations: readonly number[],
  stretches: readonly number[],
): LeakCandidate | undefined {
  if (readings.length !== iterations.length) return undefined;
  const counts = readings.map((reading) => reading[counter] ?? 0);
  const rates = ratesOf(counts, stretches);
  if (!isSteady(rates)) return undefined;
  const perIteration = (counts.at(-1)! - counts[0]!) / (iterations.at(-1)! - iterations[0]!);
  const because = becauseOf(counts, iterations, perIteration);
  return { kind, name, perIteration, bytesPerIteration: 0, retainedBytes: 0, survivors: rates, because };
}

const stretchesOf = (iterations: readonly number[]): number[] =>
  iterations.slice(1).map((after, index) => after - iterations[index]!);

function ratesOf(counts: readonly number[], stretches: readonly number[]): number[] {
  return stretches.map((length, index) => (counts[index + 1]! - counts[index]!) / length);
}

/** Less than in every second iteration comes now and then; what comes with each comes as often in each stretch. */
function isSteady(rates: readonly number[]): boolean {
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  return least >= thresholds.risingShare && least >= most * thresholds.keepsUp;
}

/**
 * Whether the last stretch shows that growth came to an end: of all that the page keeps, and of the counters. A heap may go on
 * rising by what needs no explanation elsewhere: the browser's own records of each window.
 */
export function cameToRestCompared({ iterations, grew, counters = [] }: ComparedSeen): boolean {
  const stretches = stretchesOf(iterations);
  if (stretches.length < FEWEST_STRETCHES || counters.length !== iterations.length) return false;
  const slowed = (values: readonly number[]): boolean => {
    const rates = ratesOf(values, stretches);
    return rates.at(-1)! <= Math.max(...rates.slice(0, -1)) * thresholds.stopped;
  };
  const rested = ({ grows, counts, bytes }: Grown): boolean => slowed(grows === 'objects' ? counts : bytes);
  if (!grew.filter((one) => !isBrowsersOwn(one)).every(rested)) return false;
  return Object.keys(counters[0]!).every((counter) => {
    if (UNTELLING_COUNTERS.has(counter)) return true;
    const values = counters.map((reading) => reading[counter] ?? 0);
    const last = ratesOf(values, stretches).at(-1)!;
    return counter.endsWith('HeapBytes') ? last < leastBytes(counter) : last <= 0 || slowed(values);
  });
}

function becauseOf(counts: readonly number[], iterations: readonly number[], perIteration: number): Because {
  return {
    rule: 'grows from snapshot to snapshot',
    reason: `there were ${counts.join(', ')} after ${iterations.join(', ')} iterations: as many more in each`,
    numbers: { counts, iterations, perIteration },
  };
}

/** One stretch alone shows no steadiness. */
const FEWEST_STRETCHES = 3;

/** What the browser notes for itself of windows, events and long tasks, which no name of the program leads to. */
function isBrowsersOwn({ name, heldBy }: Grown): boolean {
  if (isBookkeeping(name) || isPlumbing(name)) return true;
  return heldBy === '' && kindOf(name, undefined) !== 'dom-node';
}

function leakOf(one: Grown, iterations: readonly number[], stretches: readonly number[]): LeakCandidate | undefined {
  if (one.grows !== 'objects' || isBrowsersOwn(one)) return undefined;
  const rates = ratesOf(one.counts, stretches);
  if (!isSteady(rates)) return undefined;
  const done = iterations.at(-1)! - iterations[0]!;
  const perIteration = (one.counts.at(-1)! - one.counts[0]!) / done;
  const bytes = one.bytes.at(-1)! - one.bytes[0]!;
  const holder = { name: one.heldBy, heapObjectId: 0, className: '', nodeType: 'object', isSlot: false } as const;
  return {
    kind: kindOf(one.name, undefined),
    name: one.name,
    perIteration,
    bytesPerIteration: bytes / done,
    retainedBytes: bytes,
    survivors: rates,
    because: becauseOf(one.counts, iterations, perIteration),
    group: {
      key: '',
      className: one.name,
      nodeType: 'object',
      survivors: rates,
      ageless: 0,
      bytes: [],
      holder: { ...holder, retainedBy: one.path },
      stack: one.stack ?? [],
    },
  };
}
