import type { Clock } from '../../support/index.ts';
import type { LeakEvent, Phase } from '../model.ts';
import { defined } from '../../support/index.ts';

/** Makes the events of phases, with how long each took. One phase runs at a time. */
export class Phases {
  readonly #clock: Clock;
  #startedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(phase: Phase, iterations?: number, reason?: string): LeakEvent {
    this.#startedAt = this.#clock.monotonic();
    return {
      type: 'phaseStarted',
      phase,
      ...defined({ iterations, reason }),
    };
  }

  end(phase: Phase): LeakEvent {
    return { type: 'phaseEnded', phase, durationMs: Math.round(this.#clock.monotonic() - this.#startedAt) };
  }

  *skip(phases: readonly Phase[], reason: string): Generator<LeakEvent> {
    for (const phase of phases) yield { type: 'phaseSkipped', phase, reason };
  }
}
