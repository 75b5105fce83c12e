import {
  type BrowserTree,
  type Evidence,
  ONE_JOB,
  isInTemporaryPlace,
  isMadeWith,
  isNamedByChance,
  recogniseProgram,
} from '../browsers/index.ts';
import type { ProcessInfo, ProcessReader, ProcessTable } from '../processes/index.ts';
import { formatDuration } from '../support/index.ts';
import { type TreeProbe, debuggingPort } from './clients.ts';
import { driverPort, handPickedPort } from './handPicked.ts';
import { isCleanUp } from './otherCleanUps.ts';
import { isOfProgram } from './parents.ts';
import { companionsOf, skipWrappers } from './wrappers.ts';

/**
 * A browser that was told to outlive its launcher and that no tool claims counts as left once it has stood still for this
 * long, in ms: several times the pause of a script that comes back every minute or two.
 */
const STILL_MS = 5 * 60_000;
/**
 * A browser without a user writes into its profile, too (*seen: caches of shaders, minutes after its start*). This long after its
 * last page was opened, in ms, such a change shows no use any more, nor does a job that it was started for.
 */
const LAST_PAGE_MS = 30 * 60_000;

/** What else is asked of the machine. */
export interface ReuseContext {
  readonly table: ProcessTable;
  readonly reader: ProcessReader;
  readonly probe: TreeProbe;
  readonly tempFolders?: readonly string[];
  readonly selfPid: number;
  /** Its living parent, a driver whose client is gone: the other end of its pipe is that driver's. */
  readonly driver?: ProcessInfo;
  /** Drivers that were left behind and may be attached to it by its address (`debuggerAddress`). */
  readonly leftDrivers: readonly ProcessInfo[];
}

/**
 * Why a program may come back to this browser or driver although its launcher is gone and no program is connected, or
 * undefined. Four kinds differ from the leftovers of a killed script:
 *
 * - *a pipe whose other end is held*: the program that holds it drives the browser, also where a shell in between launched it;
 * - *a port that was picked by hand* is a server's: who uses it need not be who launched it;
 * - *an address that was noted*, in a file, on a living program's command line or in its environment, for a later connection;
 * - *a browser that leads a session and that no tool claims* (`spawn(…, { detached: true })`, and the script exits): used again
 *   as long as something in it changes, and at any time where its profile is kept, since that says on which port it listens.
 *   Puppeteer and its like end their browser when they exit themselves, so theirs are left by a kill: more than the one
 *   connection that the kill closed shows that others use it.
 */
export async function mayBeReached(tree: BrowserTree, context: ReuseContext): Promise<Evidence | undefined> {
  if (handPickedPort(tree) !== undefined) return await servesOthers(tree, context);
  if (tree.driver) return tree.browser ? undefined : await servesTests(tree, context);
  if (
    tree.transport.kind === 'pipe' &&
    !context.driver &&
    tree.browser &&
    (await context.probe.ordersHeld?.(tree.browser))
  )
    return connection('A living process holds the other end of the pipe through which it takes orders');
  if (tree.transport.kind === 'none') return mayBeAtWork(tree, context.table);
  if (tree.transport.kind !== 'port') return undefined;
  const noted = await isNoted(tree, context);
  return noted ?? ((await wasForLeftDriver(tree, context)) ? undefined : await isUsedAgain(tree, context));
}

/** A program started it for a driver that is still attached to it, and was left behind with it (undetected-chromedriver). */
async function wasForLeftDriver(tree: BrowserTree, { table, probe, leftDrivers }: ReuseContext): Promise<boolean> {
  if (leftDrivers.length === 0 || !(await isOfProgram(skipWrappers(tree, table), probe))) return false;
  const [all, others] = [await probe.countClients(tree), await probe.countClients(tree, leftDrivers)];
  return all !== undefined && others !== undefined && others < all;
}

/**
 * A driver without a browser waits for the next session: of the program that started it on a port that it picked at random, or of
 * others, where a shell started it, it was told to outlive its launcher, or its port is known to them.
 */
async function servesTests(tree: BrowserTree, context: ReuseContext): Promise<Evidence | undefined> {
  const top = skipWrappers(tree, context.table);
  const isKept = top.sessionId === top.pid || (await context.probe.ignoresHangUp?.(tree.root));
  if (isKept || !(await isOfProgram(top, context.probe)))
    return { source: 'command-line', fact: 'A driver without a browser may be kept running on purpose' };
  return await isNoted(tree, context);
}

/** A browser that prints a page needs no launcher for it. */
function mayBeAtWork(tree: BrowserTree, table: ProcessTable): Evidence | undefined {
  const startedMs = table.at - tree.root.startedAtMs;
  if (!tree.root.commandLine.some((one) => ONE_JOB.test(one)) || startedMs >= LAST_PAGE_MS) return undefined;
  return {
    source: 'command-line',
    fact: `It does one job, which may need ${formatDuration(LAST_PAGE_MS)}, and was started ${formatDuration(startedMs)} ago`,
  };
}

