import { basename } from 'node:path';
import type { BrowserTree, Evidence } from '../browsers/index.ts';
import {
  type EndTreeResult,
  type ProcessInfo,
  type ProcessReader,
  type ProcessTable,
  identityOf,
  sameProcess,
} from '../processes/index.ts';
import { type Clock, formatDuration, systemClock } from '../support/index.ts';
import type { TreeProbe } from './clients.ts';
import { isCleanUp } from './otherCleanUps.ts';
import { describeProcess, findLauncher } from './parents.ts';
import { isDisplayServer, skipWrappers } from './wrappers.ts';

/**
 * A virtual display that the launcher of a browser had started for it, with what records or decorates it. Its launcher is as
 * dead as the browser's. It is ended after the browser, and only while no other program uses it.
 */
export interface OwnDisplay {
  readonly server: ProcessInfo;
  /** 99 of `:99`. */
  readonly number: number;
  readonly helpers: readonly ProcessInfo[];
  readonly evidence: Evidence;
}

/** A display that leads a session was told to outlive its launcher; beyond this time before the browser, in ms, for another use. */
const TOGETHER_MS = 60_000;
/** A launcher or wrapper script adds a few variables for the browser; a service's environment lacks dozens of a terminal's. */
const MOST_ADDED = 8;
/** What differs between two children of one program: the display itself, and what shells keep for themselves. */
const OWN_VARIABLES = /^(?:DISPLAY|XAUTHORITY|_|SHLVL|PWD|OLDPWD|LD_LIBRARY_PATH)$/;
/** `_` names the program that a shell started last: these start others, and are no shells, services or wrappers. */
const RUNTIMES = /^(?:node|nodejs|bun|deno|npm|npx|pnpm|yarn|python[\d.]*|pytest|java|ruby|php|dotnet|go)$/;
/** Programs that are of no use without the display that they show, record or decorate. */
const HELPERS = /^(?:x11vnc|fluxbox|openbox|icewm|jwm|twm|xfwm4|metacity|matchbox-window-manager|unclutter|xcompmgr)$/;

interface Asked {
  readonly table: ProcessTable;
  readonly reader: ProcessReader;
  readonly probe: TreeProbe;
  readonly platform: NodeJS.Platform;
}

/**
 * The display a tree draws on, where the evidence says that the tree's launcher started it: the launcher of both is gone, and
 * either both are in the process group of that ended job, or one xvfb-run made the display's key, or they have the same environment and
 * a program started the display, no shell. A display of a service, of a person's shell or of an earlier step of a CI job has neither.
 */
export async function ownDisplay(tree: BrowserTree, asked: Asked): Promise<OwnDisplay | undefined> {
  const { table, reader, probe } = asked;
  const servers = [...table.processes.values()].filter((info) => isDisplayServer(info) && info.state !== 'zombie');
  if (servers.length === 0) return undefined;
  const browser = browserOf(tree);
  const environment = await reader.readEnvironment(browser);
  const number = displayNumber(browser.commandLine, environment);
  if (environment === undefined || number === undefined) return undefined;
  for (const server of servers) {
    if (server.uid !== browser.uid || server.startTime > browser.startTime) continue;
    const given = server.commandLine.find((argument) => /^:\d+$/.test(argument));
    const isIt = given === undefined ? (await probe.displayServedBy?.(server)) === number : given === `:${number}`;
    if (!isIt) continue;
    const why = await startedWith(tree, server, { environment, number }, asked);
    if (why === undefined) return undefined;
    const fact = `${describeProcess(server)}, its display :${number}, ${why}; it ends after its browser, unless another program uses it`;
    const helpers = await helpersOf(number, tree, environment, asked);
    return { server, number, helpers, evidence: { source: 'process-group', fact } };
  }
  return undefined;
}

/** Whether this is a display, or what records or decorates one: such a process uses no browser. */
export function servesScreen(info: ProcessInfo): boolean {
  return isDisplayServer(info) || isRecorder(info) || HELPERS.test(programOf(info));
}

/** How the evidence says that the launcher of the tree started this process, or undefined. */
async function startedWith(
  tree: BrowserTree,
  info: ProcessInfo,
  { environment, number }: { readonly environment: Readonly<Record<string, string>>; readonly number: number },
  { table, reader, probe, platform }: Asked,
): Promise<string | undefined> {
  const alone: BrowserTree = {
    root: info,
    family: 'none',
    product: info.name,
    headless: true,
    transport: { kind: 'none' },
    evidence: [],
    processes: [{ info, role: 'other' }],
  };
  const launcher = await findLauncher(alone, table, { reader, probe, platform });
  if (launcher.kind !== 'gone') return undefined;
  const top = skipWrappers(tree, table);
  const { groupId } = info;
  const leader = table.processes.get(groupId);
  const leaderIsGone = leader === undefined || leader.state === 'zombie';
  if (groupId > 1 && groupId !== info.pid && groupId === top.groupId && leaderIsGone)
    return 'was started by the same job, which has ended';

  const folder = xvfbRunFolder(info);
  if (folder !== undefined && environment['XAUTHORITY']?.startsWith(`${folder}/`))
    return 'was started by the same xvfb-run, which has ended';

  const own = await reader.readEnvironment(info);
  if (own === undefined || !isSameEnvironment(own, environment)) return undefined;
  // The environment named the display before it ran: it was prepared for whatever program comes.
  if (isDisplayServer(info) && displayNumber([], own) === number) return undefined;
  const apartMs = Math.abs(browserOf(tree).startedAtMs - info.startedAtMs);
  if (info.sessionId === info.pid && apartMs > TOGETHER_MS) return undefined;
  const byProgram = await probe.startedByProgram?.(info);
  const runtime = basename(own['_'] ?? '');
  if (byProgram === undefined && !RUNTIMES.test(runtime)) return undefined;
  return `has the environment of its launcher and was started by a program, which has ended, within ${formatDuration(apartMs)} of its browser`;
}

