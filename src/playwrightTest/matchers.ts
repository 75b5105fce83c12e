import { expect as base } from '@playwright/test';
import type { CheckResult } from '../leaks/index.ts';
import { type FailOn, createReport, fails, renderText, summarizeFinding } from '../reports/index.ts';
import { LeakwrightError } from '../support/index.ts';

export interface LeakFreeOptions {
  /** Leaks below this severity do not fail. Default: minor, so none. */
  readonly failOn?: FailOn;
}

/** Playwright's `expect`, with `expect(await leaks.check(…)).toBeLeakFree()`. */
export const expect = base.extend({
  toBeLeakFree(received: unknown, options: LeakFreeOptions = {}) {
    const result = asResult(received);
    const leaks = result.verdict === 'leak' && fails(result.severity, options.failOn);
    // An inconclusive result is neither free of leaks nor a leak.
    const pass = this.isNot ? !leaks : !leaks && result.verdict !== 'inconclusive';
    return { name: 'toBeLeakFree', pass, message: () => describe(result, this.isNot) };
  },
});

function describe(result: CheckResult, isNot: boolean): string {
  if (isNot) return `Expected a leak, and there is none in ${result.iterations} iterations of '${result.name}'.`;
  const report = createReport([result], result);
  const first = result.findings.find(({ ignored }) => ignored === undefined);
  const head = first ? summarizeFinding(first) : `the check of '${result.name}' is inconclusive`;
  return `Expected no leak, but ${head}\n\n${renderText(report)}`;
}

function asResult(received: unknown): CheckResult {
  if (typeof received === 'object' && received !== null && 'verdict' in received && 'findings' in received) {
    return received as CheckResult;
  }
  throw new LeakwrightError('usage', 'toBeLeakFree() takes what leaks.check() gives.', {
    hint: 'Write: expect(await leaks.check(async () => { … })).toBeLeakFree()',
  });
}
