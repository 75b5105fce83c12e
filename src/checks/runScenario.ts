import { type CheckContext, type CheckResult, type LeakEvent, checkDuration, checkLeaks } from '../leaks/index.ts';
import type { Scenario } from '../scenarios/index.ts';
import type { CheckSettings } from './options.ts';
import { durationOptions, parseDuration } from './values.ts';
import { defined } from '../support/index.ts';

const DEFAULT_TIMEOUT_S = 120;
/** As long as a person may look at a breakpoint, in ms. */
const DEBUGGING_MS = 24 * 3_600_000;

/**
 * Runs one scenario as the settings say: counted iterations, or a long run.
 *
 * @param evidenceFile where this check's evidence goes
 * @param isDebugged a breakpoint stops the scenario's clock: no limit may end the check then
 * @throws LeakwrightError `usage` for settings that cannot mean anything
 */
export function runScenario(
  scenario: Scenario,
  settings: CheckSettings,
  context: CheckContext,
  {
    evidenceFile,
    isDebugged = false,
  }: { readonly evidenceFile?: string | undefined; readonly isDebugged?: boolean } = {},
): AsyncGenerator<LeakEvent, CheckResult> {
  const stepTimeoutMs = isDebugged
    ? DEBUGGING_MS
    : settings.stepTimeout === undefined
      ? undefined
      : settings.stepTimeout * 1000;
  const step = defined({ stepTimeoutMs });
  const shown: CheckContext = {
    ...context,
    ...defined({ showUrls: settings.showUrls }),
    // Without a window there is nothing to look at.
    ...(settings.keepOpen && settings.headed ? { keepOpen: true } : {}),
  };
  const duration = durationOptions(settings);
  if (duration) return checkDuration(scenario, { ...duration, ...step }, shown);
  return checkLeaks(
    scenario,
    {
      timeoutMs: isDebugged ? DEBUGGING_MS : (settings.timeout ?? DEFAULT_TIMEOUT_S) * 1000,
      ...defined({
        iterations: settings.iterations,
        warmup: settings.warmup,
        deep: settings.deep,
        clockMs: settings.clock === undefined ? undefined : parseDuration(settings.clock),
        evidenceFile,
      }),
      ...step,
    },
    shown,
  );
}
