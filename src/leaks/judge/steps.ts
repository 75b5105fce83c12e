import type { HeapNumber } from '../evidence.ts';
import type { Phase } from '../model.ts';
import type { GrowthReport } from '../snapshot/messages.ts';

/**
 * How quick iterations click. `mouse`: as all others do. `page`: by events made inside the page; none are done where that cannot be.
 * `page or mouse`: by the mouse where events inside the page cannot be made; `page in frames or mouse`: the same, with a frame after each.
 * `rest`: by the mouse, with a frame after each.
 */
export type SprintBy = 'mouse' | 'page or mouse' | 'page in frames or mouse' | 'page' | 'rest';

/** What is still missing for an answer. The check does it and adds what it saw to the evidence. */
export type Step =
  /** Read the counters; from iteration 1 on, after one more iteration. */
  | { readonly do: 'count'; readonly iteration: number; readonly of: number }
  /** Tell objects apart by iteration from here on. */
  | { readonly do: 'track'; readonly heap: HeapNumber }
  /** Read how the heaps of workers grew over the count. */
  | { readonly do: 'workers' }
  /** Do some iterations one by one, told apart, then take a snapshot. */
  | {
      readonly do: 'snapshot';
      readonly heap: HeapNumber;
      readonly phase: 'attribute' | 'escalate';
      readonly iterations: number;
      /** Runs of so many iterations are told apart, not single ones. */
      readonly inRunsOf?: number;
      /** Whether allocation stacks are recorded. */
      readonly stacks: boolean;
      /** Whether a quick look may answer that there is nothing: no later snapshot is compared with this one then. */
      readonly quick: boolean;
      /** Iterations in all up to which the page may go on while the snapshot is read. */
      readonly meanwhileTo?: number;
      readonly reason: string;
    }
  /** Read live holders before and after each of a few iterations. */
  | {
      readonly do: 'sizes';
      readonly heap: HeapNumber;
      readonly iterations: number;
      readonly growth: readonly GrowthReport[];
    }
  /** Iterations up to a number in all; ends early where they seem to multiply, or where time is short. */
  | { readonly do: 'follow'; readonly heap: HeapNumber; readonly to: number; readonly of: number }
  /** Iterations up to a number in all, one right after the other, then the counters. */
  | { readonly do: 'sprint'; readonly to: number; readonly of: number; readonly by: SprintBy }
  /** Let so much of the page's time pass at once, then do an iteration. */
  | { readonly do: 'age'; readonly ms: number }
  /** Iterations with a collection after each: does growth multiply? */
  | { readonly do: 'confirm'; readonly heap: HeapNumber; readonly iterations: number }
  /** Watch holders and document over some iterations: who puts things where; count the browser's own objects again. */
  | { readonly do: 'watch'; readonly heap: HeapNumber; readonly iterations: number; readonly again: boolean }
  /** Compare whole snapshots, by what keeps their objects. */
  | { readonly do: 'compare' }
  /** Another iteration or two, to see which functions of the page run in them. */
  | { readonly do: 'cover' }
  /** Read the counters once more. */
  | { readonly do: 'end' }
  | { readonly do: 'decide' };

/** The phase that a step belongs to; undefined for what belongs to the phase under way. */
export function phaseOf(
  step: Step,
): { readonly phase: Phase; readonly iterations?: number; readonly reason?: string } | undefined {
  switch (step.do) {
    case 'count':
      return { phase: 'count', iterations: step.of };
    case 'snapshot':
      return { phase: step.phase, iterations: step.iterations, reason: step.reason };
    case 'sizes':
      return { phase: 'attribute' };
    case 'age':
      return { phase: 'escalate', reason: 'to tell a leak from what is kept for a time' };
    case 'sprint':
    case 'follow':
      return { phase: 'escalate', iterations: step.of, reason: 'to tell a leak from a cache that fills' };
    case 'watch':
      return { phase: 'escalate' };
    case 'compare':
      return { phase: 'escalate', reason: 'to see what grows although each iteration makes it anew' };
    case 'confirm':
    case 'track':
    case 'workers':
    case 'cover':
    case 'end':
    case 'decide':
      return undefined;
  }
}
