import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from '../../sessions/index.ts';
import { SnapshotAnalysis } from '../analyze/index.ts';
import type { PageUnderTest } from '../drive/pageUnderTest.ts';
import type { Counters } from './counters.ts';
import type { ComparedSeen } from '../evidence.ts';
import type { LeakEvent } from '../model.ts';

/** Snapshots that are compared: three stretches of iterations tell steady growth from a collection that fills. */
const SNAPSHOTS = 4;
/** Iterations of a stretch at least, so that one object an iteration stands out from what comes once. */
const SHORTEST_STRETCH = 5;
/** What grew is listed up to this many, largest first. */
const MOST_LISTED = 50;

/**
 * Looks for what grows on a page that closes windows in its iterations. They share its heap, and with the end of each the browser
 * numbers all objects anew, so that no object can be told by the iteration that made it. Whole snapshots are compared instead, by
 * what keeps their objects: that tells what, how many and where it is kept, and not the line.
 *
 * @param to iterations in all to go on to
 * @param until monotonic ms after which no further stretch is begun
 */
export async function* compareBesideWindows(
  subject: PageUnderTest,
  {
    to,
    until,
    now,
    workspaceFolder,
    signal,
  }: {
    readonly to: number;
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
  try {
    for (let at = 0; at < SNAPSHOTS && (at < 2 || now() < until); at += 1) {
      if (at > 0) {
        for (let one = 1; one <= stretch; one += 1) {
          await subject.iterate(one === stretch ? 'settle' : 'frame');
          yield { type: 'iteration', phase: 'escalate', iteration: (at - 1) * stretch + one, of: total };
        }
      }
      const file = join(folder, `${at}.heapsnapshot`);
      counters.push(await subject.read());
      await takeSnapshot(subject, file, signal);
      iterations.push(subject.begun);
      await analysis.open(file);
      await rm(file);
    }
    const { piece } = await analysis.compare([...iterations.keys()], { offset: 0, limit: MOST_LISTED });
    const grew = piece.items.map(({ name, heldBy, path, counts, bytes, grows }) => {
      return { name, heldBy, path, counts, bytes, grows };
    });
    return { saw: 'compared', iterations, counters, grew };
  } finally {
    await analysis.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeSnapshot(subject: PageUnderTest, file: string, signal: AbortSignal): Promise<void> {
  // What the page has printed is kept for the console, and is no growth of its own.
  await subject.cdp.send('Runtime.discardConsoleEntries');
  const session = await subject.page.context().newCDPSession(subject.page);
  try {
    await writeHeapSnapshot(session, file, signal);
  } finally {
    await session.detach().catch(() => undefined);
  }
}
