import type { SnapshotSeen } from '../evidence.ts';
import type { Insertion } from '../explain/exactLine/domWatch.ts';
import type { LeftSubtree } from '../explain/exactLine/leftNodes.ts';
import type { KeptPlaces } from './holders.ts';

/** What was seen of places while holders were watched: for lines, not for verdicts. */
export interface SeenPlaces {
  readonly kept: KeptPlaces;
  readonly insertions: readonly Insertion[];
  /** What stayed in the document. */
  readonly subtrees: readonly LeftSubtree[];
  /** Iterations that were watched. */
  readonly iterations: number;
  /** The snapshot that was judged. */
  readonly latest: Pick<SnapshotSeen, 'analysis' | 'spans'>;
}

export const NOTHING_SEEN: SeenPlaces = {
  kept: new Map(),
  insertions: [],
  subtrees: [],
  iterations: 0,
  latest: { analysis: { groups: [], growth: [], nodeCount: 0, elements: {} }, spans: [] },
};
