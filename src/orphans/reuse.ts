import type { BrowserTree, Evidence } from '../browsers/index.ts';
import type { ProcessTable } from '../processes/index.ts';
import { formatDuration } from '../support/index.ts';
import { type TreeProbe, debuggingPort } from './clients.ts';
import { handPickedPort } from './handPicked.ts';
import { isKeptProfile } from './temporaryProfile.ts';
import { skipWrappers } from './wrappers.ts';

/**
 * A browser that was told to outlive its launcher and that no tool claims counts as left once it has stood still for this
 * long, in ms: several times the pause of a script that comes back every minute or two.
 */
const STILL_MS = 5 * 60_000;
/**
 * A browser without a user writes into its profile, too (*seen: caches of shaders, minutes after its start*). This long after its
 * last page was opened, in ms, such a change shows no use any more.
 */
const LAST_PAGE_MS = 30 * 60_000;

/**
 * Why a program may come back to this browser or driver although its launcher is gone and no program is connected, or
 * undefined. Three kinds differ from the leftovers of a killed script:
 *
 * - *a port that was picked by hand* is a server's: who uses it need not be who launched it;
 * - *an address that was noted*, in a file or on a living program's command line, for a later connection;
 * - *a browser that leads a session and that no tool claims* (`spawn(…, { detached: true })`, and the script exits): used again
 *   as long as something in it changes. Puppeteer and its like end their browser when they exit themselves, so theirs are
 *   left by a kill: more than the one connection that the kill closed shows that others use it.
 */
export async function mayBeReached(
  tree: BrowserTree,
  table: ProcessTable,
  probe: TreeProbe,
  tempFolders?: readonly string[],
): Promise<Evidence | undefined> {
  if (handPickedPort(tree) !== undefined) return await servesOthers(tree, table, probe, tempFolders);
  if (tree.driver || tree.transport.kind !== 'port') return undefined;
  return (await isNoted(tree, table, probe)) ?? (await isUsedAgain(tree, table, probe));
}

async function servesOthers(
  tree: BrowserTree,
  table: ProcessTable,
  probe: TreeProbe,
  tempFolders: readonly string[] | undefined,
): Promise<Evidence | undefined> {
  const port = handPickedPort(tree);
  const late = (await probe.countLateClients?.(tree)) ?? 0;
  if (late > 0) return connection(`A program was connected to its port ${port} less than a minute ago`);
  if (tree.driver) {
    const top = skipWrappers(tree, table);
    const byHand = top.sessionId === top.pid || (await probe.ignoresHangUp?.(tree.root));
    // A test runner reads the output of the driver that it starts; no process reads that of a shell's background job.
    if (!byHand && (await probe.launcherPipes?.(top)) === 'closed') return undefined;
    return { source: 'command-line', fact: `Its port ${port} was picked by hand, so others may come back to it` };
  }
  if (tree.automatedBy !== 'unknown tool') return undefined;
  if (await isKeptProfile(tree, probe, tempFolders))
    return {
      source: 'command-line',
      fact: `Its port ${port} was picked by hand and its profile is kept, so a script may come back to it`,
    };
  return (await isNoted(tree, table, probe)) ?? (await isUsedAgain(tree, table, probe));
}

async function isNoted(tree: BrowserTree, table: ProcessTable, probe: TreeProbe): Promise<Evidence | undefined> {
  const port = await debuggingPort(tree);
  const members = new Set(tree.processes.map(({ info }) => info.pid));
  const wanted = new RegExp(String.raw`(?:127\.0\.0\.1|localhost|\[::1\]):${port}(?!\d)`);
  for (const info of port === undefined ? [] : table.processes.values())
    if (info.state !== 'zombie' && !members.has(info.pid) && info.commandLine.some((argument) => wanted.test(argument)))
      return { source: 'command-line', fact: `${info.name} (pid ${info.pid}) has its address on its command line` };
  const file = await probe.endpointNotedIn?.(tree);
  if (file === undefined) return undefined;
  return { source: 'connection', fact: `Its address is noted in ${file}, so a script may come back to it` };
}

async function isUsedAgain(tree: BrowserTree, table: ProcessTable, probe: TreeProbe): Promise<Evidence | undefined> {
  const late = (await probe.countLateClients?.(tree)) ?? 0;
  if (tree.automatedBy !== 'unknown tool')
    return late > 1 ? connection(`Programs were connected to its port ${late} times in the last minute`) : undefined;
  const top = skipWrappers(tree, table);
  if (top.sessionId !== top.pid && !(await probe.ignoresHangUp?.(tree.root))) return undefined;
  if (late > 0) return connection('A program was connected to its port less than a minute ago');
  // Who connects opens pages: new processes, and what they write.
  const openedAt = Math.max(
    tree.root.startedAtMs,
    ...tree.processes.flatMap(({ info, role }) => (role === 'renderer' ? info.startedAtMs : [])),
  );
  const profile = tree.profile && tree.profile.kind !== 'default' ? tree.profile.path : '';
  const mayWrite = profile !== '' && table.at - openedAt < LAST_PAGE_MS;
  const lastAt = Math.max(openedAt, (mayWrite && (await probe.changedAtMs?.(profile))) || 0);
  const stillMs = Math.max(0, table.at - lastAt);
  if (stillMs >= STILL_MS) return undefined;
  return connection(
    `It was told to outlive its launcher and worked ${formatDuration(stillMs)} ago, so a script may come back to it; it counts as left after ${formatDuration(STILL_MS)} without work`,
  );
}

function connection(fact: string): Evidence {
  return { source: 'connection', fact };
}
