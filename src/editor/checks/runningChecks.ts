import { type Event, EventEmitter } from 'vscode';
import type { LeakEvent } from '../../leaks/index.ts';
import { type RunningCheck, advance } from './runningCheck.ts';

/** Tasks and tests report the checks that they run here. */
export interface RunningHandle {
  onEvent(event: LeakEvent): void;
  end(): void;
}

/** The running checks of this window, started by tasks or by the Test Explorer. */
export class RunningChecks {
  readonly #changed = new EventEmitter<RunningCheck | undefined>();
  readonly #checks = new Map<number, RunningCheck>();
  #last = 0;

  /** A check made progress; undefined: one began or ended. */
  readonly onDidChange: Event<RunningCheck | undefined> = this.#changed.event;

  /** Those that began first are first. */
  get list(): readonly RunningCheck[] {
    return [...this.#checks.values()];
  }

  begin(name: string, actions: Pick<RunningCheck, 'stop' | 'showBrowser'>): RunningHandle {
    this.#last += 1;
    const id = this.#last;
    this.#checks.set(id, { id, name, startedAt: Date.now(), ...actions });
    this.#changed.fire(undefined);
    return {
      onEvent: (event) => this.#onEvent(id, event),
      end: () => {
        if (this.#checks.delete(id)) this.#changed.fire(undefined);
      },
    };
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
