export {
  type LeakFixtures,
  type SoakRunOptions,
  installSoakClock,
  measureSoak,
  runSoak,
  soakFixtures,
  soakLaunchOptions,
  test,
} from './fixtures.ts';
export { type Soak, type SoakOptions, type SoakResult, SoakLeakError } from './soak.ts';
export type { LeakOptions, Leaks } from './leaks.ts';
export { type LeakFreeOptions, expect } from './matchers.ts';
export { default as LeftBehindReporter } from './reporter.ts';
export { hookSpecs } from './specHooks.ts';
