import { url as inspectorUrl } from 'node:inspector';
import { join, parse, resolve } from 'node:path';
import { type Log, describeError, plainLines, silentLog } from '../support/index.ts';
import {
  type CheckContext,
  type CheckResult,
  checkDuration,
  checkLeaks,
  refusedCheck,
  sessionOpener,
} from '../leaks/index.ts';
import { type IgnoreRule } from '../scenarios/index.ts';
import { exportRun } from '../monitoring/index.ts';
import { type Baseline, type Report, type Shard, applyBaseline, createReport } from '../reports/index.ts';
import {
  type CheckOptions,
  durationOptions,
  parseDuration,
  parseFailOn,
  parseIgnoreRules,
  parseShard,
  readBaseline,
  sessionSource,
  takeShard,
} from './checkOptions.ts';
import type { TerminalIo } from './io.ts';
import { createProgress } from './progress.ts';
import { type ReporterRequest, type Sink, createReporterSinks, parseReporters } from './reporters.ts';
import { type OtlpTarget, otlpTarget } from './otlpTarget.ts';
import { RunHistory, historyPlace, labelsOfRun } from './runHistory.ts';
import { RunServers } from './runServers.ts';
import { type FoundScenario, findScenarios } from './scenarios.ts';

const DEFAULT_TIMEOUT_S = 120;
/** Milliseconds: as long as somebody may look at a breakpoint. */
const DEBUGGING_MS = 24 * 3_600_000;

/**
 * `leakwright check`: runs each scenario in a browser of its own, and reports.
 *
 * @returns the exit code, as {@link createReport} decides it
 * @throws LeakwrightError `usage` and the like before anything runs, or the signal's reason
 */
export async function runCheck(options: CheckOptions, io: TerminalIo, signal: AbortSignal): Promise<number> {
  const shard = parseShard(options.shard);
  const requests = parseReporters(options.reporter ?? [], options.output, shard);
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  sessionSource(options);
  durationOptions(options);
  parseFailOn(options.failOn);
  if (options.clock !== undefined) parseDuration(options.clock);
  const ignore = parseIgnoreRules(options.ignore ?? []);
  const otlp = otlpTarget(options.otlp);
  const scenarios = takeShard(await findScenarios(options), shard);
  const history = await openRunHistory(options, io);
  try {
    return await checkAll(scenarios, options, { requests, baseline, ignore, shard, history, otlp }, io, signal);
  } finally {
    await history?.close();
  }
}

interface Prepared {
  readonly requests: readonly ReporterRequest[];
  readonly baseline: Baseline | undefined;
  readonly ignore: readonly IgnoreRule[];
  readonly shard: Shard | undefined;
  readonly history: RunHistory | undefined;
  readonly otlp: OtlpTarget | undefined;
}

async function checkAll(
  scenarios: readonly FoundScenario[],
  options: CheckOptions,
  { requests, baseline, ignore, shard, history, otlp }: Prepared,
  io: TerminalIo,
  signal: AbortSignal,
): Promise<number> {
  const progress = createProgress(io);
  const sinks = [...createReporterSinks(requests, io), ...progress.sinks];

  const workspaceFolder = process.cwd();
  const log: Log = process.env['LEAKWRIGHT_DEBUG'] ? stderrLog(io) : silentLog;
  const startedAt = new Date();
  const results: CheckResult[] = [];
  const judge = async (result: CheckResult) => {
    const known = baseline === undefined ? result : applyBaseline(result, baseline);
    return history ? await history.judge(known) : known;
  };
  const servers = new RunServers(io, signal, progress.clear);
  let serversEnded: boolean;
  try {
    for (const [index, scenario] of scenarios.entries()) {
      signal.throwIfAborted();
      const found = withRules(await withServers(scenario, servers, signal), ignore);
      const setup = 'refused' in found ? undefined : found.setup;
      const source = sessionSource(options, setup?.launch);
      const openBrowser = sessionOpener(source, { workspaceFolder, log, testIdAttribute: setup?.testIdAttribute });
      const events = checkOf(
        found,
        options,
        { openBrowser, workspaceFolder, signal, log },
        evidenceFileOf(options, index, scenarios.length),
      );
      results.push(await follow(events, judge, sinks));
    }
  } finally {
    serversEnded = await servers.stop();
  }
  signal.throwIfAborted();

  const report = createReport(results, {
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    failOn: parseFailOn(options.failOn),
    ...(shard === undefined ? {} : { shard }),
  });
  for (const sink of sinks) sink.onReport?.(report);
  const isRecorded = (await history?.record(report)) ?? true;
  const isExported = otlp === undefined || (await sendMetrics(report, otlp, io));
  // A clean-up that is not complete is worth a warning, as it is for a browser.
  return (serversEnded && isRecorded && isExported) || report.exitCode !== 0 ? report.exitCode : 2;
}

