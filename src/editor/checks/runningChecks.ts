import { type Event, EventEmitter } from 'vscode';
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

/** What runs a check says so here. */
export interface RunningHandle {
  onEvent(event: LeakEvent): void;
  end(): void;
}

/** The checks of this window that go on, whoever started them: tasks and the Test Explorer alike. */
export class RunningChecks {
  readonly #changed = new EventEmitter<RunningCheck | undefined>();
  readonly #checks = new Map<number, RunningCheck>();
  #last = 0;

  /** One of them went on; undefined: one came or went. */
  readonly onDidChange: Event<RunningCheck | undefined> = this.#changed.event;

  /** Those that began first are first. */
  get list(): readonly RunningCheck[] {
    return [...this.#checks.values()];
  }

  begin(name: string, stop: () => void): RunningHandle {
    this.#last += 1;
    const id = this.#last;
    this.#checks.set(id, { id, name, startedAt: Date.now(), stop });
    this.#changed.fire(undefined);
    return {
      onEvent: (event) => this.#onEvent(id, event),
      end: () => {
        if (this.#checks.delete(id)) this.#changed.fire(undefined);
      },
    };
  }

  stop(id: number): void {
    this.#checks.get(id)?.stop();
  }

  dispose(): void {
    this.#checks.clear();
    this.#changed.dispose();
  }

  #onEvent(id: number, event: LeakEvent): void {
    const check = this.#checks.get(id);
    const next = check && advance(check, event);
    if (!next || next === check) return;
    this.#checks.set(id, next);
    this.#changed.fire(next);
  }
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
