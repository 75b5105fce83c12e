import type { FullConfig, FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export interface LeftBehindReporterOptions {
  /** Whether something left behind makes the run fail. Default: false. */
  readonly fail?: boolean;
}

/** Lists at the end of a run what the suite left behind, by test: contexts, browsers, folders in the temp folder. */
export default class LeftBehindReporter implements Reporter {
  constructor(options?: LeftBehindReporterOptions);
  printsToStdio(): boolean;
  onBegin(config: FullConfig): void;
  onTestEnd(test: TestCase, result: TestResult): void;
  onEnd(): Promise<{ status?: FullResult['status'] } | undefined>;
}
