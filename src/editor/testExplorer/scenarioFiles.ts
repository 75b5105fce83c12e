/** Scenario files, as the command line finds them when it gets no files. */
export const SCENARIO_GLOB = '**/*.leak.{js,mjs,cjs,ts,mts}';

const SCENARIO_NAME = /\.leak\.(?:[cm]?js|m?ts)$/;
/** Folders whose scenarios belong to packages, or are copies. */
const NOT_OURS = /(?:^|\/)(?:node_modules|dist)\//;

/**
 * Whether a path is a scenario of the user's.
 *
 * @param path relative to its folder, with slashes
 */
export function isScenarioPath(path: string): boolean {
  return SCENARIO_NAME.test(path) && !NOT_OURS.test(path);
}

/** `checkout` of `leaks/checkout.leak.ts`. */
export function scenarioName(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(SCENARIO_NAME, '');
}
