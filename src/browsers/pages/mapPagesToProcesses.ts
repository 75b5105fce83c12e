import { LeakwrightError, describeError, withTimeout } from '../../support/index.ts';
import type { CdpSession } from './pageMetrics.ts';

/** A document or worker, and the renderer it lives in. */
export interface MappedFrame {
  readonly kind: 'page' | 'iframe' | 'worker' | 'shared-worker' | 'service-worker';
  /** The frame's id; for a page, an iframe in its own process, and a worker it is also the target's id. */
  readonly id: string;
  readonly url: string;
  /** The renderer's pid, as the operating system knows it. */
  readonly pid: number;
  /** Of an iframe the frame it is in, of a dedicated worker the frame it belongs to. */
  readonly parentId?: string;
}

export interface MappedPage {
  readonly targetId: string;
  readonly url: string;
  readonly title: string;
  /** The renderer of the page's own document. */
  readonly pid: number;
  /** Itself first, then its iframes in the order of the tree, then its dedicated workers. */
  readonly frames: readonly MappedFrame[];
}

export interface PageMap {
  readonly pages: readonly MappedPage[];
  /** Shared and service workers: they belong to no page. */
  readonly workers: readonly MappedFrame[];
  /** Pages that could not be placed, and why, in words. */
  readonly unmapped: readonly { readonly reason: string }[];
}

export interface MapPagesOptions {
  /** For each page, in ms. Default 5000. */
  readonly timeoutMs?: number;
}

/** Chromium's words for what it traces: the one category whose events say which frame and worker is in which process. */
const CATEGORY = 'disabled-by-default-devtools.timeline';

/**
 * Finds out which renderer each page, iframe and worker lives in: the trace that starts on a *page's* session tells it for all
 * frames of that page (`TracingStartedInBrowser`) and all workers of the browser (`TracingSessionIdForWorker`); on the
 * browser's session it tells neither. Measured: 11 to 26 ms a page. CDP has no other way; `SystemInfo.getProcessInfo` knows
 * pids and types only.
 *
 * A trace makes Chromium start a process for its tracing service, which stays: leave it out of leak figures. A browser has
 * one trace at a time, so pages are asked one after the other, and when another client traces (DevTools' Performance panel,
 * Lighthouse) this gives way: the pages come back as unmapped.
 *
 * @param sessions one session for each page (not its iframes), which stays open and as it was
 */
export async function mapPagesToProcesses(
  sessions: readonly CdpSession[],
  options: MapPagesOptions = {},
): Promise<PageMap> {
  const pages: MappedPage[] = [];
  const workers = new Map<string, MappedFrame>();
  const unmapped: { reason: string }[] = [];
  for (const session of sessions) {
    try {
      const page = await mapPage(session, workers, options.timeoutMs ?? 5000);
      pages.push(page);
    } catch (error) {
      unmapped.push({ reason: describeError(error) });
    }
  }
  return { pages, workers: [...workers.values()], unmapped };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly args: { readonly data?: unknown };
}

interface TracedFrame {
  readonly frame: string;
  readonly url: string;
  readonly parent?: string;
  /** Missing for a frame that has no renderer yet. */
  readonly processId?: number;
}

interface TracedWorker {
  readonly workerId: string;
  readonly url: string;
  /** The frame of a dedicated worker; of the others their own id. */
  readonly frame: string;
}

async function mapPage(session: CdpSession, workers: Map<string, MappedFrame>, timeoutMs: number): Promise<MappedPage> {
  const { targetInfo } = (await withTimeout(
    session.send('Target.getTargetInfo'),
    timeoutMs,
    'Asking the browser about a page',
  )) as { targetInfo: { targetId: string; url: string; title: string } };
  const events = await trace(session, timeoutMs);

  const started = events.find(({ name }) => name === 'TracingStartedInBrowser');
  const { frames = [] } = (started?.args.data ?? {}) as { frames?: readonly TracedFrame[] };
  const mapped: MappedFrame[] = [];
  for (const { frame, url, parent, processId } of frames) {
    if (processId === undefined) continue;
    const place = parent === undefined ? {} : { parentId: parent };
    mapped.push({ kind: parent === undefined ? 'page' : 'iframe', id: frame, url, pid: processId, ...place });
  }
  const main = mapped.find(({ kind }) => kind === 'page');
  if (!main) throw new LeakwrightError('timeout', `The browser did not say which process '${targetInfo.url}' is in.`);

  const own = new Set(mapped.map(({ id }) => id));
  for (const { name, pid, args } of events) {
    if (name !== 'TracingSessionIdForWorker') continue;
    const { workerId, url, frame } = args.data as TracedWorker;
    if (frame !== workerId) {
      if (own.has(frame)) mapped.push({ kind: 'worker', id: workerId, url, pid, parentId: frame });
    } else if (!workers.has(workerId)) {
      const kind = await workerKind(session, workerId);
      if (kind) workers.set(workerId, { kind, id: workerId, url, pid });
    }
  }
  return { targetId: targetInfo.targetId, url: targetInfo.url, title: targetInfo.title, pid: main.pid, frames: mapped };
}

/** Runs the shortest trace there is. Whatever fails, no trace is left running and no listener left behind. */
async function trace(session: CdpSession, timeoutMs: number): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  const completed = Promise.withResolvers<void>();
  const onData = (params: unknown) => {
    // Keeps the two kinds of events that are needed: a busy page traces thousands of tasks.
    for (const event of (params as { value: readonly TraceEvent[] }).value)
      if (event.name === 'TracingStartedInBrowser' || event.name === 'TracingSessionIdForWorker') events.push(event);
  };
  const onComplete = () => completed.resolve();
  session.on('Tracing.dataCollected', onData);
  session.on('Tracing.tracingComplete', onComplete);
  try {
    const what = "Tracing a page's process";
    const started = session.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: [CATEGORY], excludedCategories: ['*'] },
    });
    // A start that succeeds after we gave up would trace on until the session ends.
    await withTimeout(started, timeoutMs, what, () => {
      started.then(() => session.send('Tracing.end')).catch(() => undefined);
    });
    await session.send('Tracing.end');
    await withTimeout(completed.promise, timeoutMs, what);
    return events;
  } finally {
    session.off('Tracing.dataCollected', onData);
    session.off('Tracing.tracingComplete', onComplete);
  }
}

/** Undefined for a worker that has ended meanwhile. */
async function workerKind(session: CdpSession, targetId: string): Promise<MappedFrame['kind'] | undefined> {
  try {
    const answer = (await session.send('Target.getTargetInfo', { targetId })) as { targetInfo: { type: string } };
    return answer.targetInfo.type === 'service_worker' ? 'service-worker' : 'shared-worker';
  } catch {
    return undefined;
  }
}
