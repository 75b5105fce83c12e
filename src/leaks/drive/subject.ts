import type { GeneratedFrame, SourceTextsOptions } from '../explain/sources/index.ts';
import type { Counters } from '../measure/counters.ts';
import type { CheckGuard } from './checkGuard.ts';
import type { GuardedCdp } from './cdp.ts';
import type { CoveredIteration } from './functionsRun.ts';
import type { IterationFacts, PeriodicWork, UnreachedPart } from './iterationFacts.ts';
import type { WorkerTarget } from './workerTargets.ts';

export interface ClicksInPage {
  readonly onlySynchronous?: boolean;
  readonly inFrames?: boolean;
}

/**
 * What a check runs its iterations on: a page, or a program on Node. The loop needs no more of it than this; everything that it
 * awaits ends with the check.
 */
export interface Subject {
  /** The session of its heap. */
  readonly cdp: GuardedCdp;
  readonly guard: CheckGuard;
  readonly workers: { readonly live: readonly WorkerTarget[] };
  /** Whether our page hooks watch the heap: then what they do not list has been ended. */
  readonly hooked: boolean;
  /** Number of the iteration that began last, from 1, warm-up included. */
  readonly begun: number;
  /** Iterations after which it did not come to rest within the limit. */
  readonly settledLate: number;
  /** Milliseconds of its time that were skipped in iterations instead of waited for, in all; absent where none can be. */
  readonly skippedMs?: number;
  /** What was noticed of the latest iterations, warm-up included, beside what was read after them. */
  readonly facts: readonly IterationFacts[];
  /** What it does all the time, whatever an iteration does: it is not waited for. */
  readonly periodic: readonly PeriodicWork[];
  /** Windows that it has opened and that were closed. */
  readonly closedWindows?: number;
  /** Parts whose heaps cannot be read. */
  readonly unreached?: readonly UnreachedPart[];
  /** What a person should know of how it was driven. */
  readonly notices?: readonly string[];
  readonly errors: { readonly times?: number; warnings(): readonly string[] };
  /** Where an iteration ends, to be compared with where it began. */
  url(): string;
  /**
   * Runs one iteration and waits until what it started is over, whatever `wait` says: with `settle` also until rest.
   *
   * @param onWorkEnded called when the scenario's own steps are done, before the wait
   */
  iterate(wait: 'settle' | 'pause' | 'frame', onWorkEnded?: () => void): Promise<IterationFacts>;
  /** Runs an iteration or two and sees which functions of the page run; absent where iterations cannot be silent. */
  iterateCovered?(): Promise<CoveredIteration>;
  /** Runs one iteration. @returns bytes of the heap, garbage included */
  iterateOn(): Promise<number>;
  settle(): Promise<void>;
  /** The same as quickly as may be, where many of them take little time; absent where its time cannot be skipped. */
  readonly sprint?: (() => Promise<number>) | undefined;
  /**
   * Runs iterations as events inside the page, hundreds a second. @returns how many were done: none where its steps, or what they
   * start, need more than that
   *
   * @param how.onlySynchronous none are done where an iteration starts work that is waited for
   * @param how.inFrames a frame is drawn after each, which takes 16 ms
   */
  clickInPage?(iterations: number, how: ClicksInPage): Promise<number>;
  /** Moves its time on by ms, in 3 s of real time at most; absent where that cannot be done. @returns the ms that passed */
  readonly age?: ((ms: number) => Promise<number>) | undefined;
  /** Mutations of the document since it was made; absent where there is none. */
  mutations?(): Promise<number>;
  /** Bytes of the heap, garbage included. */
  heapBytes?(): Promise<number>;
  /** Bytes of the heap after a collection. */
  heldBytes(): Promise<number>;
  /** The counters, after a collection. */
  read(): Promise<Counters>;
  /** Which of the names are interfaces that script knows. */
  exposedInterfaces(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** How its scripts and source maps may be read. */
  sourceAccess(): Pick<SourceTextsOptions, 'pageUrl' | 'asPage'>;
  /** The stack by which an iteration opens a file, innermost first, seen in one more iteration; empty where none is seen. */
  openingFrames?(): Promise<readonly GeneratedFrame[]>;
  teardown(): Promise<void>;
  /** Lets go of it; it may live on. */
  release(): void;
}
