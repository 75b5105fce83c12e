import type { CDPSession, Frame, Page } from 'playwright';
import { type CdpSession, type PageMetrics, readPageMetrics } from '../browsers/index.ts';
import { defined, withTimeout } from '../support/index.ts';

/** A page, or an iframe in a process of its own, and what its renderer counts at the moment. */
export interface PageSample {
  /** The target's id: the same as in the map of pages to processes. */
  readonly id: string;
  readonly kind: 'page' | 'iframe';
  readonly url: string;
  readonly title: string;
  /** When it last went somewhere (its own document, reloads included), in ms since the epoch; since it is watched. */
  readonly navigatedAt?: number;
  /** Of the whole renderer, which pages may share. Undefined while it does not answer. */
  readonly metrics?: PageMetrics;
}

/** A page that is busy for longer than this, in ms, is shown without numbers: the others are not kept waiting. */
const PATIENCE_MS = 1000;

/** More frames of one page than this are not asked: advertisements come in dozens. */
const MAX_FRAMES = 20;

interface Probe {
  readonly session: CDPSession;
  /** The question under way: one that hangs is not asked again on top. */
  asking: Promise<PageSample> | undefined;
}

interface WatchedPage {
  navigatedAt: number | undefined;
  /** Its target's id, once it is known. */
  id: string | undefined;
  readonly stop: () => void;
}

/**
 * Asks the pages of one browser what they hold. Its sessions stay open between two questions, so that a question costs a
 * millisecond a page; they go with their pages. Without Chromium there are none, and no answers.
 */
export class PageProbe {
  readonly #probes = new WeakMap<Page | Frame, Probe>();
  /** Frames without a session of their own, and the address they had then: asked again only after a navigation. */
  readonly #inTheirPage = new WeakMap<Frame, string>();
  readonly #pages = new Map<Page, WatchedPage>();

  /** What every page and every iframe with a process of its own holds now. Does not count as use of the session. */
  async sample(pages: readonly Page[]): Promise<readonly PageSample[]> {
    this.#watch(pages);
    const samples = await Promise.all(
      pages.flatMap((page) => [
        this.#ask(page, 'page'),
        ...page
          .frames()
          .filter((frame) => frame !== page.mainFrame())
          .slice(0, MAX_FRAMES)
          .map((frame) => this.#ask(frame, 'iframe')),
      ]),
    );
    return samples.filter((sample) => sample !== undefined);
  }

  /** The page of a target's id, once it was sampled. */
  page(id: string): Page | undefined {
    for (const [page, watched] of this.#pages) if (watched.id === id) return page;
    return undefined;
  }

  dispose(): void {
    for (const { stop } of this.#pages.values()) stop();
    this.#pages.clear();
  }

  #watch(pages: readonly Page[]): void {
    for (const page of pages) {
      if (this.#pages.has(page)) continue;
      const onNavigated = (frame: Frame) => {
        if (frame === page.mainFrame()) watched.navigatedAt = Date.now();
      };
      const stop = () => {
        page.off('framenavigated', onNavigated);
        page.off('close', onClose);
      };
      const onClose = () => {
        stop();
        this.#pages.delete(page);
      };
      const watched: WatchedPage = { navigatedAt: undefined, id: undefined, stop };
      this.#pages.set(page, watched);
      page.on('framenavigated', onNavigated);
      page.on('close', onClose);
    }
  }

  async #ask(target: Page | Frame, kind: PageSample['kind']): Promise<PageSample | undefined> {
    let probe: Probe | undefined;
    try {
      probe = await withTimeout(this.#probe(target), PATIENCE_MS, 'Reaching a page');
      if (!probe) return undefined;
      probe.asking ??= this.#read(probe, target, kind);
      return await withTimeout(probe.asking, PATIENCE_MS, 'Asking a page');
    } catch {
      // Busy, closed, or moved to another process: then its session is gone, and the next question opens another.
      return undefined;
    }
  }

  async #probe(target: Page | Frame): Promise<Probe | undefined> {
    const known = this.#probes.get(target);
    if (known) return known;
    const page = 'mainFrame' in target ? target : target.page();
    if (target !== page && this.#inTheirPage.get(target as Frame) === target.url()) return undefined;
    let session: CDPSession;
    try {
      session = await page.context().newCDPSession(target);
    } catch {
      if (target !== page) this.#inTheirPage.set(target as Frame, target.url());
      return undefined;
    }
    const probe: Probe = { session, asking: undefined };
    this.#probes.set(target, probe);
    return probe;
  }

  async #read(probe: Probe, target: Page | Frame, kind: PageSample['kind']): Promise<PageSample> {
    const session = probe.session as unknown as CdpSession;
    try {
      // The browser answers this one itself, even for a page that hangs.
      const { targetInfo } = (await session.send('Target.getTargetInfo')) as {
        targetInfo: { targetId: string; url: string; title: string };
      };
      const watched = this.#pages.get(target as Page);
      if (watched) watched.id = targetInfo.targetId;
      const metrics = await withTimeout(readPageMetrics(session), PATIENCE_MS / 2, 'Asking a renderer').catch(
        () => undefined,
      );
      return {
        id: targetInfo.targetId,
        kind,
        url: targetInfo.url,
        title: targetInfo.title,
        ...defined({ navigatedAt: watched?.navigatedAt, metrics }),
      };
    } catch (error) {
      this.#probes.delete(target);
      throw error;
    } finally {
      probe.asking = undefined;
    }
  }
}
