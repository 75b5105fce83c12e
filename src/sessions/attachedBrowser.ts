import type { Browser } from 'playwright';
import { findBrowserTrees } from '../browsers/index.ts';
import { type ProcessIdentity, type ProcessReader, identityOf } from '../processes/index.ts';

/**
 * The process of a browser that was attached to, when it runs on this machine: Chromium tells its pid, and a browser of
 * that pid is among ours. Undefined where it does not (another machine, a container), or is no Chromium.
 */
export async function findAttachedBrowser(
  browser: Browser,
  reader: ProcessReader,
): Promise<ProcessIdentity | undefined> {
  try {
    const session = await browser.newBrowserCDPSession();
    try {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      const pid = processInfo.find(({ type }) => type === 'browser')?.id;
      const trees = pid === undefined ? [] : findBrowserTrees(await reader.readTable());
      const tree = trees.find(({ root, browser }) => root.pid === pid || browser?.pid === pid);
      return tree && (tree.browser ?? identityOf(tree.root));
    } finally {
      await session.detach().catch(() => {});
    }
  } catch {
    return undefined;
  }
}
