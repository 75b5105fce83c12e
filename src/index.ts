/** `import { checkLeaks } from 'leakwright'`: leak checks in a program or a test of any runner. */
import type { ScenarioInput } from './api/index.ts';
import type { LeakwrightConfig } from './checks/index.ts';

export {
  type AnalyzeSnapshotsOptions,
  type CheckLeaksOptions,
  type CheckTarget,
  type LeakRun,
  type ReportFormat,
  type ScenarioInput,
  type SnapshotReportFormat,
  analyzeSnapshots,
  checkLeaks,
  renderReport,
} from './api/index.ts';
export type { LeakwrightConfig } from './checks/index.ts';
export type { CheckResult, Finding, LeakEvent } from './leaks/index.ts';
export type { Report, SnapshotReport } from './reports/index.ts';
export type { IgnoreRule, Thresholds } from './scenarios/index.ts';
export { LeakwrightError } from './support/index.ts';

/** Gives a scenario its type, and is the scenario: `export default defineScenario({ url, iteration })`. */
export function defineScenario<S extends ScenarioInput>(scenario: S): S {
  return scenario;
}

/** Gives a configuration its type: `export default defineConfig({ … })` in `leakwright.config.ts`. */
export function defineConfig<C extends LeakwrightConfig>(config: C): C {
  return config;
}
