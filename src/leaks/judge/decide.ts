import type { ComparedSeen, Evidence, HeapNumber } from '../evidence.ts';
import type { Because, BoundedGrowth, Verdict } from '../model.ts';
import { SYSTEM_COUNTERS, UNTELLING_COUNTERS, countsThings } from '../platform/index.ts';
import { followUp } from './followUp.ts';
import { cameToRestCompared, leaksOfCompared } from './decideCompared.ts';
import { decideHeap } from './judgeHeap.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import { WORKER_GREW, countIsComplete, mayLeak, opensPages } from './plan.ts';
import { suspicionsIn } from './slowGrowth.ts';
import { type Explained, latestReading, stillRises, unexplained } from './stillRising.ts';
import { type Suspicion, bytesGrow, roseIn } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { begunIn, comparedIn, countView, coveredIn, drivenIn, failureIn, heapView, workerHeaps } from './view.ts';
import { defined } from '../../support/index.ts';

/** A leak with the heap that it was found in. */
interface FoundLeak {
  readonly heap: HeapNumber;
  readonly leak: LeakCandidate;
}

export interface Decision {
  readonly verdict: Exclude<Verdict, 'error'>;
  readonly because: Because;
  readonly leaks: readonly FoundLeak[];
  readonly bounded: readonly BoundedGrowth[];
  /** Iterations in all after growth was followed; undefined where there was nothing to follow. */
  readonly escalatedTo?: number;
  /** What people should know of how the answer was found. */
  readonly warnings: readonly string[];
}

/** The answer, from the evidence alone. Ignore rules are not its business. */
export function decide(evidence: Evidence): Decision {
  const suspicions = suspicionsIn(evidence);
  const opened = opensPages(suspicions);
  if (opened) return openedPages(opened);
  const failure = failureIn(evidence);
  const compared = comparedIn(evidence);
  const grew = compared ? leaksOfCompared(compared) : [];
  if (grew.length > 0)
    return {
      verdict: 'leak',
      because: grew[0]!.because,
      leaks: grew.map((leak) => ({ heap: compared!.heap ?? 0, leak })),
      bounded: [],
      escalatedTo: compared!.iterations.at(-1)!,
      warnings: [],
    };
  // Of the page's own heap a worker's says nothing.
  const saysAll = compared && (compared.heap === undefined || suspicions.length === 0);
  if (saysAll && cameToRestCompared(compared)) return restedCompared(compared, evidence);
  if (failure !== undefined && !countIsComplete(evidence))
    return { ...notFinished(failure, []), leaks: [], bounded: [], warnings: [] };
  if (suspicions.length === 0 && !evidence.settings.deep) return flat(evidence);

  const found: FoundLeak[] = [];
  const bounded: BoundedGrowth[] = [];
  const warnings: string[] = [];
  const open: string[] = [];
  let anyReleased = false;
  let undoNodes = 0;
  let keptRequests = 0;
  let boundedBytes = 0;
  let cutShort = false;
  let escalatedTo: number | undefined;
  const heaps = workerHeaps(evidence) ?? [];
  for (let heap = 0; heap <= heaps.length; heap += 1) {
    const grew = heap === 0 ? suspicions : WORKER_GREW;
    if (heap > 0 && !bytesGrow(heaps[heap - 1]!)) continue;
    const view = heapView(evidence, heap);
    const first = view.snapshots[0];
    if (!first || mayLeak(evidence, view, grew) !== 'yes') continue;
    const follow = followUp(evidence, view);
    const last = view.followUp.findLast(({ saw }) => saw === 'snapshot') ?? first;
    escalatedTo = Math.max(escalatedTo ?? 0, last.begun);
    if (follow.runaway) warnings.push(NOT_FOLLOWED);
    const decided = decideHeap(view, follow, grew, begunIn(evidence));
    bounded.push(...decided.bounded);
    open.push(...decided.open);
    anyReleased ||= decided.anyReleased;
    undoNodes += decided.undoNodes;
    keptRequests += decided.keptRequests;
    if (heap === 0) ({ boundedBytes } = decided);
    const isIncomplete = follow.cutShort || (follow.next !== undefined && !follow.escalated);
    if (isIncomplete && decided.leaks.length > 0) {
      cutShort = true;
      warnings.push(
        `Time was short: growth was followed for ${last.begun} of ${evidence.settings.escalateTo} iterations. ${namesOf(decided.leaks)} may be a leak, or a cache that was not full yet.`,
      );
      continue;
    }
    found.push(...decided.leaks.map((leak) => ({ heap, leak })));
  }
  const result = { bounded, warnings, ...defined({ escalatedTo }) };
  if (found.length > 0) {
    const [worst] = found.toSorted((a, b) => b.leak.bytesPerIteration - a.leak.bytesPerIteration);
    return { ...result, verdict: 'leak', leaks: found, because: worst!.leak.because };
  }
  const left = cutShort || failure !== undefined ? undefined : leftOpen(evidence, suspicions);
  if (left) return { ...result, verdict: 'leak', leaks: [{ heap: 0, leak: left }], because: left.because };
  return {
    ...result,
    leaks: [],
    ...withoutLeak(evidence, suspicions, {
      open,
      anyReleased,
      undoNodes,
      keptRequests,
      boundedBytes,
      cutShort,
      bounded,
      warnings,
    }),
  };
}

