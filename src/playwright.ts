/** `import { test, expect } from 'leakwright/playwright'`: leak checks in a Playwright Test suite. */
export {
  type LeakFixtures,
  type LeakFreeOptions,
  type LeakOptions,
  // Only the fixture can make it.
  type Leaks,
  type Soak,
  SoakLeakError,
  type SoakOptions,
  type SoakResult,
  type SoakRunOptions,
  expect,
  installSoakClock,
  measureSoak,
  runSoak,
  soakFixtures,
  soakLaunchOptions,
  test,
} from './playwrightTest/index.ts';
