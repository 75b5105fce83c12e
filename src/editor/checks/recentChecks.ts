import type { Memento } from 'vscode';
import { isNodeCheck } from '../../checks/index.ts';
import type { CheckResult } from '../../leaks/index.ts';
import type { CheckProperties } from './checkArguments.ts';
import { checkKey } from './problem.ts';
import { defined } from '../../support/index.ts';

/** A page that was checked by its address, with all that the task said of how. */
export interface RecentCheck {
  readonly url: string;
  /** What each iteration clicked, in order; none: each link was followed, or a Node program did what the properties say. */
  readonly click: readonly string[];
  readonly properties: CheckProperties;
  /** Where it was checked from; undefined without a folder. */
  readonly folder?: string;
  /** Tells it from others. */
  readonly key: string;
}

const KEY = 'checks.recent';
/** How many are kept: a list of this length scrolls once. */
const MAX_RECENT = 20;

/** The pages checked last in this workspace, the last one first: for the first question, and to be checked again. */
export class RecentChecks {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  get list(): readonly RecentCheck[] {
    return this.#memory.get<readonly RecentCheck[]>(KEY) ?? [];
  }

  /** How a check was run, to run it so again; undefined where it was not a task of this workspace. */
  of(
    check: Pick<CheckResult, 'name' | 'file' | 'url' | 'mode' | 'browser' | 'steps'>,
    folder: string,
  ): RecentCheck | undefined {
    const key = checkKey(check, folder);
    return this.list.find((recent) => recent.key === key);
  }

  async note(result: CheckResult, properties: CheckProperties, folder: string | undefined): Promise<void> {
    const { url = isNodeCheck(properties) ? result.url : undefined } = properties;
    if (result.file !== undefined || url === undefined) return;
    const key = checkKey(result, folder ?? '');
    // Watched once is not watched always.
    const { headed: _, keepOpen, ...unwatched } = properties;
    const recent: RecentCheck = {
      // A task may ask for its page: this is the answer.
      url: result.url,
      click: isNodeCheck(properties) ? [] : (result.steps ?? []),
      properties: keepOpen ? unwatched : properties,
      ...defined({ folder }),
      key,
    };
    await this.#memory.update(KEY, [recent, ...this.list.filter((other) => other.key !== key)].slice(0, MAX_RECENT));
  }
}
