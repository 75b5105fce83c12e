import type { HistoryByKey, PageMetrics } from '../../browsers/index.ts';
import type { PageSample, RendererLabel } from '../../sessions/index.ts';
import { defined, type Log, describeError, plainText } from '../../support/index.ts';
import { engine } from '../lazyBundles.ts';
import type { Marks } from '../memoryView/marks.ts';
import type { PagePoint } from '../memoryView/memoryFeed.ts';
import type { ShownRenderer, ShownTree } from '../processTree/row.ts';
import { t } from '../translate.ts';
import { PageMap } from './pageMap.ts';

/** Pages are asked at most this often, in ms: asking one costs it and its browser a millisecond. */
const ASK_EVERY_MS = 1500;
/** As many as are kept of a tree. */
const POINTS = 500;
/** Half a minute: what was least in it has no garbage, and does not change with every sample. */
const LEAST_OF = 30_000;
/** A heap that shrinks by this part and by this many bytes was collected; small collections go on all the time. */
const GC_PART = 0.25;
const GC_BYTES = 1024 * 1024;

interface PageWatchOptions {
  /** Which page is in which renderer of a session. */
  readonly map: (sessionId: string) => Promise<readonly RendererLabel[]>;
  /** What each page of a session holds. */
  readonly sample: (sessionId: string) => Promise<readonly PageSample[]>;
  readonly marks: Marks;
  readonly log: Log;
  readonly onChange: () => void;
  readonly now?: () => number;
  /** For tests: how long navigations must be over before pages are mapped, in ms. */
  readonly quietMs?: number;
}

interface WatchedSession {
  askedAt: number;
  asking: boolean;
  /** As last answered, by target id. */
  samples: ReadonlyMap<string, PageSample>;
}

/**
 * The pages in the renderers of this window's sessions, their memory, and its history. It asks pages only while a view is
 * visible. Numbers are per renderer, as Chromium counts them.
 */
export class PageWatch {
  readonly #options: PageWatchOptions;
  readonly #map: PageMap;
  readonly #now: () => number;
  readonly #sessions = new Map<string, WatchedSession>();
  #histories: HistoryByKey<PagePoint> | undefined;

  constructor(options: PageWatchOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#map = new PageMap(options.map, options.log, options.onChange, options.quietMs);
  }

