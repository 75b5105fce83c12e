import { type PageResource, readPageResources } from './pageHooks/index.ts';
import type { SnapshotAnalysis } from '../snapshot/messages.ts';
import { SnapshotReader } from '../snapshot/snapshotReader.ts';
import type { GuardedCdp } from '../drive/cdp.ts';
import { HeapTracking } from './heapTracking.ts';
import { ObjectNumbers } from './objectNumbers.ts';
import type { IterationSpan } from '../evidence.ts';
import type { Subject } from '../drive/subject.ts';
import { defined } from '../../support/index.ts';

/** What one snapshot showed, with what the hooks saw at the same time. */
export interface StudyResult {
  readonly analysis: SnapshotAnalysis;
  readonly resources: readonly PageResource[];
  /** Whether the page hooks watch this heap. */
  readonly hooked: boolean;
  readonly spans: readonly IterationSpan[];
  /** Iterations since the snapshot before, or since the page was loaded. */
  readonly iterationsSince: number;
}

/**
 * A heap, the page's or a worker's, over the iterations of a check: cuts what is made into buckets by iteration, and takes snapshots,
 * each compared with the one before.
 */
export class HeapStudy {
  readonly cdp: GuardedCdp;
  readonly #subject: Subject;
  readonly #tracking: HeapTracking;
  readonly #numbers: ObjectNumbers;
  readonly #reader = new SnapshotReader();
  readonly #boundaries: number[] = [];
  readonly #spans: IterationSpan[] = [];
  #spanFrom = 0;
  #snapshotAt = 0;
  /** The bucket that began with the last snapshot. */
  #bucketSince: number | undefined;

  /** @param cdp the session of the heap's page or worker. Default: the page's */
  constructor(subject: Subject, cdp: GuardedCdp = subject.cdp) {
    this.#subject = subject;
    this.cdp = cdp;
    this.#tracking = new HeapTracking(cdp);
    this.#numbers = new ObjectNumbers(cdp);
  }

  get isTracking(): boolean {
    return this.#tracking.running;
  }

  /** How many iterations, or runs of them, have their objects tracked. */
  get trackedIterations(): number {
    return this.#spans.length;
  }

  /** From here on, records the iteration that made each object, and with `withStacks` the stack that allocated it. */
  async track(withStacks: boolean): Promise<void> {
    await this.#numbers.begin();
    if (!this.#tracking.running) await this.#tracking.start(withStacks);
    const boundary = await this.#tracking.boundary();
    if (this.#boundaries.length === 0) this.#boundaries.push(boundary);
    else this.#closeSpan(boundary);
    this.#spanFrom = this.#subject.begun + 1;
  }

  /** The same, but the record of earlier iterations is dropped. */
  async trackAnew(): Promise<void> {
    await this.#tracking.cancel();
    this.#boundaries.length = 0;
    this.#spans.length = 0;
    await this.track(true);
  }

  /** The scenario's own steps of an iteration are done. */
  readonly workEnded = (): void => this.#tracking.workEnded();

  /** What was made since the last cut is a bucket of its own. */
  async cut(): Promise<void> {
    this.#closeSpan(await this.#tracking.boundary());
  }

  /** Ends tracking with a snapshot and has it analysed. */
  async snapshot(): Promise<StudyResult> {
    return await (
      await this.takeSnapshot()
    ).studied;
  }

  /**
   * Ends tracking with a snapshot. When it has been taken the page is free; what it shows is known some time after.
   *
   * @param quick whether a quick look may answer that nothing survives; no later snapshot is compared with it then
   */
  async takeSnapshot(quick = false): Promise<{ readonly studied: Promise<StudyResult> }> {
    await this.#numbers.begin();
    if (this.#tracking.running) this.#closeSpan(await this.#tracking.stop(this.#reader), true);
    else {
      await this.#tracking.snapshot(this.#reader);
      this.#closeSpan(Number.MAX_SAFE_INTEGER);
    }
    const hooked = this.#subject.hooked && this.cdp === this.#subject.cdp;
    const resources = hooked ? await readPageResources(this.cdp) : [];
    const spans = [...this.#spans];
    const boundaries = [...this.#boundaries];
    const iterationsSince = this.#subject.begun - this.#snapshotAt;
    this.#snapshotAt = this.#subject.begun;
    const bucketSince = this.#bucketSince;
    this.#bucketSince = spans.length;
    const analysing = this.#subject.guard.during(
      this.#reader.analyse({
        boundaries,
        iterations: spans.map(({ first, last }) => last - first + 1),
        iterationsSince,
        quick,
        ...defined({ bucketSince }),
        minBuckets: Math.max(1, Math.floor(spans.length / 3)),
      }),
      ANALYSIS_LIMIT_MS,
      () => new Error('The analysis of a heap snapshot took too long.'),
    );
    const studied = analysing.then((analysis) => ({ analysis, resources, hooked, spans, iterationsSince }));
    // A later await gets the error; until then it must not count as unhandled.
    studied.catch(() => {});
    return { studied };
  }

  /** Whether objects still have the numbers that they had when they were first told apart. */
  async holds(): Promise<boolean> {
    return await this.#numbers.hold();
  }

  /** Ends tracking, and with it what it takes of the heap. */
  async abandon(): Promise<void> {
    await this.#tracking.cancel();
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  /** @param extend whether what was made since the last cut goes into the last bucket where no iteration began since */
  #closeSpan(boundary: number, extend = false): void {
    const { begun } = this.#subject;
    if (begun < this.#spanFrom) {
      if (extend && this.#spans.length > 0) this.#boundaries[this.#boundaries.length - 1] = boundary;
      return;
    }
    this.#spans.push({ first: this.#spanFrom, last: begun });
    this.#boundaries.push(boundary);
    this.#spanFrom = begun + 1;
  }
}

/** Reading a snapshot of 200 MB takes 5 s (measured); this is for heaps of GBs on slow machines. */
const ANALYSIS_LIMIT_MS = 600_000;
