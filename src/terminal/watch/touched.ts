import { basename } from 'node:path';

/** A check with the files that it was seen to depend on, as absolute paths. */
export interface Watched {
  readonly key: string;
  /** The scenario and what it imports. */
  readonly own: ReadonlySet<string>;
  /** What its page loaded; undefined until it ran once. */
  readonly seen: ReadonlySet<string> | undefined;
}

/**
 * The checks to run again after files changed: all of them for a configuration, a new one, and those whose scenario imports or whose
 * page loaded one of the files.
 */
export function touchedBy(changed: readonly string[], checks: readonly Watched[]): Set<string> {
  const everything = changed.some((file) => /^(leakwright|playwright)\.config\.[cm]?[jt]s(on)?$/.test(basename(file)));
  return new Set(
    checks
      .filter(
        ({ own, seen }) => everything || seen === undefined || changed.some((file) => own.has(file) || seen.has(file)),
      )
      .map(({ key }) => key),
  );
}

/** A scenario file that was written, new or not: the list of checks is made again. */
export const isScenarioFile = (file: string): boolean => /\.leak\.[cm]?[jt]s$/.test(file);
