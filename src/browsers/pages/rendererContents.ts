import { count, plainText } from '../../support/index.ts';
import type { MappedFrame, MappedPage, PageMap } from './mapPagesToProcesses.ts';

/** What lives in one renderer. */
export interface RendererContent {
  readonly pid: number;
  /** Pages whose own document is in it. */
  readonly pages: readonly MappedPage[];
  /** Iframes of pages that are in another renderer. */
  readonly iframes: readonly MappedFrame[];
  readonly workers: readonly MappedFrame[];
  /** For people, safe to show: `Checkout - Shop`, `Shop and 2 more pages`, `iframe of pay.example`. */
  readonly label: string;
}

/** The inverse map: the pages, iframes and workers of each renderer, by its pid. */
export function rendererContents(map: PageMap): ReadonlyMap<number, RendererContent> {
  const contents = new Map<number, { pages: MappedPage[]; iframes: MappedFrame[]; workers: MappedFrame[] }>();
  const at = (pid: number) => {
    let content = contents.get(pid);
    if (!content) contents.set(pid, (content = { pages: [], iframes: [], workers: [] }));
    return content;
  };
  for (const page of map.pages) {
    at(page.pid).pages.push(page);
    for (const frame of page.frames) {
      if (frame.kind === 'iframe' && frame.pid !== page.pid) at(frame.pid).iframes.push(frame);
      if (frame.kind === 'worker') at(frame.pid).workers.push(frame);
    }
  }
  for (const worker of map.workers) at(worker.pid).workers.push(worker);
  return new Map(
    [...contents].map(([pid, content]) => [pid, { pid, ...content, label: plainText(labelOf(content), 80) }]),
  );
}

function labelOf({ pages, iframes, workers }: Omit<RendererContent, 'pid' | 'label'>): string {
  const [page, ...more] = pages;
  if (page) {
    const name = page.title || page.url;
    return more.length === 0 ? name : `${name} and ${count(more.length, 'more page')}`;
  }
  const hosts = [...new Set(iframes.map(({ url }) => hostOf(url)))];
  if (hosts.length > 0) return `iframe of ${hosts.join(', ')}`;
  const [worker] = workers;
  return worker ? `${worker.kind.replace('-', ' ')} of ${hostOf(worker.url)}` : '';
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || url : url;
}
