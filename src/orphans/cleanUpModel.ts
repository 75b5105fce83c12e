import type { Leftover } from '../browsers/index.ts';
import type { EndTreeEvent, EndTreeOptions, ProcessIdentity } from '../processes/index.ts';
import type { OwnedTree } from './model.ts';
import type { SurveyOptions } from './survey.ts';
import type { TreeTraces } from './treeTraces.ts';

export interface PlannedTree {
  readonly owned: OwnedTree;
  /** What its processes cost now, in bytes (PSS). */
  readonly memoryBytes: number;
  readonly action: 'end' | 'leave';
  /** What it has on disk for itself alone, as far as that was looked for. */
  readonly traces?: TreeTraces;
}

export interface PlannedLeftover {
  readonly leftover: Leftover;
  readonly action: 'remove' | 'leave';
}

/**
 * What a clean-up would do: plain data, to be shown, and changed where a person decides otherwise: by an action, not by
 * taking a row out, since what is not in the plan counts as new.
 */
export interface CleanUpPlan {
  readonly trees: readonly PlannedTree[];
  readonly leftovers: readonly PlannedLeftover[];
  readonly issues: readonly string[];
}

export interface CleanUpOptions extends SurveyOptions {
  /** Where to look for leftovers. Default: the OS temp folder. */
  readonly tempFolder?: string;
  readonly cacheFolder?: string;
  readonly minAgeMs?: number;
  /** How trees are ended; what the procedure itself needs (reader, members …) is filled in. */
  readonly ending?: Pick<EndTreeOptions, 'graceMs' | 'forceMs' | 'clock' | 'send'>;
  readonly onEvent?: (event: CleanUpEvent) => void;
}

export type CleanUpEvent =
  | { readonly type: 'tree'; readonly root: ProcessIdentity; readonly event: EndTreeEvent }
  | { readonly type: 'treeDone'; readonly result: CleanedTree }
  | { readonly type: 'leftoverDone'; readonly result: CleanedLeftover };

export interface CleanedTree extends PlannedTree {
  /** `gone`: it had ended by itself. `refused`: a rule forbids it now; `reason` says which. */
  readonly outcome: 'ended' | 'gone' | 'survived' | 'refused' | 'left' | 'planned';
  readonly reason?: string;
}

export interface CleanedLeftover {
  readonly leftover: Leftover;
  readonly action: 'remove' | 'leave';
  readonly outcome: 'removed' | 'gone' | 'refused' | 'failed' | 'left' | 'planned';
  readonly reason?: string;
  readonly bytesFreed: number;
}

export interface CleanUpResult {
  readonly trees: readonly CleanedTree[];
  readonly leftovers: readonly CleanedLeftover[];
  readonly errors: readonly string[];
}
