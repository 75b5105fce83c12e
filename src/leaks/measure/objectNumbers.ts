import { LeakwrightError } from '../../support/index.ts';
import type { GuardedCdp } from '../drive/cdp.ts';

/**
 * Notices when V8 numbers the objects of a heap anew. It does so for all sessions when one that used the heap profiler closes (DevTools
 * beside a check, another tool at the inspector of a Node program), and when a window closes that shares the heap. A service worker's it
 * numbers anew with each page that is loaded: Playwright attaches to the worker for each, and leaves it. Numbers from before then mean
 * other objects, and everything looks older than the iterations that made it (*measured: leaks were called clean*).
 *
 * Fooled by: a document that is left, with the object whose number is compared, in the very step in which the numbers change.
 */
export class ObjectNumbers {
  readonly #cdp: GuardedCdp;
  /** The object whose number is compared, by its id in the inspector. */
  #witness: string | undefined;
  #number: string | undefined;

  constructor(cdp: GuardedCdp) {
    this.#cdp = cdp;
  }

  /** Makes the object, unless there is one. Made before objects are told apart, it belongs to no iteration. */
  async begin(): Promise<void> {
    if (this.#witness !== undefined) return;
    this.#witness = (await this.#cdp.send('Runtime.evaluate', { expression: '({})' })).result.objectId;
    this.#number = undefined;
  }

  /**
   * Whether the object has the number that it had at the first call. That must come after the start of tracking, or a snapshot:
   * before it, V8 forgets the number of an object that it moves.
   */
  async hold(): Promise<boolean> {
    if (this.#witness === undefined) return true;
    const number = await this.#numberOf(this.#witness);
    if (number === undefined) {
      // Its document was left.
      this.#witness = undefined;
      await this.begin();
      return true;
    }
    const former = (this.#number ??= number);
    return number === former;
  }

  async #numberOf(objectId: string): Promise<string | undefined> {
    try {
      return (await this.#cdp.send('HeapProfiler.getHeapObjectId', { objectId })).heapSnapshotObjectId;
    } catch (error) {
      if (error instanceof LeakwrightError) throw error;
      return undefined;
    }
  }
}

/**
 * The error of a step whose numbers of objects do not hold.
 *
 * @param heap whose numbers they are: 0 is the page's, others are workers'
 * @param closedWindows whether windows closed that the page had opened. They share its heap, and each has an inspector (Playwright's)
 * that ends with it
 */
export function trackingLost(heap: number, closedWindows: boolean): LeakwrightError {
  if (heap > 0)
    return new LeakwrightError(
      'leaks.trackingLost',
      "The browser numbered the objects of a worker anew, as it does a service worker's with each page that is loaded, so they could not be told apart any longer.",
      { hint: 'Check the steps without loading the page anew.' },
    );
  if (closedWindows)
    return new LeakwrightError(
      'leaks.trackingLost',
      'A window that the page had opened was closed, which has the browser number all objects anew, so they could not be told apart any longer.',
      { hint: 'Check the steps without the window, or keep it open from one iteration to the next.' },
    );
  return new LeakwrightError(
    'leaks.trackingLost',
    'Another inspector of the same heap ended or took a snapshot, so the objects could not be told apart any longer.',
    { hint: 'Close DevTools, or the debugger that is attached, and check again.' },
  );
}
