import type { Page } from 'playwright';
import { defined, type Clock, LeakwrightError, describeError, systemClock } from '../support/index.ts';
import type { Because, CheckResult, CounterSample, Finding, LeakEvent, Phase, Severity, Verdict } from './model.ts';
import type { CheckContext } from './check.ts';
import { fingerprintOf } from './explain/fingerprint.ts';
import type { LeakBrowser } from './drive/leakBrowser.ts';
import { PageErrors } from './drive/pageErrors.ts';
import { PageEvents } from './drive/pageEvents.ts';
import { PageGuard } from './drive/pageGuard.ts';
import { createResult, describeCheckError, nameOf, nothingLeft, relativeFile } from './explain/result.ts';
import { maskerFor, masked } from './maskSecrets.ts';
import { TreeMemoryWatch, describeTrend, noMemory, thin } from './measure/treeMemory.ts';
import type { Scenario } from '../scenarios/index.ts';

export interface DurationOptions {
  /** How long operations run. Milliseconds. */
  readonly durationMs: number;
  readonly opsPerMinute: number;
  /** Milliseconds for a single operation. Default: 30,000. */
  readonly stepTimeoutMs?: number;
}

/** Presets by name. */
export const durationProfiles = {
  quick: { durationMs: 2 * 60_000, opsPerMinute: 30 },
  medium: { durationMs: 5 * 60_000, opsPerMinute: 20 },
  endurance: { durationMs: 10 * 60_000, opsPerMinute: 15 },
} as const satisfies Record<string, DurationOptions>;

/** The share of a run in which caches fill and code warms up: what grows there says nothing. */
const WARM_UP_SHARE = 0.25;

/** From which growth in MB a second a person is told while the run goes on. */
const ALERTS: readonly (readonly [slope: number, level: string])[] = [
  [0.5, 'critical'],
  [0.1, 'warning'],
];

const MB = 1024 * 1024;
/** Operations kept in the report; of more, every other one. */
const MAX_SAMPLES = 1000;

/** Reloads the page: the operation of a long run that names no other. */
export function reloadScenario(url: string): Scenario {
  return { url, iteration: async (page: Page) => void (await page.reload()) };
}

/**
 * Watches a browser's memory over a long run: the scenario's iteration again and again at the given rate. For what the heap
 * does not show (native memory, other browsers than Chromium). The verdict comes from the trend of the memory of the browser's
 * processes. Yields and ends as `checkLeaks` does: it never throws, and the browser is ended in every case.
 */
export async function* checkDuration(
  scenario: Scenario,
  options: DurationOptions,
  context: CheckContext,
): AsyncGenerator<LeakEvent, CheckResult> {
  const events = new DurationCheck(scenario, options, context).run();
  return yield* masked(events, maskerFor(scenario, context.showUrls));
}

class DurationCheck {
  readonly #scenario: Scenario;
  readonly #options: DurationOptions;
  readonly #context: CheckContext;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #startedMonotonic: number;
  readonly #operations: number;
  #samples: CounterSample[] = [];
  readonly #warnings: string[];
  readonly #alerted = new Set<string>();
  #browser: LeakBrowser | undefined;
  #browserName: CheckResult['browser'] = { name: 'unknown', version: '' };
  #guard: PageGuard | undefined;
  #errors: PageErrors | undefined;
  #memory: TreeMemoryWatch | undefined;
  #phaseStartedAt = 0;

  constructor(scenario: Scenario, options: DurationOptions, context: CheckContext) {
    this.#scenario = scenario;
    this.#options = options;
    this.#context = context;
    this.#clock = context.clock ?? systemClock;
    this.#startedAt = this.#clock.now();
    this.#startedMonotonic = this.#clock.monotonic();
    this.#operations = Math.max(1, Math.round((options.durationMs / 60_000) * options.opsPerMinute));
    this.#warnings = [...(scenario.warnings ?? [])];
  }