/**
 * What the system counts and each iteration leaves: a file that is not closed stays open although nothing in the heap holds it
 * any more. It must rise in every step of the count, and go on until the end.
 */
function leftOpen(evidence: Evidence, suspicions: readonly Suspicion[]): LeakCandidate | undefined {
  const { samples, end } = countView(evidence);
  for (const suspicion of suspicions) {
    const { counter, perIteration } = suspicion;
    const name = SYSTEM_COUNTERS[counter];
    if (name === undefined || !end || !stillRises(suspicion, evidence)) continue;
    const survivors = samples.slice(1).map((sample, index) => sample[counter]! - samples[index]![counter]!);
    if (survivors.some((step) => step <= 0)) continue;
    const readings = samples.map((sample) => sample[counter]!);
    const because: Because = {
      rule: countsThings(counter) ? 'left open' : 'never given back',
      reason: `${counter}: ${readings.join(', ')}, then ${end.counters[counter] ?? 0} at the end; nothing in the heap shows it`,
      numbers: { perIteration },
    };
    const bytes = countsThings(counter) ? 0 : 1;
    return {
      kind: 'native-memory',
      name,
      perIteration: bytes > 0 ? 1 : perIteration,
      bytesPerIteration: bytes * perIteration,
      retainedBytes: bytes * (readings.at(-1)! - readings[0]!),
      survivors,
      because,
    };
  }
  return undefined;
}

const NOT_FOLLOWED = 'Each iteration adds more than the one before: growth was not followed until it ends the page.';

function namesOf(leaks: readonly LeakCandidate[]): string {
  const names = [...new Set(leaks.map(({ name }) => name))];
  return names.slice(0, 3).join(', ');
}

function openedPages({ perIteration }: Suspicion): Decision {
  const because = {
    rule: 'pages stay open',
    reason: 'each iteration leaves a page open',
    numbers: { perIteration },
  };
  const leak: LeakCandidate = {
    kind: 'page',
    name: 'page',
    perIteration,
    bytesPerIteration: 0,
    retainedBytes: 0,
    survivors: [],
    because,
  };
  return { verdict: 'leak', because, leaks: [{ heap: 0, leak }], bounded: [], warnings: [] };
}

/** Clean, because nothing rose. */
function flat(evidence: Evidence): Decision {
  const { samples } = countView(evidence);
  const failure = failureIn(evidence);
  const doubt = failure === undefined ? doubtOf(evidence) : notFinished(failure, []);
  if (doubt) return { ...doubt, leaks: [], bounded: [], warnings: [] };
  const counters = Object.keys(samples.at(-1) ?? {}).filter((counter) => !UNTELLING_COUNTERS.has(counter));
  return {
    verdict: 'clean',
    because: {
      rule: 'nothing grew',
      reason: `none of ${counters.length} counters rose over ${samples.length - 1} iterations`,
      numbers: { iterations: samples.length - 1, flat: counters },
    },
    leaks: [],
    bounded: [],
    warnings: [],
  };
}

/** Clean, because what grew from snapshot to snapshot came to an end. */
function restedCompared({ iterations, grew }: ComparedSeen, evidence: Evidence): Decision {
  const escalatedTo = iterations.at(-1)!;
  const doubt = doubtOf(evidence);
  if (doubt) return { ...doubt, leaks: [], bounded: [], escalatedTo, warnings: [] };
  const kept = grew
    .filter(({ heldBy }) => heldBy !== '')
    .map(({ name, heldBy, counts }) => `${name} in ${heldBy}: ${counts.join(', ')}`);
  const after = `after ${iterations.join(', ')} iterations`;
  return {
    verdict: 'clean',
    because: {
      rule: 'growth came to an end',
      reason: kept.length === 0 ? `nothing grew, compared ${after}` : `${kept.slice(0, 3).join('; ')} ${after}`,
      numbers: { iterations },
    },
    leaks: [],
    bounded: [],
    escalatedTo,
    warnings: [],
  };
}

