import type { Alert } from '../../machine/index.ts';

/** An alert over time. Times in ms since the epoch. */
export interface ActiveAlert extends Alert {
  readonly raisedAt: number;
  readonly lastAt: number;
}

/** What sinks receive. */
export interface AlertEvent {
  readonly type: 'raised' | 'resolved';
  readonly at: number;
  readonly alert: Alert;
}
