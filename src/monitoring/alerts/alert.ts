type AlertKind = 'memory-usage' | 'memory-growth' | 'orphan' | 'leftovers' | 'large-structure';

export type AlertLevel = 'notice' | 'warning' | 'critical';

export const LEVEL_RANK: Readonly<Record<AlertLevel, number>> = { notice: 0, warning: 1, critical: 2 };

/** Something that is so now and should not be. */
export interface Alert {
  /** The same alert has the same key as long as it lasts. */
  readonly key: string;
  readonly kind: AlertKind;
  readonly level: AlertLevel;
  /** What it is about: `machine`, `Chromium (pid 4711)`. */
  readonly subject: string;
  /** A sentence for people. */
  readonly message: string;
  /** What was measured, and what it must stay below, in one unit. */
  readonly value: number;
  readonly threshold: number;
}

/** An alert over time. Times in ms since the epoch. */
export interface ActiveAlert extends Alert {
  readonly raisedAt: number;
  readonly lastAt: number;
}

/** What sinks are told. */
export interface AlertEvent {
  readonly type: 'raised' | 'resolved';
  readonly at: number;
  readonly alert: Alert;
}