async function servesOthers(tree: BrowserTree, context: ReuseContext): Promise<Evidence | undefined> {
  const { table, probe, tempFolders } = context;
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
  if (!tree.headless && !(await isOfProgram(skipWrappers(tree, table), probe)))
    return {
      source: 'command-line',
      fact: `Its port ${port} was picked by hand and it has a window, so a person may use it`,
    };
  return (await isNoted(tree, context)) ?? (await isUsedAgain(tree, context));
}

/** Variables that may hold nothing but a port: `CDP_PORT=9222`. */
const PORT_VARIABLE = /PORT|CDP|CHROM|BROWSER|DEBUG/i;

/**
 * The variable that has each port, by port. An environment is as old as its command line, which a reader hands out as the same
 * array for as long as it does not change: surveys come every few seconds, and a machine has hundreds of processes.
 */
const portVariables = new WeakMap<readonly string[], ReadonlyMap<number, string>>();

async function variableWith(port: number, info: ProcessInfo, reader: ProcessReader): Promise<string | undefined> {
  let known = portVariables.get(info.commandLine);
  if (!known) {
    const environment = await reader.readEnvironment(info);
    if (!environment) return undefined;
    const found = new Map<number, string>();
    for (const [name, value] of Object.entries(environment)) {
      if (/^\d+$/.test(value) && PORT_VARIABLE.test(name)) found.set(Number(value), name);
      for (const [, text] of value.matchAll(/[\w\].]:(\d+)(?!\w)/g)) found.set(Number(text), name);
    }
    portVariables.set(info.commandLine, found);
    known = found;
  }
  return known.get(port);
}

async function isNoted(tree: BrowserTree, context: ReuseContext): Promise<Evidence | undefined> {
  const port = tree.driver ? driverPort(tree) : await debuggingPort(tree);
  const known = port === undefined ? undefined : await isKnownToProgram(tree, port, context);
  if (known) return known;
  const file = await context.probe.endpointNotedIn?.(tree);
  if (file === undefined) return undefined;
  return { source: 'connection', fact: `Its address is noted in ${file}, so a script may come back to it` };
}

/** A living program that has the port on its command line or in its environment. */
async function isKnownToProgram(
  tree: BrowserTree,
  port: number,
  { table, reader, selfPid }: ReuseContext,
): Promise<Evidence | undefined> {
  const own = new Set([...tree.processes.map(({ info }) => info), ...companionsOf(tree, table)].map(({ pid }) => pid));
  const others = [...table.processes.values()].filter(
    (info) =>
      info.state !== 'zombie' &&
      info.commandLine.length > 0 &&
      !own.has(info.pid) &&
      info.pid !== selfPid &&
      !isCleanUp(info) &&
      // Another browser's own port is not where it connects to.
      !recogniseProgram(info),
  );
  // `http://localhost:9222`, `TCP:10.0.0.7:9222,fork`, `--cdp 9222`, `--port=9222`.
  const wanted = new RegExp(String.raw`(?:^|[:=])${port}(?!\w)`);
  const named = others.find((info) => info.commandLine.some((argument) => wanted.test(argument)));
  if (named)
    return { source: 'command-line', fact: `${named.name} (pid ${named.pid}) has its address on its command line` };
  const variables = await Promise.all(others.map((info) => variableWith(port, info, reader)));
  const at = variables.findIndex((name) => name !== undefined);
  const holder = others[at];
  return (
    holder && {
      source: 'environment',
      fact: `${holder.name} (pid ${holder.pid}) has its address in its variable ${variables[at]}`,
    }
  );
}

async function isUsedAgain(
  tree: BrowserTree,
  { table, probe, tempFolders }: ReuseContext,
): Promise<Evidence | undefined> {
  const late = (await probe.countLateClients?.(tree)) ?? 0;
  if (tree.automatedBy !== 'unknown tool')
    return late > 1 ? connection(`Programs were connected to its port ${late} times in the last minute`) : undefined;
  const top = skipWrappers(tree, table);
  if (top.sessionId !== top.pid && !(await probe.ignoresHangUp?.(tree.root))) return undefined;
  if (late > 0) return connection('A program was connected to its port less than a minute ago');
  const { path: kept } = tree.profile ?? {};
  if (kept !== undefined && tree.profile?.kind !== 'temporary' && !isInTemporaryPlace(kept, tempFolders))
    return {
      source: 'profile',
      fact: `It was told to outlive its launcher, and its profile ${kept} is kept: a script may read there how to reach it`,
    };
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

/**
 * Whether a profile outlives its browser on purpose: it does not lie in a temporary place, or has a name that a script can
 * know, or was there before.
 */
async function isKeptProfile(tree: BrowserTree, probe: TreeProbe, tempFolders?: readonly string[]): Promise<boolean> {
  if (!tree.profile) return true;
  const { path, kind } = tree.profile;
  if (kind === 'temporary') return false;
  if (!isInTemporaryPlace(path, tempFolders) || !isNamedByChance(path)) return true;
  const madeAtMs = await probe.folderMadeAtMs?.(path);
  return madeAtMs !== undefined && !isMadeWith(madeAtMs, tree.root.startedAtMs);
}
