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
 * `Page`. Its `setup` runs when the page is loaded. Where it makes several tests of one page (`createTests`), each is a check of
 * its own, so that the report says which of them leaks.
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
  const hasTests = createTests !== undefined;
  let tests: readonly FuiteTest[] | undefined;
  /** The scenario of one of the tests. Each check makes the tests anew, on the page it has loaded. */
  const test = (index: number): Partial<Scenario> & Pick<Scenario, 'iteration' | 'prepare'> => ({
    prepare: asPuppeteer(async (page) => {
      await idle(page);
      await setup?.(page);
      if (setup) await idle(page);
      if (createTests) tests = await testsOf(file, createTests(page));
    }),
    iteration: asPuppeteer(async (page) => {
      await iteration(page, tests?.[index]?.data);
      await idle(page);
    }),
    ...(hasTests
      ? {
          parts: () => {
            if (!tests) return undefined;
            const { length } = tests;
            const others = index === 0 ? Array.from({ length: length - 1 }, (_, at) => test(at + 1)) : [];
            return { label: tests[index]?.description ?? `test ${index + 1}`, others };
          },
        }
      : {}),
  });
  return {
    file,
    url: resolveUrl(file, undefined, place),
    ...test(0),
    ...(teardown ? { teardown: asPuppeteer(teardown) } : {}),
  };
}

interface FuiteTest {
  readonly data?: unknown;
  readonly description?: string;
}

async function testsOf(file: string, made: unknown): Promise<readonly FuiteTest[]> {
  const tests = await made;
  if (Array.isArray(tests) && tests.length > 0) return tests as FuiteTest[];
  throw invalid(file, "its 'createTests' made no test on this page", 'Check it with another page.');
}
