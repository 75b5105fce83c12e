import { url as inspectorUrl } from 'node:inspector';
import { availableParallelism } from 'node:os';
import { join, parse, resolve } from 'node:path';
import { isNodeCheck, nodeTarget, runScenario, sessionSource } from '../checks/index.ts';
import {
  type CheckContext,
  type CheckResult,
  type LeakEvent,
  nodeOpener,
  refusedCheck,
  sessionOpener,
} from '../leaks/index.ts';
import type { Log } from '../support/index.ts';
import type { CheckOptions } from './checkOptions.ts';
import type { CheckJob } from './planChecks.ts';
import type { Sink } from './reporters.ts';
import type { RunServers } from './runServers.ts';
import type { FoundScenario } from './scenarios.ts';
import { seeing } from './watch/seenFiles.ts';

/** What the checks of one command share. */
export interface JobRun {
  readonly sinks: readonly Sink[];
  /** The result as baseline and history leave it. */
  judge(result: CheckResult): Promise<CheckResult>;
  readonly servers: RunServers;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly evidence: EvidenceFiles;
  /** Receives the events of each check, by its place in the list, and the URLs that its page loads. */
  readonly follow?: {
    urls(index: number): Set<string>;
    onEvent(index: number, event: LeakEvent): void;
  };
}

/** Names the evidence files of a run: `evidence.json`; of several checks `evidence-1.json`, `evidence-2.json` … */
export class EvidenceFiles {
  readonly #file: string | undefined;
  readonly #several: boolean;
  #given = 0;

  constructor(file: string | undefined, checks: number) {
    this.#file = file === undefined ? undefined : resolve(file);
    this.#several = checks > 1;
  }

  next(): string | undefined {
    this.#given += 1;
    if (this.#file === undefined || (!this.#several && this.#given === 1)) return this.#file;
    const { dir, name, ext } = parse(this.#file);
    return join(dir, `${name}-${this.#given}${ext}`);
  }
}

/**
 * How many checks run side by side: `--workers`, else half of the processors. One where checks would disturb each other: in
 * one running browser, under a debugger, and where `getByTestId` means different attributes.
 */
export function workersFor(jobs: readonly CheckJob[], { workers }: CheckOptions): number {
  const attributes = new Set(jobs.map(({ found }) => ('refused' in found ? undefined : found.setup?.testIdAttribute)));
  const isShared = jobs.some(({ settings }) => settings.connect !== undefined);
  if (attributes.size > 1 || isShared || inspectorUrl() !== undefined) return 1;
  return Math.min(Math.max(1, jobs.length), workers ?? Math.max(1, Math.floor(availableParallelism() / 2)));
}

/** Runs all checks, up to `workers` at the same time. @returns the results of each job, in the order of the jobs */
export async function runJobs(
  jobs: readonly CheckJob[],
  workers: number,
  run: JobRun,
): Promise<readonly (readonly CheckResult[])[]> {
  const results: (readonly CheckResult[])[] = [];
  let next = 0;
  const ending = new AbortController();
  const signal = AbortSignal.any([run.signal, ending.signal]);
  const worker = async (): Promise<void> => {
    while (next < jobs.length) {
      signal.throwIfAborted();
      const index = next;
      next += 1;
      // One after the other, events are shown as they come; side by side, a check's together when it has ended.
      results[index] = await runJob(jobs[index]!, index, { ...run, signal }, workers > 1);
    }
  };
  const all = Array.from({ length: workers }, async () => {
    try {
      await worker();
    } catch (error) {
      // A job that could not start ends the others: their browsers are gone before the error is reported.
      ending.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(all);
  await Promise.all(all);
  return results;
}

/** The check of one scenario; of a fuite file with several tests each of them. */
async function runJob(job: CheckJob, index: number, run: JobRun, together: boolean): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const found = await withServers(job.found, run.servers, run.signal);
  const queue: FoundScenario[] = [found];
  for (let current = queue.shift(); current; current = queue.shift()) {
    run.signal.throwIfAborted();
    const one = current;
    const parts = 'refused' in one ? undefined : one.scenario.parts;
    const events = eventsOf(one, job, index, run);
    const judge = async (result: CheckResult): Promise<CheckResult> => {
      const label = parts?.()?.label;
      const project = 'refused' in one ? undefined : one.scenario.project;
      const name = [result.name, ...(label === undefined ? [] : [`› ${label}`])].join(' ');
      return await run.judge({ ...result, name: project === undefined ? name : `${name} [${project}]` });
    };
    const hear = run.follow && ((event: LeakEvent) => run.follow!.onEvent(index, event));
    results.push(await follow(events, judge, { sinks: run.sinks, together, hear }));
    const others = parts?.()?.others ?? [];
    if (!('refused' in one)) queue.push(...others.map((part) => ({ ...one, scenario: { ...one.scenario, ...part } })));
  }
  return results;
}

function eventsOf(found: FoundScenario, job: CheckJob, index: number, run: JobRun): ReturnType<typeof runScenario> {
  const workspaceFolder = process.cwd();
  if ('refused' in found) return refusedCheck(found.file, found.refused, workspaceFolder);
  const { setup, scenario } = found;
  const open = isNodeCheck(job.settings)
    ? nodeOpener(nodeTarget(job.settings, (line) => run.log.debug(line)))
    : sessionOpener(sessionSource(job.settings, setup?.launch), {
        workspaceFolder,
        log: run.log,
        testIdAttribute: setup?.testIdAttribute,
      });
  const openBrowser = run.follow ? seeing(open, run.follow.urls(index)) : open;
  const context: CheckContext = { openBrowser, workspaceFolder, signal: run.signal, log: run.log };
  return runScenario(scenario, job.settings, context, {
    evidenceFile: run.evidence.next(),
    isDebugged: inspectorUrl() !== undefined,
  });
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

/** Passes a check's events to every sink; the last one carries the result as baseline and history leave it. */
async function follow(
  events: ReturnType<typeof runScenario>,
  judge: (result: CheckResult) => Promise<CheckResult>,
  {
    sinks,
    together,
    hear,
  }: {
    readonly sinks: readonly Sink[];
    readonly together: boolean;
    readonly hear: ((event: LeakEvent) => void) | undefined;
  },
): Promise<CheckResult> {
  const kept: LeakEvent[] = [];
  const tell = (event: LeakEvent): void => {
    for (const sink of sinks) sink.onEvent?.(event);
  };
  let judged: CheckResult | undefined;
  for (;;) {
    const next = await events.next();
    if (next.done) {
      for (const event of kept) tell(event);
      return judged ?? (await judge(next.value));
    }
    let event = next.value;
    if (event.type === 'checkEnded') {
      judged = await judge(event.result);
      event = { ...event, result: judged };
    }
    hear?.(event);
    if (together) kept.push(event);
    else tell(event);
  }
}
