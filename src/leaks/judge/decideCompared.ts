import type { ComparedSeen } from '../evidence.ts';
import { isBookkeeping, isPlumbing, kindOf } from '../platform/index.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import { thresholds } from './thresholds.ts';

type Grown = ComparedSeen['grew'][number];

/**
 * The leaks that snapshots show which were compared by what keeps their objects: what came with each iteration, at the same rate
 * in each stretch. A cache that fills comes at a falling rate, and what comes once in a while at an uneven one.
 */
export function leaksOfCompared({ iterations, grew }: ComparedSeen): LeakCandidate[] {
  const stretches = iterations.slice(1).map((after, index) => after - iterations[index]!);
  if (stretches.length < FEWEST_STRETCHES) return [];
  return grew.flatMap((one) => leakOf(one, iterations, stretches) ?? []);
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
  const rates = stretches.map((length, index) => (one.counts[index + 1]! - one.counts[index]!) / length);
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  // Less than one an iteration comes now and then; what comes with each comes as often in each stretch.
  if (least < thresholds.nativeRate || least < most * thresholds.keepsRising) return undefined;
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
    because: {
      rule: 'grows beside windows',
      reason: `there were ${one.counts.join(', ')} after ${iterations.join(', ')} iterations: as many more in each`,
      numbers: { counts: one.counts, iterations, perIteration },
    },
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
