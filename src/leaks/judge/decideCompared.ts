import type { ComparedSeen } from '../evidence.ts';
import type { Counters } from '../measure/counters.ts';
import type { Because, FindingKind } from '../model.ts';
import { isBookkeeping, isPlumbing, kindOf } from '../platform/index.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import { thresholds } from './thresholds.ts';

type Grown = ComparedSeen['grew'][number];

/**
 * The leaks that snapshots show which were compared by what keeps their objects: what came with each iteration, at the same rate
 * in each stretch. A cache that fills comes at a falling rate, and what comes once in a while at an uneven one.
 */
export function leaksOfCompared({ iterations, grew, counters = [] }: ComparedSeen): LeakCandidate[] {
  const stretches = iterations.slice(1).map((after, index) => after - iterations[index]!);
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

function ratesOf(counts: readonly number[], stretches: readonly number[]): number[] {
  return stretches.map((length, index) => (counts[index + 1]! - counts[index]!) / length);
}

/** Less than one an iteration comes now and then; what comes with each comes as often in each stretch. */
function isSteady(rates: readonly number[]): boolean {
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  return least >= thresholds.nativeRate && least >= most * thresholds.keepsRising;
}

function becauseOf(counts: readonly number[], iterations: readonly number[], perIteration: number): Because {
  return {
    rule: 'grows beside windows',
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
      stack: [],
    },
  };
}
