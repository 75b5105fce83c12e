import type { Page } from 'playwright';
import type { Scenario } from './scenario.ts';
import { SCENARIO_KEYS } from './schema.ts';
import {
  type Exports,
  FORMS,
  type ScenarioPlace,
  asPuppeteer,
  invalid,
  refuseMisspelt,
  resolveUrl,
  step,
} from './scenarioParts.ts';

type FuiteIteration = (page: Page, data?: unknown) => unknown;

/**
 * A scenario of fuite's (https://github.com/nolanlawson/fuite#custom-scenarios): ours without a URL, for Puppeteer's
 * `Page`. Its `setup` runs when the page is loaded. Where it makes several tests of one page (`createTests`), an iteration goes
 * through all of them, as a user who comes by would.
 */
export function fromFuite(file: string, exported: Exports, place: ScenarioPlace): Scenario {
  const iteration: FuiteIteration | undefined = step(file, exported, 'iteration');
  if (!iteration) throw invalid(file, "it has no function 'iteration'", FORMS);
  refuseMisspelt(file, exported, [...SCENARIO_KEYS, 'createTests', 'waitForIdle']);
  const createTests = step(file, exported, 'createTests');
  const waitForIdle = step(file, exported, 'waitForIdle');
  const setup = step(file, exported, 'setup');
  const teardown = step(file, exported, 'teardown');
  const idle = async (page: Page): Promise<void> => void (await waitForIdle?.(page));
  let tests: readonly { data?: unknown }[] | undefined;
  return {
    file,
    url: resolveUrl(file, undefined, place),
    prepare: asPuppeteer(async (page) => {
      await idle(page);
      await setup?.(page);
      if (setup) await idle(page);
    }),
    iteration: asPuppeteer(async (page) => {
      tests ??= createTests ? await testsOf(file, createTests(page)) : [{}];
      for (const { data } of tests) {
        await iteration(page, data);
        await idle(page);
      }
    }),
    ...(teardown ? { teardown: asPuppeteer(teardown) } : {}),
  };
}

async function testsOf(file: string, made: unknown): Promise<readonly { data?: unknown }[]> {
  const tests = await made;
  if (Array.isArray(tests) && tests.length > 0) return tests as { data?: unknown }[];
  throw invalid(file, "its 'createTests' made no test on this page", 'Check it with another page.');
}
