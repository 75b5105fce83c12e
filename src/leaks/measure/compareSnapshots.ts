import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from '../../sessions/index.ts';
import { SnapshotAnalysis } from '../analyze/index.ts';
import type { GuardedCdp } from '../drive/cdp.ts';
import type { PageUnderTest } from '../drive/pageUnderTest.ts';
import type { Counters } from './counters.ts';
import type { ComparedSeen } from '../evidence.ts';
import { cameToRestCompared } from '../judge/decideCompared.ts';
import type { LeakEvent } from '../model.ts';
import type { GroupReport } from '../snapshot/messages.ts';
import { defined } from '../../support/index.ts';
import type { Subject } from '../drive/subject.ts';
import type { HeapStudy } from './heapStudy.ts';
import { busyness } from './sprints.ts';

/** Snapshots that are compared: three stretches of iterations tell steady growth from a collection that fills. */
const SNAPSHOTS = 4;
/** What grows after these may be a cache that fills: it is followed and compared so many times more. */
const FURTHER_LOOKS = 2;
/** For so long each, in ms on a machine that is not busy. */
const FURTHER_MS = 10_000;
/** Iterations of a stretch at least, so that one object an iteration stands out from what comes once. */
const SHORTEST_STRETCH = 5;
/** What grew is listed up to this many, largest first. */
const MOST_LISTED = 50;

/**
 * Looks for what grows where no object can be told by the iteration that made it. Whole snapshots are compared instead, by
 * what keeps their objects: that tells what, how many and where it is kept, and not the line. Windows that close share the heap
 * of their page, and with the end of each the browser numbers all objects anew; a state that each iteration copies as a whole has
 * objects of the last one only.
 *
 * @param cdp the session of the heap that is looked into, the page's or a worker's
 * @param to iterations in all to go on to
 * @param reach iterations in all up to which what grows until then is followed further
 * @param until monotonic ms after which no further stretch is begun
 */
export async function* compareSnapshots(
  subject: PageUnderTest,
  cdp: GuardedCdp,
  {
    to,
    reach,
    until,
    now,
    workspaceFolder,
    signal,
  }: {
    readonly to: number;
    readonly reach: number;
    readonly until: number;
    readonly now: () => number;
    readonly workspaceFolder: string;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<LeakEvent, ComparedSeen> {
  const folder = await mkdtemp(join(tmpdir(), `leakwright-snapshots-${process.pid}-`));
  const analysis = new SnapshotAnalysis({ workspaceFolder, signal });
  const stretch = Math.max(SHORTEST_STRETCH, Math.floor((to - subject.begun) / (SNAPSHOTS - 1)));
  const total = stretch * (SNAPSHOTS - 1);
  const iterations: number[] = [];
  const counters: Counters[] = [];
  const look = async (): Promise<void> => {
    const file = join(folder, `${iterations.length}.heapsnapshot`);
    counters.push(await subject.read());
    await takeSnapshot(cdp, file, signal);
    iterations.push(subject.begun);
    await analysis.open(file);
    await rm(file);
  };
  const compared = async (): Promise<ComparedSeen> => {
    const { piece } = await analysis.compare([...iterations.keys()], { offset: 0, limit: MOST_LISTED });
    const grew = piece.items.map(({ name, heldBy, path, counts, bytes, grows }) => {
      return { name, heldBy, path, counts, bytes, grows };
    });
    return { saw: 'compared', iterations: [...iterations], counters: [...counters], grew };
  };
  try {
    for (let at = 0; at < SNAPSHOTS - 1 && (at < 1 || now() < until); at += 1) {
      if (at === 0) await look();
      for (let one = 1; one <= stretch; one += 1) {
        await subject.iterate(one === stretch ? 'settle' : 'frame');
        yield { type: 'iteration', phase: 'escalate', iteration: at * stretch + one, of: total };
      }
      await look();
    }
    let seen = await compared();
    const from = subject.begun;
    for (let further = 1; further <= FURTHER_LOOKS && !cameToRestCompared(seen); further += 1) {
      const deadline = Math.min(until, now() + FURTHER_MS * busyness());
      const last = from + Math.floor(((reach - from) * further) / FURTHER_LOOKS);
      while (subject.begun < last && now() < deadline) {
        await subject.iterate('frame');
        const iteration = total + subject.begun - from;
        yield { type: 'iteration', phase: 'escalate', iteration, of: total + reach - from };
      }
      if (subject.begun === iterations.at(-1)) break;
      await subject.settle();
      await look();
      seen = await compared();
    }
    return seen;
  } finally {
    await analysis.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The stack that made a copied state, for one collection in it. A copy is one group, named by what holds the whole state: the group of
 * `state` has the stack for `state.audit[]`. Undefined where no group around the collection has a stack.
 *
 * @param groups what one iteration made and left
 */
export function stackOfCopy(heldBy: string, groups: readonly GroupReport[]): GroupReport['stack'] | undefined {
  const isAround = ({ holder: { name } }: GroupReport): boolean =>
    name !== '' && heldBy.startsWith(name) && /^(?:$|[.[])/.test(heldBy.slice(name.length));
  return groups
    .filter((group) => group.stack.length > 0 && isAround(group))
    .toSorted((a, b) => b.holder.name.length - a.holder.name.length)[0]?.stack;
}

/** Adds the stacks of the functions that copy what grew, seen in one more iteration whose allocations are recorded. */
export async function withStacks(seen: ComparedSeen, study: HeapStudy, subject: Subject): Promise<ComparedSeen> {
  await study.trackAnew();
  await subject.iterate('settle');
  const { groups } = (await study.snapshot()).analysis;
  return {
    ...seen,
    grew: seen.grew.map((one) => ({ ...one, ...defined({ stack: stackOfCopy(one.heldBy, groups) }) })),
  };
}

async function takeSnapshot({ send, session }: GuardedCdp, file: string, signal: AbortSignal): Promise<void> {
  // What the page has printed is kept for the console, and is no growth of its own.
  await send('Runtime.discardConsoleEntries');
  await writeHeapSnapshot(session, file, signal);
}
