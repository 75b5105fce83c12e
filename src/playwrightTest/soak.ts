import type { Page, Response, TestInfo } from '@playwright/test';
import { linearRegression, sampleCorrelation } from 'simple-statistics';
import { type CheckResult, type Finding, leaksOf } from '../leaks/index.ts';
import { createReport, renderText, summarizeCheck, summarizeFinding } from '../reports/index.ts';
import type { Leaks } from './leaks.ts';

/** The words of playwright-soak-test, so that its specs run with another import; the verdict and the lines are ours. */
export interface SoakOptions {
  /** Passes in all, warm-up included. Default: 200. */
  readonly passes?: number;
  /** Passes before the count. Default: 5. */
  readonly warmup?: number;
  /** Virtual milliseconds after each pass. Default: 18,000. `false` belongs in `test.use`: the clock comes before the page. */
  readonly clock?: { readonly advanceMs?: number } | false;
  /** A response awaited after each pass. */
  readonly waitForResponse?: string | RegExp | ((response: Response) => boolean);
  /** Milliseconds to wait for it before the passes go on. Default: 5000. */
  readonly waitForResponseTimeout?: number;
  /** Default: the test's title. */
  readonly label?: string;
  /** Nodes that the passes may leave in all, where what leaks is nodes. Default: none of each pass. */
  readonly nodeThreshold?: number;
  /** Listeners that the passes may leave in all, where what leaks is listeners. Default: none of each pass. */
  readonly listenerThreshold?: number;
  /** Not used: what is kept in the heap is found as objects, by name and line. */
  readonly heapThresholdPercent?: number | null;
  /** Not used: garbage is collected before each reading. */
  readonly gcPasses?: number;
  readonly progressEveryMs?: number;
  readonly tracePasses?: number;
  readonly sampleEvery?: number;
}

interface SoakMetrics {
  readonly heap: number;
  readonly nodes: number;
  readonly listeners: number;
  readonly documents: number;
}

interface SoakTrend {
  /** Growth of a pass, from a straight line through the readings. */
  readonly perPass: number;
  /** How well the line fits: 1 is perfect. */
  readonly r2: number;
  /** The last reading minus the first. */
  readonly total: number;
  readonly shape: 'flat' | 'linear' | 'noisy';
}

export interface SoakResult {
  readonly label: string;
  readonly passes: number;
  readonly warmup: number;
  readonly baseline: SoakMetrics;
  readonly after: SoakMetrics;
  readonly samples: readonly (SoakMetrics & { readonly pass: number })[];
  readonly trends: Readonly<Record<'nodes' | 'listeners' | 'heap', SoakTrend>>;
  /** One sentence for each leak that counts. */
  readonly failures: readonly string[];
  readonly leaking: boolean;
  /** Responses that did not come in time, with `waitForResponse`. */
  readonly responseTimeouts: number;
  /** All that the check found, with lines. */
  readonly report: CheckResult;
}

/** Thrown by `soak.run`: something survives from every pass, or it could not be told. */
export class SoakLeakError extends Error {
  override readonly name = 'SoakLeakError';
  readonly result: SoakResult;

  constructor(message: string, result: SoakResult) {
    super(message);
    this.result = result;
  }
}

const PASSES = 200;
const WARMUP = 5;
const ADVANCE_MS = 18_000;
const RESPONSE_MS = 5000;
/** Below this fit the readings are no line. */
const LINE = 0.9;

/** The `soak` fixture. */
export class Soak {
  readonly #page: Page;
  readonly #leaks: Pick<Leaks, 'repeat'>;
  readonly #info: Pick<TestInfo, 'title'>;
  readonly #defaults: SoakOptions;

  constructor(parts: {
    readonly page: Page;
    readonly leaks: Pick<Leaks, 'repeat'>;
    readonly info: Pick<TestInfo, 'title'>;
    readonly defaults: SoakOptions;
  }) {
    this.#page = parts.page;
    this.#leaks = parts.leaks;
    this.#info = parts.info;
    this.#defaults = parts.defaults;
  }

