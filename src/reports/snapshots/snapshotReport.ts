import type { Comparison, Kept, Place, SnapshotSummary } from '../../leaks/index.ts';
import { plainText } from '../../support/index.ts';
import { formatPlace } from '../wording.ts';

/** What `leakwright analyze` says; its JSON is a contract. */
export interface SnapshotReport {
  readonly schema: 1;
  readonly kind: 'snapshots';
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly durationMs: number;
  /** Of two and more snapshots: what grew in every step. */
  readonly comparison?: Comparison;
  /** What the last snapshot says by itself. */
  readonly summary: SnapshotSummary;
}

const MEANINGS = {
  allocated: 'made at',
  function: 'written at',
  class: 'its class is at',
  scope: 'its holder is used at',
} as const satisfies Record<Place['meaning'], string>;

/** `made at src/panels.ts:12:5`. */
export function describePlace({ meaning, script, source }: Place): string {
  const frame = source ?? { file: script.url, line: script.line, column: script.column, function: script.function };
  const name = frame.function === '' ? '' : ` (${plainText(frame.function)})`;
  return `${MEANINGS[meaning]} ${formatPlace(frame)}${name}`;
}

/** `Panel in closedPanels[]`. */
export function describeKept({ name, heldBy }: Pick<Kept, 'name' | 'heldBy'>): string {
  return heldBy === '' ? plainText(name) : `${plainText(name)} in ${plainText(heldBy)}`;
}

export const SINGLE_SNAPSHOT_NOTE =
  'One snapshot shows what is large, not what leaks: take two or three with the same steps between them.';

export const SUSPECT_NAMES = {
  collection: 'collection',
  'duplicated-strings': 'repeated text',
  listeners: 'listeners',
  timers: 'timers',
  'detached-tree': 'detached tree',
  'unmounted-components': 'unmounted',
  'pending-promises': 'promises',
} as const;
