import { readFileSync } from 'node:fs';
import type { CheckSettings } from '../checks/index.ts';
import { LeakwrightError, describeError } from '../support/index.ts';
import { type Baseline, type Shard, parseBaseline } from '../reports/index.ts';

/** The options of `check` as the command line gives them, its files, and how the command goes on. */
export interface CheckOptions extends CheckSettings {
  readonly files: readonly string[];
  /** Its scenario is being written: what is wrong with its steps is no matter. */
  readonly isUnfinished?: boolean;
  /** Specs of a Playwright suite whose tests are repeated. */
  readonly playwright?: readonly string[];
  /** Of those the tests whose title matches. */
  readonly grep?: string;
  /** Check again what a change touches. */
  readonly watch?: boolean;
  /** Serve the report, live: at a free port, or at this one. */
  readonly ui?: true | number;
}

/**
 * @param text `2/3`: the second of three
 * @throws LeakwrightError `usage`
 */
export function parseShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, total] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (!index || !total || index > total) {
    throw new LeakwrightError('usage', `'${text}' is not a shard.`, { hint: 'Write the second of three as 2/3.' });
  }
  return { index, total };
}

/** The part of a list that a shard takes: each n-th of it, so that shards are of one size whatever the order. */
export function takeShard<T>(all: readonly T[], shard: Shard | undefined): readonly T[] {
  return shard === undefined ? all : all.filter((_, place) => place % shard.total === shard.index - 1);
}

/** @throws LeakwrightError `usage` when the file cannot be read or is no report */
export function readBaseline(file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LeakwrightError('usage', `The baseline '${file}' cannot be read: ${describeError(error)}.`, {
      hint: 'Make one with: leakwright check … --reporter json=FILE',
      cause: error,
    });
  }
  return parseBaseline(text, file);
}
