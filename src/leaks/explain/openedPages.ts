import type { Page } from 'playwright';
import type { Finding, SourceSite } from '../model.ts';
import type { IgnoreRule, Thresholds } from '../../scenarios/index.ts';
import { parseStackText } from './sources/index.ts';
import { openSourceDesk } from './openSourceDesk.ts';
import { toFinding } from './finding.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import { PageSources } from '../measure/pageSources.ts';
import type { PageUnderTest } from '../drive/pageUnderTest.ts';

/**
 * Pages that iterations open and leave open. Each is a document, often a process: nothing has to be followed for dozens of
 * iterations to see that this is a leak, and doing so would open dozens more.
 */
export async function openedPagesFinding(
  subject: PageUnderTest,
  leak: LeakCandidate,
  options: {
    readonly workspaceFolder: string;
    readonly thresholds: Thresholds;
    readonly ignore: readonly IgnoreRule[];
  },
): Promise<Finding> {
  const opened = subject.page
    .context()
    .pages()
    .filter((page) => page !== subject.page);
  const site = await openingSite(subject, options.workspaceFolder);
  return toFinding(
    {
      leak: { ...leak, name: `page ${withoutQuery(opened.at(-1)) ?? ''}`.trim() },
      allocatedAt: site,
      keptAt: undefined,
      holder: undefined,
      retainedBy: [],
    },
    options,
  );
}

function withoutQuery(page: Page | undefined): string | undefined {
  return page?.url().replace(/[?#].*$/, '');
}

/** The line that calls `window.open`, seen in one more iteration; undefined for pages that links open. */
async function openingSite(subject: PageUnderTest, workspaceFolder: string): Promise<SourceSite | undefined> {
  const { cdp } = subject;
  const { result: watch } = await cdp.send('Runtime.evaluate', {
    expression: `(${watchOpen.toString()})()`,
    silent: true,
  });
  if (watch.objectId === undefined) return undefined;
  await subject.iterate('settle');
  const { result } = await cdp.send('Runtime.callFunctionOn', {
    objectId: watch.objectId,
    functionDeclaration: 'function () { return this.finish(); }',
    returnByValue: true,
    silent: true,
  });
  const frames = parseStackText(String(result.value ?? '')).filter(({ url }) => !url.startsWith('<'));
  if (frames.length === 0) return undefined;
  const sources = await PageSources.open(cdp);
  const desk = openSourceDesk(subject, sources, { workspaceFolder });
  try {
    return await desk.toSite(frames, 'line');
  } finally {
    desk.close();
    await sources.close();
  }
}

/** Runs in the page's main world. */
function watchOpen(): { finish(): string } {
  const descriptor = Object.getOwnPropertyDescriptor(window, 'open')!;
  const native = window.open.bind(window);
  let stack = '';
  const watched = (...args: Parameters<typeof window.open>): Window | null => {
    const trace: { stack?: string } = {};
    Error.captureStackTrace(trace, watched);
    stack = String(trace.stack);
    return native(...args);
  };
  Object.defineProperty(window, 'open', { ...descriptor, value: watched });
  return {
    finish() {
      Object.defineProperty(window, 'open', descriptor);
      return stack;
    },
  };
}
