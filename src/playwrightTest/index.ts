export { type LeakFixtures, test } from './fixtures.ts';
export type { LeakOptions, Leaks } from './leaks.ts';
export { type LeakFreeOptions, expect } from './matchers.ts';
export { default as LeftBehindReporter } from './reporter.ts';
export { hookSpecs } from './specHooks.ts';