/** The folder that xvfb-run made for the key of this display. */
export function xvfbRunFolder({ commandLine }: Pick<ProcessInfo, 'commandLine'>): string | undefined {
  return /^(\/.*\/xvfb-run\.\w{6})\//.exec(commandLine[commandLine.indexOf('-auth') + 1] ?? '')?.[1];
}

function browserOf(tree: BrowserTree): ProcessInfo {
  return tree.processes.find(({ role }) => role === 'browser')?.info ?? tree.root;
}

/** Equal but for what differs between two children of one program. */
function isSameEnvironment(own: Readonly<Record<string, string>>, browsers: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(own).filter((name) => !OWN_VARIABLES.test(name));
  if (names.length === 0 || !names.every((name) => own[name] === browsers[name])) return false;
  const added = Object.keys(browsers).filter((name) => !OWN_VARIABLES.test(name) && own[name] === undefined);
  return added.length <= MOST_ADDED;
}

async function helpersOf(
  number: number,
  tree: BrowserTree,
  environment: Readonly<Record<string, string>>,
  asked: Asked,
): Promise<ProcessInfo[]> {
  const found: ProcessInfo[] = [];
  for (const info of asked.table.processes.values()) {
    if (info.state === 'zombie' || isDisplayServer(info) || !servesScreen(info)) continue;
    const own = await asked.reader.readEnvironment(info);
    if (displayNumber(info.commandLine, own) !== number) continue;
    if ((await startedWith(tree, info, { environment, number }, asked)) !== undefined) found.push(info);
  }
  return found;
}

function isRecorder(info: ProcessInfo): boolean {
  return programOf(info).startsWith('ffmpeg') && info.commandLine.includes('x11grab');
}

function programOf(info: ProcessInfo): string {
  return basename(info.commandLine[0] ?? info.name);
}

/** The number of the display that a process uses by its options or environment: `-display :99`, ffmpeg's `-i :99.0+10,20`, or `DISPLAY`. */
function displayNumber(
  commandLine: readonly string[],
  environment: Readonly<Record<string, string>> | undefined,
): number | undefined {
  const at = commandLine.findIndex((argument, index) => index > 0 && /^--?(?:display|i)$/.test(argument));
  const named = commandLine.find((argument) => argument.startsWith('--display='))?.slice('--display='.length);
  for (const text of [named, at === -1 ? undefined : commandLine[at + 1], environment?.['DISPLAY']]) {
    const number = /^(?:unix)?:(\d+)(?:\.\d+)?(?:\+\d+,\d+)?$/.exec(text ?? '')?.[1];
    if (number !== undefined) return Number(number);
  }
  return undefined;
}

/** How long the kernel may take to close the connections of processes that have just ended, in ms, and how often to look. */
const CLOSING_MS = 1_000;
const LOOK_MS = 50;

/**
 * Ends a display whose browser has ended, with its helpers first, unless another living program is connected to it or has it
 * in its environment. Processes are read anew, so of two browsers on one display the last that ends takes it along.
 */
export async function endDisplay(
  { server, number, helpers }: OwnDisplay,
  options: {
    readonly reader: ProcessReader;
    readonly probe: TreeProbe;
    readonly end: (info: ProcessInfo) => Promise<EndTreeResult>;
    readonly clock?: Clock;
  },
): Promise<readonly EndTreeResult[]> {
  const { reader, probe, end, clock = systemClock } = options;
  const table = await reader.readTable();
  const isOurs = (info: ProcessInfo) => [server, ...helpers].some((one) => sameProcess(one, info));
  for (const info of table.processes.values()) {
    if (isOurs(info) || info.state === 'zombie' || info.pid === process.pid || isCleanUp(info)) continue;
    if (displayNumber(info.commandLine, await reader.readEnvironment(info)) === number) return [];
  }
  // Who watches a helper (x11vnc) watches the display.
  for (const helper of helpers) if (((await probe.countConnections?.(identityOf(helper))) ?? 0) > 0) return [];
  const results = await Promise.all(helpers.map((info) => end(info)));
  const until = clock.monotonic() + CLOSING_MS;
  for (;;) {
    const connected = await probe.countConnections?.(identityOf(server));
    if (connected === 0) break;
    // Not to be read: then nothing says that no other program uses it.
    if (connected === undefined || clock.monotonic() >= until) return results;
    await clock.sleep(LOOK_MS);
  }
  return [...results, await end(server)];
}
