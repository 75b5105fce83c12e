import type { CDPSession, Page } from 'playwright';
import { type RendererContent, mapPagesToProcesses, rendererContents } from '../browsers/index.ts';

/** Something that lives in a renderer. */
export interface RendererPart {
  readonly kind: 'page' | 'iframe' | 'worker' | 'shared-worker' | 'service-worker';
  /** The target's id. */
  readonly id: string;
  readonly url: string;
  /** Of a page. */
  readonly title?: string;
}

/** What lives in one renderer process, for people. */
export interface RendererLabel {
  readonly pid: number;
  /** Plain text: `Checkout - Shop`, `iframe of pay.example`. */
  readonly label: string;
  /** Pages first, then iframes whose page is in another process, then workers. */
  readonly parts: readonly RendererPart[];
}

/**
 * Which page is in which renderer: 11 to 26 ms a page, so on demand and after navigations only. Empty where the browser is
 * not Chromium; pages that close meanwhile, or that another client traces, are left out.
 */
export async function mapPages(pages: readonly Page[]): Promise<readonly RendererLabel[]> {
  const sessions: CDPSession[] = [];
  try {
    for (const page of pages) {
      try {
        sessions.push(await page.context().newCDPSession(page));
      } catch {
        // Closed meanwhile, or no Chromium.
      }
    }
    if (sessions.length === 0) return [];
    const map = await mapPagesToProcesses(sessions);
    return Array.from(rendererContents(map).values(), (content) => ({
      pid: content.pid,
      label: content.label,
      parts: partsOf(content),
    }));
  } finally {
    await Promise.all(sessions.map((session) => session.detach().catch(() => {})));
  }
}

function partsOf({ pages, iframes, workers }: RendererContent): RendererPart[] {
  return [
    ...pages.map(({ targetId, url, title }): RendererPart => ({ kind: 'page', id: targetId, url, title })),
    ...[...iframes, ...workers].map(({ kind, id, url }): RendererPart => ({ kind, id, url })),
  ];
}
