import type { LeakEvent, Phase } from '../../leaks/index.ts';

/** A check that goes on, as rows and the status bar show it. */
export interface RunningCheck {
  /** Tells it from others that go on at the same time. */
  readonly id: number;
  readonly name: string;
  /** Undefined until it has begun to work. */
  readonly phase?: Phase;
  /** Iterations of this phase: done, and in all. */
  readonly iteration?: number;
  readonly of?: number;
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** Ends it, with its browser. */
  readonly stop: () => void;
}

/** The same check after an event; the very same where nothing of it is shown. */
export function advance(check: RunningCheck, event: LeakEvent): RunningCheck {
  switch (event.type) {
    case 'checkStarted': {
      const { id, startedAt, stop } = check;
      return { id, startedAt, stop, name: event.name };
    }
    case 'phaseStarted': {
      const { id, name, startedAt, stop } = check;
      const of = event.iterations === undefined ? {} : { iteration: 0, of: event.iterations };
      return { id, name, startedAt, stop, phase: event.phase, ...of };
    }
    case 'iteration': {
      return { ...check, phase: event.phase, iteration: event.iteration, of: event.of };
    }
    case 'browserReady':
    case 'phaseEnded':
    case 'phaseSkipped':
    case 'warning':
    case 'finding':
    case 'checkEnded': {
      return check;
    }
  }
}
