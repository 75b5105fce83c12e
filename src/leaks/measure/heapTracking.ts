import type { SnapshotReader } from '../snapshot/snapshotReader.ts';
import type { GuardedCdp } from '../drive/cdp.ts';

/**
 * Heap object ids as a clock: while tracking runs, V8 gives every new object an id every 50 ms, after a collection, and
 * says the last one (`HeapProfiler.lastSeenObjectId`). What has an id between two boundaries was made between them.
 */
export class HeapTracking {
  readonly #cdp: GuardedCdp;
  /** The last id that was said since workEnded(), if one was. */
  #since: number | undefined;
  readonly #onLastSeen = ({ lastSeenObjectId }: { lastSeenObjectId: number }): void => {
    this.#since = lastSeenObjectId;
  };
  #running = false;

  constructor(cdp: GuardedCdp) {
    this.#cdp = cdp;
  }

  get running(): boolean {
    return this.#running;
  }

  /**
   * Starts tracking. `withStacks` records for each object the functions that made it, and slows allocation down
   * (*measured: up to 14 times*).
   */
  async start(withStacks: boolean): Promise<void> {
    this.#cdp.session.on('HeapProfiler.lastSeenObjectId', this.#onLastSeen);
    await this.#cdp.send('HeapProfiler.startTrackingHeapObjects', { trackAllocations: withStacks });
    this.#running = true;
    this.workEnded();
  }

  /** Says that an iteration's own work is done: ids that are said from now on are a boundary. */
  workEnded(): void {
    this.#since = undefined;
  }

  /**
   * The last id of what was made before workEnded(). What is made while the page settles belongs to this iteration or to
   * the next, depending on when the browser looks.
   */
  async boundary(): Promise<number> {
    // Events come in the order they are sent: what arrives now was said after every answer we have.
    if (this.#since === undefined) await this.#cdp.next('HeapProfiler.lastSeenObjectId');
    return this.#since!;
  }

  /**
   * Ends tracking with a snapshot, which goes to the reader as it comes.
   *
   * @returns the last id in the snapshot
   */
  async stop(reader: SnapshotReader): Promise<number> {
    this.#running = false;
    // V8 says the last id once more before it takes the snapshot.
    this.workEnded();
    await this.#discardConsole();
    await this.#receive(reader, this.#cdp.sendLong('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false }));
    this.#cdp.session.off('HeapProfiler.lastSeenObjectId', this.#onLastSeen);
    return this.#since ?? Number.MAX_SAFE_INTEGER;
  }

  /** Ends tracking without a look at its snapshot, which V8 takes in any case. */
  async cancel(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#cdp.session.off('HeapProfiler.lastSeenObjectId', this.#onLastSeen);
    await this.#cdp.sendLong('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false });
  }

  /** A snapshot without tracking. */
  async snapshot(reader: SnapshotReader): Promise<void> {
    await this.#discardConsole();
    await this.#receive(reader, this.#cdp.sendLong('HeapProfiler.takeHeapSnapshot', { reportProgress: false }));
  }

  /** Messages and uncaught errors keep the objects that they name for an attached inspector. */
  async #discardConsole(): Promise<void> {
    await this.#cdp.send('Runtime.discardConsoleEntries');
  }

  async #receive(reader: SnapshotReader, snapshot: Promise<unknown>): Promise<void> {
    let failure: unknown;
    const onChunk = ({ chunk }: { chunk: string }): void => {
      try {
        if (failure === undefined) reader.write(chunk);
      } catch (error) {
        failure = error;
      }
    };
    reader.begin();
    this.#cdp.session.on('HeapProfiler.addHeapSnapshotChunk', onChunk);
    try {
      await snapshot;
    } finally {
      this.#cdp.session.off('HeapProfiler.addHeapSnapshotChunk', onChunk);
    }
    if (failure !== undefined) throw failure as Error;
  }
}
