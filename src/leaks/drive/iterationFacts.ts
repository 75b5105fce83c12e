/** What an iteration did beside its own steps, as plain JSON: part of the evidence that a verdict rests on. */

export type WorkKind =
  | 'timer'
  | 'request'
  | 'animation'
  | 'frames'
  | 'idle'
  | 'worker'
  /** Of a socket, a database, or a worker that was made and asked nothing. */
  | 'answer'
  | 'view-transition'
  | 'mutations'
  | 'navigation';

/** Work that an iteration started and that had not ended when waiting for it ended. */
export interface PendingWork {
  readonly kind: WorkKind;
  readonly count: number;
  /** Milliseconds of the page's time until it is due; absent where nothing says when it ends. */
  readonly dueInMs?: number;
  /** For people: the place that set a timer (`app.js:12:5`), the URL of a request, the name of an animation. */
  readonly what?: string;
}

export interface IterationFacts {
  /** From 1, warm-up included. */
  readonly iteration: number;
  /** Milliseconds of real time between its last step and the end of its work. */
  readonly waitedMs: number;
  /** Milliseconds of the page's time that were skipped instead of waited for. */
  readonly skippedMs: number;
  /** The kinds of work that were waited for; empty for a synchronous iteration. */
  readonly waitedFor: readonly WorkKind[];
  /** What was still due when the wait ended, and is not periodic work of the page. */
  readonly tail: readonly PendingWork[];
  /**
   * It began while work of the iteration before was still going on. True once where periodic work was noticed for the first time;
   * more often, iterations ran into each other.
   */
  readonly overlapped: boolean;
  /**
   * Elements were pressed, and nothing that can be seen from outside came of it: no change of the document, no work, no request.
   * A script may still have run.
   */
  readonly silent: boolean;
}

/** What the page does all the time, with or without steps: known from the warm-up, never waited for. */
export interface PeriodicWork {
  readonly kind: WorkKind;
  readonly what: string;
}

/** A part of the page whose heap is not looked into, with the reason. */
export interface UnreachedPart {
  readonly kind: 'frame' | 'worker' | 'shared-worker' | 'service-worker' | 'worklet';
  readonly url: string;
  readonly reason: string;
}
