import { LeakwrightError } from '../../support/index.ts';
import { engine } from '../lazyBundles.ts';
import type { Row, ShownRenderer } from '../processTree/row.ts';
import { isSite } from '../processTree/sessionText.ts';
import { t } from '../translate.ts';

/** A page that a browser shows. */
export interface OpenPage {
  readonly url: string;
  readonly title: string;
}

/** A browser of this machine that has not answered by then does not; in ms. */
const ANSWER_MS = 5000;

/** The sites that a row of the Processes view has open, each once. A browser that is no session's is asked at its port. */
export async function openPages(row: Row | undefined): Promise<OpenPage[]> {
  const pages = (await pagesOf(row)).filter(({ url }) => isSite(url));
  return [...new Map(pages.map((page) => [page.url, page])).values()];
}

async function pagesOf(row: Row | undefined): Promise<readonly OpenPage[]> {
  switch (row?.kind) {
    case 'part':
      return [{ url: row.part.url, title: row.part.title ?? '' }];
    case 'process':
      return openIn([row.shown.pages.get(row.sample.process.info.pid)]);
    case 'session':
      return row.session.urls.map((url) => ({ url, title: '' }));
    case 'tree': {
      const { session, pages, sample } = row.shown;
      const known = openIn([...pages.values()]);
      if (known.length > 0) return known;
      if (session) return session.urls.map((url) => ({ url, title: '' }));
      const port = await engine().readDevToolsPort(sample.tree);
      return port ? await pagesAtPort(port.port) : [];
    }
    case 'group':
    case 'helpers':
    case 'holdings':
    case 'program':
    case 'leftover':
    case undefined:
      return [];
  }
}

function openIn(renderers: readonly (ShownRenderer | undefined)[]): OpenPage[] {
  return renderers
    .flatMap((renderer) => renderer?.parts ?? [])
    .filter(({ kind }) => kind === 'page')
    .map(({ url, title }) => ({ url, title: title ?? '' }));
}

/**
 * What a browser shows, as it says at its debugging port. Nothing is attached to it.
 *
 * @throws LeakwrightError when it does not answer
 */
async function pagesAtPort(port: number): Promise<OpenPage[]> {
  let targets: unknown;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(ANSWER_MS) });
    targets = await response.json();
  } catch (error) {
    throw new LeakwrightError('timeout', t('The browser does not answer at port {0}.', port), {
      cause: error,
      hint: t('Check its page by its address.'),
    });
  }
  return (Array.isArray(targets) ? targets : []).flatMap((target: unknown) => {
    const { type, url, title } = Object(target) as Record<string, unknown>;
    return type === 'page' && typeof url === 'string' ? [{ url, title: typeof title === 'string' ? title : '' }] : [];
  });
}