/** Without a leak, each counter that rose must have come to rest, or its gain must be explained; else nothing can be said. */
function withoutLeak(
  evidence: Evidence,
  suspicions: readonly Suspicion[],
  seen: Explained & {
    readonly open: readonly string[];
    readonly cutShort: boolean;
    readonly bounded: readonly BoundedGrowth[];
    readonly warnings: string[];
  },
): Pick<Decision, 'verdict' | 'because'> {
  const failure = failureIn(evidence);
  const { begun, samples } = countView(evidence);
  const rose = roseIn(suspicions);
  if (failure !== undefined) return notFinished(failure, rose);
  if (seen.cutShort) return inconclusive('not followed to the end', seen.warnings.at(-1)!, { rose });
  const rising = unexplained(evidence, suspicions, seen);
  if (rising.length > 0) {
    const last = latestReading(evidence);
    const readings = rising.map(({ counter }) => {
      const counted = samples.map((sample) => sample[counter] ?? 0);
      const then =
        last.begun > begun
          ? `, then ${last.counters[counter] ?? 0} after ${last.begun - begun} more iterations`
          : ', and no more iterations were run';
      return `${counter}: ${counted.join(', ')}${then}`;
    });
    seen.warnings.push(`What makes ${rising.map(({ counter }) => counter).join(', ')} rise could not be told.`);
    const open = seen.open.slice(0, 3).join(', ');
    const grows = open === '' ? '' : `; also growing, without a known end: ${open}`;
    return inconclusive('unexplained growth', `${readings.join('; ')}${grows}`, {
      rising: rising.map(({ counter }) => counter),
    });
  }
  const doubt = doubtOf(evidence);
  if (doubt) return doubt;
  const explained = seen.bounded.map(({ name, reason }) => `${name}: ${reason}`);
  if (seen.undoNodes > 0)
    explained.unshift(`nodes: the browser keeps ${seen.undoNodes.toFixed(1)} an iteration, to undo what was typed`);
  if (seen.keptRequests >= thresholds.nativeRate)
    explained.unshift(
      `embedderHeapBytes: the browser keeps ${seen.keptRequests.toFixed(1)} requests an iteration, as the page never reads the body of their answer`,
    );
  return {
    verdict: 'clean',
    because: {
      rule: 'growth came to an end',
      reason:
        rose.length === 0
          ? 'nothing in the heap survives from each iteration'
          : `${rose.join(', ')} rose during the count and stopped${explained.length > 0 ? `, explained by ${explained.slice(0, 3).join('; ')}` : ''}`,
      numbers: { rose, bounded: explained.slice(0, 20) },
    },
  };
}

/** Iterations that may begin while another is at work, at most: one is how new periodic work is learnt. */
const MAX_OVERLAPPED = 1;

/** Why a check that found nothing is still not clean: its iterations ran into each other, or parts of the page were not read. */
function doubtOf(evidence: Evidence): ReturnType<typeof inconclusive> | undefined {
  const idle = idleIterations(evidence);
  if (idle) return idle;
  const driven = drivenIn(evidence);
  if (!driven) return undefined;
  const { iterations, overlapped, unreached } = driven;
  if (overlapped > MAX_OVERLAPPED)
    return inconclusive(
      'iterations overlap',
      `${overlapped} of ${iterations} iterations began while work of the one before was going on: wait for it in the scenario`,
      { overlapped, iterations },
    );
  if (unreached.length === 0) return undefined;
  const parts = unreached.map(({ kind, url, reason }) => `${kind} ${url} (${reason})`);
  return inconclusive('not all was read', `not looked into: ${parts.slice(0, 3).join('; ')}`, { unreached: parts });
}

/**
 * Iterations that did nothing show nothing. It must be sure that no function of the page ran, or, where others did something, that
 * each that ran returned at once: what a script does to its own variables, a canvas or a worker cannot be seen from outside.
 */
function idleIterations(evidence: Evidence): ReturnType<typeof inconclusive> | undefined {
  const covered = coveredIn(evidence);
  if (!covered?.silentAgain) return undefined;
  const { iterations, silent, functions, leftEarly } = covered;
  const numbers = { iterations, silent };
  const many = `${silent} of ${iterations} iterations`;
  if (functions === 0)
    return inconclusive(
      'iterations did nothing',
      `${many} did nothing: no function of the page ran, and nothing changed. Click what the page listens to, once it listens, with nothing above it`,
      numbers,
    );
  if (leftEarly < functions || silent === iterations) return undefined;
  return inconclusive(
    'iterations did nothing',
    `${many} did nothing: what the page runs for them returns at once, as while it is busy with an earlier one. Wait in the scenario until the page takes the next`,
    numbers,
  );
}

function notFinished(failure: string, rose: readonly string[]): ReturnType<typeof inconclusive> {
  const also = rose.length === 0 ? '' : `; ${rose.join(', ')} rose until then`;
  return inconclusive('not finished', `the check ended before it could tell: ${failure.replace(/\.$/, '')}${also}`, {
    rose,
  });
}

function inconclusive(
  rule: string,
  reason: string,
  numbers: Because['numbers'],
): { readonly verdict: 'inconclusive'; readonly because: Because } {
  return { verdict: 'inconclusive', because: { rule, reason, numbers } };
}
