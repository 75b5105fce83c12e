import type * as declared from 'leakwright/playwright';
import type * as reporter from 'leakwright/playwright-reporter';
import type * as actual from '../../src/playwright.ts';
import type Actual from '../../src/playwrightReporter.ts';

/** Fails to compile when what we declare to users is not what we give them. */
export type Conforms = [
  Check<typeof actual.expect, typeof declared.expect>,
  Check<actual.Leaks, declared.Leaks>,
  Check<actual.Soak, declared.Soak>,
  Check<declared.SoakOptions, actual.SoakOptions>,
  Check<actual.SoakResult, declared.SoakResult>,
  Check<typeof actual.runSoak, typeof declared.runSoak>,
  Check<declared.LeakOptions, actual.LeakOptions>,
  Check<InstanceType<typeof Actual>, InstanceType<typeof reporter.default.default>>,
];

type Check<Given extends Wanted, Wanted> = Given;