  /**
   * Repeats what ends where it began.
   *
   * @throws SoakLeakError when something survives from every pass; what the action throws
   */
  async run(action: () => unknown, options: SoakOptions = {}): Promise<SoakResult> {
    const result = await this.measure(action, options);
    const { report } = result;
    if (!result.leaking && report.verdict !== 'inconclusive') return result;
    const text = renderText(createReport([report], report));
    const head = result.leaking
      ? `Memory leak detected in "${result.label}": ${result.failures[0]}`
      : summarizeCheck(report);
    throw new SoakLeakError(`${head}\n\n${text}`, result);
  }

  /** The same, without throwing for a leak. */
  async measure(action: () => unknown, options: SoakOptions = {}): Promise<SoakResult> {
    const all = { ...this.#defaults, ...options };
    const { passes = PASSES, warmup = WARMUP, clock = {}, label = this.#info.title } = all;
    const responses = new AwaitedResponses(this.#page, all);
    const report = await this.#leaks.repeat(passes, async () => await responses.during(action), {
      warmup,
      name: label,
      ...(clock === false ? {} : { clock: clock.advanceMs ?? ADVANCE_MS }),
    });
    await responses.end();
    return { label, passes, warmup, responseTimeouts: responses.late, ...resultOf(report, all), report };
  }
}

/** The response that a pass leads to may come when time has passed, which is after it: the next pass waits for it. */
class AwaitedResponses {
  readonly #page: Page;
  readonly #options: SoakOptions;
  #pending: Promise<void> | undefined;
  late = 0;

  constructor(page: Page, options: SoakOptions) {
    this.#page = page;
    this.#options = options;
  }

  async during(action: () => unknown): Promise<void> {
    await this.#pending;
    const { waitForResponse, waitForResponseTimeout: timeout = RESPONSE_MS } = this.#options;
    if (waitForResponse !== undefined)
      this.#pending = this.#page.waitForResponse(waitForResponse, { timeout }).then(
        () => undefined,
        () => {
          this.late += 1;
        },
      );
    await action();
  }

  async end(): Promise<void> {
    await this.#pending;
  }
}

function resultOf(
  report: CheckResult,
  { nodeThreshold, listenerThreshold }: SoakOptions,
): Omit<SoakResult, 'label' | 'passes' | 'warmup' | 'responseTimeouts' | 'report'> {
  const samples = report.samples.map((sample, pass) => ({
    pass,
    heap: sample['jsHeapBytes'] ?? 0,
    nodes: sample['nodes'] ?? 0,
    listeners: sample['listeners'] ?? 0,
    documents: sample['documents'] ?? 0,
  }));
  const none = { heap: 0, nodes: 0, listeners: 0, documents: 0 };
  const trends = {
    nodes: trendOf(samples.map(({ nodes }) => nodes)),
    listeners: trendOf(samples.map(({ listeners }) => listeners)),
    heap: trendOf(samples.map(({ heap }) => heap)),
  };
  const isAllowed = ({ kind }: Finding): boolean =>
    (kind === 'dom-node' && nodeThreshold !== undefined && trends.nodes.total <= nodeThreshold) ||
    (kind === 'event-listener' && listenerThreshold !== undefined && trends.listeners.total <= listenerThreshold);
  const failures = leaksOf(report.findings)
    .filter((finding) => !isAllowed(finding))
    .map(summarizeFinding);
  return {
    baseline: samples[0] ?? none,
    after: samples.at(-1) ?? none,
    samples,
    trends,
    failures,
    leaking: failures.length > 0,
  };
}

/** A straight line through readings of one pass each, by least squares. */
function trendOf(readings: readonly number[]): SoakTrend {
  const total = (readings.at(-1) ?? 0) - (readings[0] ?? 0);
  if (new Set(readings).size < 2) return { perPass: 0, r2: 1, total, shape: 'flat' };
  const r2 = sampleCorrelation([...readings.keys()], [...readings]) ** 2;
  const { m: perPass } = linearRegression([...readings.entries()]);
  return { perPass, r2, total, shape: r2 >= LINE ? 'linear' : 'noisy' };
}
