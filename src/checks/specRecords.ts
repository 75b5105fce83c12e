import type { CheckResult } from '../leaks/index.ts';

/** Names, in the environment of a Playwright run, what its workers are to do with the tests: {@link SpecRun} as JSON. */
export const SPEC_RUN_ENV = 'LEAKWRIGHT_PLAYWRIGHT_RUN';
/** Set for the runner alone, which takes it out of the environment of its workers. */
export const SPEC_RUNNER_ENV = 'LEAKWRIGHT_PLAYWRIGHT_RUNNER';

export interface SpecRun {
  /** The file that gets a line of JSON for each test: a {@link SpecRecord}. */
  readonly records: string;
  /** Options of `leaks.check`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The result of one test of the user's Playwright suite. */
export interface SpecRecord {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  /** Its titles, from the outermost `describe` to its own. */
  readonly title: string;
  readonly result?: CheckResult;
  /** Why the test cannot be repeated on one page. */
  readonly refused?: string;
}

/** A run as the environment carries it. A pattern of an ignore rule is no JSON. */
export function specRunText(run: SpecRun): string {
  return JSON.stringify(run, (_key, value: unknown) =>
    value instanceof RegExp ? { pattern: value.source, flags: value.flags } : value,
  );
}

/** The run of {@link specRunText}. */
export function parseSpecRun(text: string): SpecRun {
  return JSON.parse(text, (_key, value: unknown) => {
    const { pattern, flags } = Object(value) as Record<string, unknown>;
    return typeof pattern === 'string' && typeof flags === 'string' ? new RegExp(pattern, flags) : value;
  }) as SpecRun;
}
