import { type Event, EventEmitter } from 'vscode';
import type { CheckResult } from '../../leaks/index.ts';

/** A check's outcome: of a task, a command, the Test Explorer or an agent. */
export interface CheckOutcome {
  readonly result: CheckResult;
  /** The absolute path that the result's files are relative to. */
  readonly folder: string | undefined;
}

/**
 * Where every check of this window ends up, from tasks and from the Test Explorer alike. Problems, the badge and past
 * runs listen here and know nothing of who ran it.
 */
export class CheckResults {
  readonly #resulted = new EventEmitter<CheckOutcome>();
  readonly onDidResult: Event<CheckOutcome> = this.#resulted.event;

  accept(outcome: CheckOutcome): void {
    this.#resulted.fire(outcome);
  }

  dispose(): void {
    this.#resulted.dispose();
  }
}
