import { parseFailOn } from '../checks/index.ts';
import type { CheckResult, LeakEvent } from '../leaks/index.ts';
import { exportRun } from '../monitoring/index.ts';
import { type Baseline, type FailOn, type Report, type Shard, applyBaseline, createReport } from '../reports/index.ts';
import { defined, type Log, describeError, maskText, plainLines, silentLog } from '../support/index.ts';
import { type CheckOptions, parseShard, readBaseline, takeShard } from './checkOptions.ts';
import type { TerminalIo } from './io.ts';
import { type OtlpTarget, otlpTarget } from './otlpTarget.ts';
import { type CheckJob, planChecks } from './planChecks.ts';
import { type SpecPlan, checkSpecs, planSpecs } from './playwrightSpecs.ts';
import { createProgress } from './progress.ts';
import { type ReporterRequest, createReporterSinks, parseReporters } from './reporters.ts';
import { EvidenceFiles, runJobs, workersFor } from './runJobs.ts';
import { RunHistory, labelsOfRun } from './runHistory.ts';
import { RunServers } from './runServers.ts';
import { watchChecks } from './watch/watchChecks.ts';

/**
 * `leakwright check`: runs each scenario in a browser of its own, and reports.
 *
 * @returns the exit code, as {@link createReport} decides it
 * @throws LeakwrightError `usage` and the like before anything runs, or the signal's reason
 */
export async function runCheck(said: CheckOptions, io: TerminalIo, signal: AbortSignal): Promise<number> {
  if (said.watch || said.ui !== undefined) return await watchChecks(said, io, signal);
  const specs = said.playwright ? await planSpecs(said) : undefined;
  const { options, jobs: planned } = specs ? { ...specs, jobs: [] } : await planChecks(said);
  const shard = parseShard(options.shard);
  const requests = parseReporters(options.reporter ?? [], options.output, shard);
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  const otlp = otlpTarget(options.otlp);
  const failOn = parseFailOn(options.failOn);
  const jobs = takeShard(planned, shard);
  const asked = options.history ?? (process.env['LEAKWRIGHT_HISTORY'] || undefined);
  const history = await RunHistory.open({ ...options, history: asked }, io);
  try {
    return await checkAll(jobs, options, { specs, requests, baseline, shard, history, otlp, failOn }, io, signal);
  } finally {
    await history?.close();
  }
}

interface Prepared {
  readonly specs: SpecPlan | undefined;
  readonly requests: readonly ReporterRequest[];
  readonly baseline: Baseline | undefined;
  readonly shard: Shard | undefined;
  readonly history: RunHistory | undefined;
  readonly otlp: OtlpTarget | undefined;
  readonly failOn: FailOn | undefined;
}

async function checkAll(
  jobs: readonly CheckJob[],
  options: CheckOptions,
  { specs, requests, baseline, shard, history, otlp, failOn }: Prepared,
  io: TerminalIo,
  signal: AbortSignal,
): Promise<number> {
  const progress = createProgress(io);
  const sinks = [...createReporterSinks(requests, io), ...progress.sinks];
  const log: Log = process.env['LEAKWRIGHT_DEBUG'] ? stderrLog(io) : silentLog;
  const startedAt = new Date();
  /** As the checks end, the one that was stopped included. */
  const ended: CheckResult[] = [];
  const judge = async (result: CheckResult) => {
    const known = baseline === undefined ? result : applyBaseline(result, baseline);
    const judged = history ? await history.judge(known) : known;
    ended.push(judged);
    return judged;
  };
  const reportOf = (results: readonly CheckResult[]): Report =>
    createReport(results, {
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      ...defined({ failOn, shard }),
    });
  const servers = new RunServers(io, signal, progress.clear);
  let results: readonly CheckResult[];
  let serversEnded: boolean;
  try {
    const run = { sinks, judge, servers, log, signal, evidence: new EvidenceFiles(options.evidence, jobs.length) };
    const tell = (event: LeakEvent): void => {
      for (const sink of sinks) sink.onEvent?.(event);
    };
    results = specs
      ? await checkSpecs(specs, judge, tell, signal)
      : (await runJobs(jobs, workersFor(jobs, options), run)).flat();
  } finally {
    serversEnded = await servers.stop();
    // A run that is stopped reports the checks done so far. It is not added to the history, since it has no result of the
    // others.
    if (signal.aborted && ended.length > 0) for (const sink of sinks) sink.onReport?.(reportOf(ended));
  }
  signal.throwIfAborted();

  const report = reportOf(results);
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
    ...defined({ 'vcs.ref.head.name': branch, 'vcs.ref.head.revision': commit }),
  };
  try {
    await exportRun(report, { endpoint, attributes });
    return true;
  } catch (error) {
    io.err(`leakwright: The collector did not take the metrics: ${plainLines(describeError(error))}\n`);
    return false;
  }
}

function stderrLog(io: TerminalIo): Log {
  const line = (level: string) => (message: string) => io.err(`${level}: ${plainLines(maskText(message))}\n`);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