  /** What is known of the renderers of a session, by pid. */
  of(sessionId: string, treeKey: string): ReadonlyMap<number, ShownRenderer> {
    const samples = this.#sessions.get(sessionId)?.samples;
    const shown = new Map<number, ShownRenderer>();
    for (const [pid, { label, parts }] of this.#map.of(sessionId)) {
      const named = parts.map((part) => {
        const sample = samples?.get(part.id);
        // A sample is younger than the map: titles change without a navigation.
        return sample ? { ...part, url: sample.url, ...(part.kind === 'page' ? { title: sample.title } : {}) } : part;
      });
      const metrics = parts.map(({ id }) => samples?.get(id)?.metrics).find((one) => one !== undefined);
      const key = keyOf(treeKey, pid);
      shown.set(pid, {
        label: labelOf(named, label),
        parts: named,
        ...(metrics ? { metrics, least: this.#least(key, metrics) } : {}),
        heapTrend: this.#histories?.trend(key, 'jsHeapBytes'),
      });
    }
    return shown;
  }

  /** How the pages of a renderer went, or all of a tree's together; oldest first. */
  history(treeKey: string, pid: number | undefined): readonly PagePoint[] {
    return this.#histories?.points(keyOf(treeKey, pid)) ?? [];
  }

  /** A view shows these sessions: asks the pages that are due, and forgets those that are gone. */
  update(trees: readonly ShownTree[]): void {
    this.#map.update(trees);
    const keys = new Set<string>();
    const ids = new Set<string>();
    for (const { session, sample } of trees) {
      if (!session) continue;
      ids.add(session.id);
      keys.add(keyOf(sample.key, undefined));
      for (const { process } of sample.processes) keys.add(keyOf(sample.key, process.info.pid));
      if (session.state === 'ready') this.#consider(session.id, sample.key);
    }
    for (const id of this.#sessions.keys()) if (!ids.has(id)) this.#sessions.delete(id);
    this.#histories?.keep(keys);
    this.#options.marks.keep(new Set(trees.map(({ sample }) => sample.key)));
  }

  dispose(): void {
    this.#map.dispose();
    this.#sessions.clear();
  }

  #consider(id: string, treeKey: string): void {
    const watched: WatchedSession = this.#sessions.get(id) ?? { askedAt: -Infinity, asking: false, samples: new Map() };
    this.#sessions.set(id, watched);
    if (watched.asking || this.#now() < watched.askedAt + ASK_EVERY_MS) return;
    watched.asking = true;
    watched.askedAt = this.#now();
    void this.#ask(id, treeKey, watched);
  }

  async #ask(id: string, treeKey: string, watched: WatchedSession): Promise<void> {
    try {
      const samples = await this.#options.sample(id);
      if (this.#sessions.get(id) !== watched) return;
      this.#noteNavigations(id, treeKey, watched.samples, samples);
      watched.samples = new Map(samples.map((sample) => [sample.id, sample]));
      this.#record(id, treeKey, samples);
      this.#options.onChange();
    } catch (error) {
      // The session was closed meanwhile, most likely; its rows go with it.
      this.#options.log.debug(`Pages of session ${id}: ${describeError(error)}`);
    } finally {
      watched.asking = false;
    }
  }

  #record(id: string, treeKey: string, samples: readonly PageSample[]): void {
    this.#histories ??= new (engine().HistoryByKey)<PagePoint>(POINTS);
    const at = this.#now();
    const byId = new Map(samples.map((sample) => [sample.id, sample.metrics]));
    const total = { at, jsHeapBytes: 0, nodes: 0, listeners: 0 };
    let counted = 0;
    for (const [pid, { parts }] of this.#map.of(id)) {
      // Pages that share a renderer all tell the renderer's numbers.
      const metrics = parts.map((part) => byId.get(part.id)).find((one) => one !== undefined);
      if (!metrics) continue;
      counted += 1;
      const point = { at, ...countsOf(metrics) };
      this.#noteCollection(treeKey, pid, point);
      this.#histories.add(keyOf(treeKey, pid), point);
      total.jsHeapBytes += point.jsHeapBytes;
      total.nodes += point.nodes;
      total.listeners += point.listeners;
    }
    if (counted > 0) this.#histories.add(keyOf(treeKey, undefined), total);
  }

  #noteNavigations(
    id: string,
    treeKey: string,
    before: ReadonlyMap<string, PageSample>,
    now: readonly PageSample[],
  ): void {
    const pids = new Map<string, number>();
    for (const [pid, { parts }] of this.#map.of(id)) for (const part of parts) pids.set(part.id, pid);
    for (const { id: target, kind, navigatedAt, url } of now) {
      if (kind !== 'page' || navigatedAt === undefined || before.get(target)?.navigatedAt === navigatedAt) continue;
      const pid = pids.get(target);
      this.#options.marks.add(treeKey, {
        at: navigatedAt,
        kind: 'navigation',
        text: t('Navigation to {0}', plainText(url, 120)),
        ...defined({ pid }),
      });
    }
  }

  /** The used heap only ever shrinks by a garbage collection. */
  #noteCollection(treeKey: string, pid: number, { at, jsHeapBytes }: PagePoint): void {
    const last = this.#histories?.points(keyOf(treeKey, pid)).at(-1);
    const freed = (last?.jsHeapBytes ?? 0) - jsHeapBytes;
    if (!last || freed < GC_BYTES || freed < GC_PART * last.jsHeapBytes) return;
    this.#options.marks.add(treeKey, { at, kind: 'gc', text: t('Garbage collection'), pid });
  }

  #least(key: string, now: PageMetrics): Omit<PagePoint, 'at'> {
    const from = this.#now() - LEAST_OF;
    const least = countsOf(now);
    for (const point of this.#histories?.points(key) ?? []) {
      if (point.at < from) continue;
      least.jsHeapBytes = Math.min(least.jsHeapBytes, point.jsHeapBytes);
      least.nodes = Math.min(least.nodes, point.nodes);
      least.listeners = Math.min(least.listeners, point.listeners);
    }
    return least;
  }
}

function countsOf({ jsHeapUsedBytes, nodes, listeners }: PageMetrics) {
  return { jsHeapBytes: jsHeapUsedBytes, nodes, listeners };
}

function keyOf(treeKey: string, pid: number | undefined): string {
  return pid === undefined ? treeKey : `${treeKey} ${pid}`;
}

/** The first page's name as it is now, in the words of the map. */
function labelOf(
  parts: readonly { readonly kind: string; readonly title?: string; readonly url: string }[],
  label: string,
) {
  const pages = parts.filter(({ kind }) => kind === 'page');
  const name = pages[0]?.title || pages[0]?.url;
  return pages.length === 1 && name ? plainText(name, 80) : label;
}
