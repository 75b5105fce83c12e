import type { LeftServer, OwnedTree } from '../orphans/index.ts';
import type { TreeMemory } from '../browsers/index.ts';

/** One browser tree with whose it is and what it costs. */
export interface TreeView {
  readonly owned: OwnedTree;
  readonly memory: TreeMemory;
}

export interface TreeSnapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly trees: readonly TreeView[];
  readonly servers: readonly LeftServer[];
}
