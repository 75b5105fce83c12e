/** `import { test, expect } from 'leakwright/playwright'`: leak checks in a Playwright Test suite. */
export {
  type LeakFixtures,
  type LeakFreeOptions,
  type LeakOptions,
  // The fixture makes it: nobody else has the parts.
  type Leaks,
  expect,
  test,
} from './playwrightTest/index.ts';
