import { type BodyRead, type PendingPlace, knowPageHooks, readPendingWork } from '../measure/pageHooks/index.ts';
import type { GuardedCdp } from './cdp.ts';
import type { WorkerTargets } from './workerTargets.ts';

/** What is not over in the page and in frames of other sites, and which answers they read. */
export async function readAllPlaces(cdp: GuardedCdp, workers: WorkerTargets): Promise<(PendingPlace | BodyRead)[]> {
  const places = await readPlaces(cdp, workers);
  const owing = places.reduce((sum, place) => sum + (place.kind === 'worker' ? place.count : 0), 0);
  return workers.areGone(owing) ? places.filter(({ kind }) => kind !== 'worker') : places;
}

async function readPlaces(cdp: GuardedCdp, { frames }: WorkerTargets): Promise<(PendingPlace | BodyRead)[]> {
  if (frames.length === 0) return await readPendingWork(cdp);
  const elsewhere = frames.map(async (frame) => {
    await knowPageHooks(frame.cdp);
    // Time that is skipped in the page passes there as it does.
    return (await readPendingWork(frame.cdp)).map((place) => ({ ...place, elsewhere: true }));
  });
  const lists = await Promise.allSettled([readPendingWork(cdp), ...elsewhere]);
  return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
}