  async *run(): AsyncGenerator<LeakEvent, CheckResult> {
    const { workspaceFolder, signal } = this.#context;
    let cleaned = false;
    try {
      yield {
        type: 'checkStarted',
        name: nameOf(this.#scenario, workspaceFolder),
        ...relativeFile(this.#scenario, workspaceFolder),
        url: this.#scenario.url,
        warmup: 0,
        iterations: this.#operations,
      };
      let error: CheckResult['error'];
      try {
        yield* this.#phases();
      } catch (failure) {
        error = describeCheckError(failure, signal ?? new AbortController().signal, this.#scenario, workspaceFolder);
      }
      yield this.#begin('cleanup');
      const cleanup = await this.#cleanUp();
      cleaned = true;
      yield this.#end('cleanup');
      const result = this.#result(error, cleanup);
      for (const finding of result.findings) yield { type: 'finding', finding };
      yield { type: 'checkEnded', result };
      return result;
    } finally {
      if (!cleaned) await this.#cleanUp();
    }
  }

  async *#phases(): AsyncGenerator<LeakEvent> {
    const { signal } = this.#context;
    yield this.#begin('launch');
    const browser = await this.#context.openBrowser({ signal: signal ?? new AbortController().signal });
    this.#browser = browser;
    this.#browserName = { name: browser.name, version: browser.version };
    yield { type: 'browserReady', name: browser.name, version: browser.version, pid: browser.root?.pid ?? 0 };
    if (!browser.root) {
      throw new LeakwrightError('leaks.unsupported', 'The memory of a browser that runs elsewhere cannot be watched.', {
        hint: 'Leave --connect out, or count iterations instead of giving a duration.',
      });
    }
    yield this.#end('launch');

    yield this.#begin('load');
    const page = await browser.newPage(this.#scenario.use ?? {});
    // The page is closed with its browser, so its listeners need no end of their own.
    const events = new PageEvents(page);
    this.#guard = new PageGuard(browser, page, events, signal);
    this.#errors = new PageErrors(events);
    const collect = await this.#collector(browser, page);
    if (this.#scenario.setup) await this.#step('setup', async () => await this.#scenario.setup!(page));
    await this.#open(page);
    if (this.#scenario.prepare) await this.#step('prepare', async () => await this.#scenario.prepare!(page));
    yield this.#end('load');

    this.#memory = new TreeMemoryWatch(browser.root, { clock: this.#clock, ...defined({ log: this.#context.log }) });
    this.#memory.start();
    yield this.#begin('count', this.#operations);
    const startedAt = this.#clock.monotonic();
    const beatMs = 60_000 / this.#options.opsPerMinute;
    for (let operation = 1; operation <= this.#operations; operation += 1) {
      await this.#step(`iteration ${operation}`, async () => await this.#scenario.iteration(page));
      await collect();
      await this.#memory.sample();
      const bytes = this.#memory.points.at(-1)?.[1] ?? 0;
      const atMs = Math.round(this.#clock.monotonic() - this.#startedMonotonic);
      const sample = { iteration: operation, atMs, treeBytes: bytes };
      this.#samples.push(sample);
      if (this.#samples.length >= MAX_SAMPLES) this.#samples = thin(this.#samples);
      yield { type: 'iteration', phase: 'count', iteration: operation, of: this.#operations, sample };
      yield* this.#alert();
      // A slow operation shifts no later one; one that is late begins at once.
      const rest = startedAt + operation * beatMs - this.#clock.monotonic();
      if (rest > 0) await this.#guard.during(this.#clock.sleep(rest, signal), rest + 60_000, () => hung(page));
    }
    yield this.#end('count');
    if (this.#scenario.teardown) await this.#step('teardown', async () => await this.#scenario.teardown!(page));
  }

  /** Says once for each level that memory rises fast, while the run goes on. */
  *#alert(): Generator<LeakEvent> {
    const trend = this.#memory?.trend(this.#warmUpMs);
    if (!trend || trend.correlation < 0.4) return;
    const slope = trend.slopePerSecond / MB;
    const level = ALERTS.find(([above]) => slope > above)?.[1];
    if (level === undefined || this.#alerted.has(level)) return;
    this.#alerted.add(level);
    yield { type: 'warning', message: `${level}: the browser's memory grows by ${slope.toFixed(2)} MB a second.` };
  }

  get #warmUpMs(): number {
    return this.#options.durationMs * WARM_UP_SHARE;
  }

  /** Forces a collection where the browser can: what garbage is left is noise in the trend. */
  async #collector(browser: LeakBrowser, page: Page): Promise<() => Promise<void>> {
    if (browser.family !== 'chromium') return async () => await Promise.resolve();
    const cdp = await browser.openCdp(page);
    return async () => {
      await this.#guard!.during(cdp.send('HeapProfiler.collectGarbage'), 30_000, () => hung(page));
    };
  }

  async #open(page: Page): Promise<void> {
    const url = this.#scenario.lateUrl?.() ?? this.#scenario.url;
    try {
      await this.#guard!.during(page.goto(url, { timeout: this.#stepMs }), this.#stepMs + 1000, () => hung(page));
    } catch (error) {
      if (error instanceof LeakwrightError) throw error;
      throw new LeakwrightError('leaks.pageUnreachable', `${url} could not be loaded: ${firstLine(error)}`, {
        hint: 'Start its server, or correct the URL.',
        cause: error,
      });
    }
  }

  async #step(what: string, run: () => Promise<unknown>): Promise<void> {
    try {
      const late = () => new LeakwrightError('leaks.scenarioFailed', `${what} took longer than ${this.#stepMs} ms.`);
      await this.#guard!.during(run(), this.#stepMs + 1000, late);
    } catch (error) {
      if (error instanceof LeakwrightError) throw error;
      throw new LeakwrightError('leaks.scenarioFailed', `The scenario's ${what} failed: ${firstLine(error)}`, {
        hint: 'Run the steps by hand once: an iteration must work again and again, and end where it began.',
        cause: error,
      });
    }
  }

  get #stepMs(): number {
    return this.#options.stepTimeoutMs ?? 30_000;
  }

  async #cleanUp(): Promise<CheckResult['cleanup']> {
    const browser = this.#browser;
    this.#browser = undefined;
    this.#memory?.stop();
    this.#guard?.release();
    this.#warnings.push(...(this.#errors?.warnings() ?? []));
    return browser ? await browser.close() : nothingLeft;
  }

  #result(error: CheckResult['error'], cleanup: CheckResult['cleanup']): CheckResult {
    const trend = this.#memory?.trend(this.#warmUpMs);
    const memoryTrend = describeTrend(trend, true);
    const findings =
      error || memoryTrend.leakSeverity === 'none' ? [] : [this.#finding(trend!.slopePerSecond, memoryTrend)];
    let verdict: Verdict = findings.length > 0 ? 'leak' : 'clean';
    if (error) verdict = 'error';
    else if (!trend) {
      verdict = 'inconclusive';
      this.#warnings.push('There were too few samples of memory for a trend: let it run for longer.');
    }
    const facts = {
      scenario: this.#scenario,
      workspaceFolder: this.#context.workspaceFolder,
      browser: this.#browserName,
      startedAt: this.#startedAt,
      durationMs: Math.round(this.#clock.monotonic() - this.#startedMonotonic),
      warmup: 0,
      iterations: this.#operations,
      settledLate: 0,
      skippedMs: 0,
      samples: this.#samples,
      findings,
      decision: error
        ? undefined
        : {
            verdict: verdict as Exclude<Verdict, 'error'>,
            because: describeBecause(verdict, memoryTrend),
            bounded: [],
          },
      warnings: this.#warnings,
      memory: { memoryTrend, memoryStats: this.#memory?.stats() ?? noMemory.memoryStats },
    };
    return { ...createResult(facts, verdict, error, cleanup), mode: 'duration' };
  }

  #finding(bytesPerSecond: number, trend: CheckResult['memoryTrend']): Finding {
    const bytes = Math.round((bytesPerSecond * 60) / this.#options.opsPerMinute);
    return {
      kind: 'native-memory',
      name: "the browser's memory",
      perIteration: 1,
      bytesPerIteration: bytes,
      survivors: [],
      severity: trend.leakSeverity as Exclude<Severity, 'none'>,
      retainedBy: [],
      retainedBytes: 0,
      because: describeBecause('leak', trend),
      fingerprint: fingerprintOf({
        kind: 'native-memory',
        name: nameOf(this.#scenario, this.#context.workspaceFolder),
        site: undefined,
        holder: undefined,
      }),
    };
  }

  #begin(phase: Phase, iterations?: number): LeakEvent {
    this.#phaseStartedAt = this.#clock.monotonic();
    return { type: 'phaseStarted', phase, ...defined({ iterations }) };
  }

  #end(phase: Phase): LeakEvent {
    return { type: 'phaseEnded', phase, durationMs: Math.round(this.#clock.monotonic() - this.#phaseStartedAt) };
  }
}

function describeBecause(verdict: Verdict, trend: CheckResult['memoryTrend']): Because {
  const { slopeMbPerSecond, correlation } = trend;
  const reason =
    verdict === 'inconclusive'
      ? 'there were too few samples of memory for a trend'
      : `memory changed by ${slopeMbPerSecond} MB a second, with a correlation of ${correlation} to a straight line`;
  return { rule: 'memory trend', reason, numbers: { slopeMbPerSecond, correlation } };
}

function hung(page: Page): LeakwrightError {
  return new LeakwrightError('leaks.pageHung', `The page does not answer any more (${page.url()}).`, {
    hint: 'A script runs without end: pause it in the debugger to see where.',
  });
}

function firstLine(error: unknown): string {
  return describeError(error).split('\n', 1)[0] ?? '';
}