async function sendMetrics(report: Report, { endpoint }: OtlpTarget, io: TerminalIo): Promise<boolean> {
  const { branch, commit } = labelsOfRun();
  // As OpenTelemetry's conventions name them.
  const attributes = {
    ...(branch === undefined ? {} : { 'vcs.ref.head.name': branch }),
    ...(commit === undefined ? {} : { 'vcs.ref.head.revision': commit }),
  };
  try {
    await exportRun(report, { endpoint, attributes });
    return true;
  } catch (error) {
    io.err(`leakwright: The collector did not take the metrics: ${plainLines(describeError(error))}\n`);
    return false;
  }
}

/** The scenario with its web servers running; one whose servers cannot be started must not keep others from being checked. */
async function withServers(found: FoundScenario, servers: RunServers, signal: AbortSignal): Promise<FoundScenario> {
  if ('refused' in found) return found;
  try {
    await servers.need(found.setup);
    return found;
  } catch (error) {
    const { file } = found.scenario;
    if (signal.aborted || file === undefined) throw error;
    return { file, refused: error };
  }
}

function withRules(found: FoundScenario, rules: readonly IgnoreRule[]): FoundScenario {
  if ('refused' in found || rules.length === 0) return found;
  return { ...found, scenario: { ...found.scenario, ignore: [...(found.scenario.ignore ?? []), ...rules] } };
}

function checkOf(
  found: FoundScenario,
  options: CheckOptions,
  context: CheckContext,
  evidenceFile?: string,
): ReturnType<typeof checkLeaks> {
  if ('refused' in found) return refusedCheck(found.file, found.refused, context.workspaceFolder);
  // A breakpoint in a scenario stops its clock: no limit may end the check under the hands of who looks at it.
  const isDebugged = inspectorUrl() !== undefined;
  const step = isDebugged
    ? { stepTimeoutMs: DEBUGGING_MS }
    : options.stepTimeout === undefined
      ? {}
      : { stepTimeoutMs: options.stepTimeout * 1000 };
  const duration = durationOptions(options);
  if (duration) return checkDuration(found.scenario, { ...duration, ...step }, context);
  return checkLeaks(
    found.scenario,
    {
      iterations: options.iterations,
      warmup: options.warmup,
      deep: options.deep,
      ...(options.clock === undefined ? {} : { clockMs: parseDuration(options.clock) }),
      ...(evidenceFile === undefined ? {} : { evidenceFile }),
      timeoutMs: isDebugged ? DEBUGGING_MS : (options.timeout ?? DEFAULT_TIMEOUT_S) * 1000,
      ...step,
    },
    context,
  );
}

/** `evidence.json`; of several checks `evidence-1.json`, `evidence-2.json` … */
function evidenceFileOf({ evidence }: CheckOptions, index: number, count: number): string | undefined {
  if (evidence === undefined) return undefined;
  const file = resolve(evidence);
  if (count === 1) return file;
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}-${index + 1}${ext}`);
}

/** Passes a check's events to every sink; the last one carries the result as the baseline leaves it. */
async function follow(
  events: ReturnType<typeof checkLeaks>,
  judge: (result: CheckResult) => Promise<CheckResult>,
  sinks: readonly Sink[],
): Promise<CheckResult> {
  let judged: CheckResult | undefined;
  for (;;) {
    const next = await events.next();
    if (next.done) return judged ?? (await judge(next.value));
    let event = next.value;
    if (event.type === 'checkEnded') {
      judged = await judge(event.result);
      event = { ...event, result: judged };
    }
    for (const sink of sinks) sink.onEvent?.(event);
  }
}

async function openRunHistory(options: CheckOptions, io: TerminalIo): Promise<RunHistory | undefined> {
  const { history, failOnRegression = false } = options;
  if (history === undefined && !failOnRegression && !process.env['LEAKWRIGHT_HISTORY']) return undefined;
  return await RunHistory.open(historyPlace(history), { failOnRegression }, io);
}

function stderrLog(io: TerminalIo): Log {
  const line = (level: string) => (message: string) => io.err(`${level}: ${plainLines(message)}\n`);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
