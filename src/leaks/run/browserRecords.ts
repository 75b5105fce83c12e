import type { CounterSample } from '../model.ts';

/**
 * What one of the browser's own records of a page takes at most outside the JavaScript heap, in bytes. *Measured: 240 to
 * 256 for an `interaction-contentful-paint`, which every click that shows a new text makes.*
 */
const BYTES_PER_RECORD = 264;
/** What is left when they are taken off. */
const NOISE_BYTES = 64;
/** A record that was made just before the first reading may show in the second. */
const EARLY_MS = 50;

/** What pages put on the performance timeline themselves, or by what they load: that is not the browser's own. */
const MADE_BY_PAGES: readonly string[] = ['mark', 'measure', 'resource', 'navigation'];

/**
 * Whether all that the browser's heap gained during the count may be its own records of paints, shifts and slow events,
 * which have a limit (150 of each kind). Most pages gain nothing else, and need not be looked into for it.
 *
 * Fooled by: things of the page that take no more than those records and nothing of the JavaScript heap, in iterations that
 * paint. None is known: what a page keeps, script or document refers to.
 *
 * @param count asks the page how many records it got in the last so many milliseconds
 */
export async function areBrowserRecords(
  samples: readonly CounterSample[],
  count: (withinMs: number, madeByPages: readonly string[]) => Promise<number>,
): Promise<boolean> {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const gained = last['embedderHeapBytes']! - first['embedderHeapBytes']!;
  const bearable = (records: number): boolean => gained <= records * BYTES_PER_RECORD + NOISE_BYTES;
  // At most a few an iteration: no need to ask where there is far more.
  if (!bearable((samples.length - 1) * MOST_AN_ITERATION)) return false;
  return bearable(await count(last.atMs - first.atMs + EARLY_MS, MADE_BY_PAGES));
}

const MOST_AN_ITERATION = 4;

/** Runs in our isolated world, and leaves nothing there. */
export function countRecords(withinMs: number, madeByPages: readonly string[]): number {
  const observer = new PerformanceObserver(() => undefined);
  for (const type of PerformanceObserver.supportedEntryTypes) {
    if (!madeByPages.includes(type)) observer.observe({ type, buffered: true });
  }
  const since = performance.now() - withinMs;
  const records = observer.takeRecords().filter(({ startTime }) => startTime >= since);
  observer.disconnect();
  return records.length;
}
