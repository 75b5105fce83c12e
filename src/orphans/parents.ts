import { basename } from 'node:path';
import type { BrowserTree, Evidence } from '../browsers/index.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  type ProcessTable,
  byStart,
  childrenOf,
  livingIn,
  sameProcess,
  scriptOf,
} from '../processes/index.ts';
import { toolOf } from './agentServers.ts';
import type { TreeProbe } from './clients.ts';
import { handPickedPort } from './handPicked.ts';
import type { TreeObservation } from './observations.ts';
import { isMainChild, launchesNothing, parentKind } from './reapers.ts';
import { isShell, skipWrappers } from './wrappers.ts';
import { defined } from '../support/index.ts';

/**
 * Finds the process that launched a tree, from its present parent and other evidence.
 *
 * A process whose parent dies is given to the nearest subreaper above it (PR_SET_CHILD_SUBREAPER), or to the pid 1 of its
 * container. Linux shows nowhere who is a subreaper, nor that a process was adopted; so `ppid === 1` proves nothing (in
 * a container pid 1 may be the very server that launched the browser), and another ppid proves nothing either. What does:
 *
 * 1. *we saw it with another parent*, which is gone: it was adopted by its present parent;
 * 2. *what its parent is* (`parentKind`): a supervisor starts its service itself, an init of a container its main child,
 *    systemd marks what its units start (`SYSTEMD_EXEC_PID`, or `INVOCATION_ID` and the unit's control group);
 * 3. *sessions*: fork inherits the session and only setsid leaves it, into one of one's own. A process that is in neither
 *    its own nor its parent's session was not forked by that parent;
 * 4. *pipes*: a launcher that uses pipes holds their other ends as long as it lives (`launcherPipes`);
 * 5. *environment*: variables a launcher puts there for its children, where the parent is no program that could have set
 *    them itself. `/proc/1/environ` is what pid 1 was started with: a test runner or `dotenv` sets more while it runs.
 *
 * What fools it: a launcher that hands its browser on by design (`setsid chromium … & exit`) looks like one that died: hence
 * the rules beside this one (strong automation evidence, no connection, no living process of its job, no port picked by
 * hand).
 */
export type LauncherVerdict =
  | { readonly kind: 'alive'; readonly launcher: ProcessInfo; readonly evidence: readonly Evidence[] }
  | {
      readonly kind: 'gone';
      readonly former?: ProcessIdentity;
      readonly name?: string;
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: 'unclear'; readonly evidence: readonly Evidence[] };

export interface FindLauncherOptions {
  readonly reader: ProcessReader;
  readonly probe?: TreeProbe;
  readonly observation?: TreeObservation;
  readonly platform?: NodeJS.Platform;
}

export async function findLauncher(
  tree: BrowserTree,
  table: ProcessTable,
  options: FindLauncherOptions,
): Promise<LauncherVerdict> {
  const platform = options.platform ?? process.platform;
  const top = skipWrappers(tree, table);
  const parent = table.processes.get(top.ppid);

  const former = options.observation?.settledParent;
  if (former && !livingIn(table, former.identity) && !(parent && sameProcess(parent, former.identity)))
    return gone(
      `It was seen running under ${describeProcess(former)}, which has ended`,
      former.identity,
      describeProcess(former),
    );
  if (!parent) return await judgeMissingParent(top, platform, options);
  if (parent.startTime > top.startTime)
    return gone(`Its parent's pid ${top.ppid} was given to a process that started after it`);

  const who = describeProcess(parent);
  switch (parentKind(parent, table)) {
    case 'supervisor':
      return alive(parent, `${who} runs it as its service`);
    case 'single':
      if (isMainChild(top, parent, table)) return alive(parent, `It is the program that ${who} was started to run`);
      return gone(`Its launcher has ended: its parent is ${who}, which adopts such processes`);
    case 'systemd':
      return await judgeSystemd(top, parent, table, options);
    case 'init':
      return await judgeInit(top, parent, options);
    case 'either':
      return await judgePidOne(tree, top, parent, options);
    case 'launcher':
      return await judgeOrdinary(tree, top, parent, options);
  }
}

async function judgeMissingParent(
  top: ProcessInfo,
  platform: NodeJS.Platform,
  { reader, probe }: FindLauncherOptions,
): Promise<LauncherVerdict> {
  // Windows keeps the pid of a dead parent for ever; Linux and macOS give the child to another at once.
  if (platform === 'win32') return gone(`Its parent (pid ${top.ppid}) has ended`);
  if (top.ppid === 0) return unclear('It was started from outside of this container');
  if (probe?.exists?.(top.ppid) !== true)
    return unclear(`Its parent (pid ${top.ppid}) was just ending when its processes were read`);
  // hidepid: other users' processes are not in the table. Of pid 1 the rest of the evidence may tell enough.
  const hidden = `its parent (pid ${top.ppid}) belongs to another user and cannot be seen (hidepid)`;
  if (top.ppid === 1) {
    const environment = await reader.readEnvironment(top);
    if (environment?.['SYSTEMD_EXEC_PID'] === String(top.pid))
      return unclear('SYSTEMD_EXEC_PID is its own pid: it was started as a service');
    if (top.sessionId > 1 && top.sessionId !== top.pid)
      return gone(`Its launcher has ended: it is in the session of a process that is not its parent; ${hidden}`);
    if ((await probe.launcherPipes?.(top)) === 'closed') return gone(`${PIPES_CLOSED}; ${hidden}`);
  }
  return unclear(`It may have been launched or adopted: ${hidden}`);
}

const PIPES_CLOSED = 'Its launcher has ended: the other ends of its output and input are closed';

async function judgeSystemd(
  top: ProcessInfo,
  parent: ProcessInfo,
  table: ProcessTable,
  { reader, probe }: FindLauncherOptions,
): Promise<LauncherVerdict> {
  const environment = await reader.readEnvironment(top);
  const execPid = environment?.['SYSTEMD_EXEC_PID'];
  const adopted = gone(`Its launcher has ended: its parent is ${describeProcess(parent)}, which adopts such processes`);
  if (execPid === String(top.pid))
    return alive(parent, 'SYSTEMD_EXEC_PID is its own pid: it was started as a service', 'environment');
  const invocation = environment?.['INVOCATION_ID'];
  if (execPid !== undefined || invocation === undefined) return adopted;

  // Before systemd 248 only INVOCATION_ID is set, and all that a unit starts inherits it.
  const unit = await probe?.unitOf?.(top);
  // A scope holds what others started, as a login's session does.
  if (unit?.endsWith('.scope')) return adopted;
  for (const sibling of childrenOf(table, parent.pid)) {
    if (byStart(sibling, top) >= 0 || sibling.state === 'zombie') continue;
    if ((await reader.readEnvironment(sibling))?.['INVOCATION_ID'] === invocation)
      return gone(`Its launcher has ended: ${describeProcess(sibling)} is what its systemd unit started`);
  }
  const what = `INVOCATION_ID is in its environment: systemd may have started it as a service${unit ? ` (${unit})` : ''}`;
  return unit?.endsWith('.service') ? alive(parent, what, 'environment') : unclear(what);
}

async function judgeInit(
  top: ProcessInfo,
  parent: ProcessInfo,
  { reader, probe }: FindLauncherOptions,
): Promise<LauncherVerdict> {
  const who = describeProcess(parent);
  const environment = await reader.readEnvironment(top);
  if (environment?.['SYSTEMD_EXEC_PID'] === String(top.pid))
    return alive(parent, 'SYSTEMD_EXEC_PID is its own pid: it was started as a service', 'environment');
  // `chromium … & exec sleep infinity` is how entry scripts of containers end. A script that runs beside leaves pipes or /dev/null.
  if (parent.pid === 1 && top.sessionId === 1 && parent.sessionId === 1 && !(await isOfProgram(top, probe)))
    return unclear(`It is in the session of ${who}, which may have started it before it became what it is`);
  if (await probe?.isInInittab?.(top)) return unclear(`/etc/inittab names it: ${who} may have started it`);
  if (!launchesNothing(parent) && (await probe?.launcherPipes?.(top)) === 'held')
    return unclear('A living process holds the other end of its output or input, so its launcher may live');
  return gone(`Its launcher has ended: its parent is ${who}, which adopts such processes`);
}

/** Pid 1 of a container, which may be the very program that launched it, or have been given it. */
async function judgePidOne(
  tree: BrowserTree,
  top: ProcessInfo,
  parent: ProcessInfo,
  { reader, probe }: FindLauncherOptions,
): Promise<LauncherVerdict> {
  const who = describeProcess(parent);
  if (isOutOfSession(top, parent))
    return gone(`Its launcher has ended: it is in the session of a process that is not its parent, ${who}`);
  const pipes = await probe?.launcherPipes?.(top);
  if (pipes === 'held')
    return alive(parent, `${who} is its parent, and a living process holds the other end of its output or input`);
  if (pipes === 'closed') return gone(`${PIPES_CLOSED}, and ${who} adopts orphaned processes`);
  // `setsid chromium --remote-debugging-port=9222 &` is a line of an entry script; no script picks port 0.
  if (isShell(parent) && top.sessionId === top.pid && handPickedPort(tree) === undefined)
    return gone(`Its launcher has ended: it leads a session, and its parent, ${who}, starts nothing in one`);
  const [own, parents] = [await reader.readEnvironment(top), await reader.readEnvironment(parent)];
  const foreign = own && parents ? launchersMark(own, parents, parent) : undefined;
  if (foreign !== undefined)
    return gone(`Its launcher has ended: its environment has ${foreign}, which its parent, ${who}, cannot set`);
  return unclear(`Its parent is ${who}, which may have launched it or adopted it`);
}

async function judgeOrdinary(
  tree: BrowserTree,
  top: ProcessInfo,
  parent: ProcessInfo,
  { probe }: FindLauncherOptions,
): Promise<LauncherVerdict> {
  const who = describeProcess(parent);
  if (isOutOfSession(top, parent))
    return unclear(`${who} is its parent but in another session, so it may have been adopted`);
  const areClosed = (await probe?.launcherPipes?.(top)) === 'closed';
  // Puppeteer never closes them; but a script may, before it disconnects. Every runtime of JavaScript has several threads.
  if (areClosed && tree.automatedBy === 'puppeteer' && parent.threads === 1)
    return gone(`${PIPES_CLOSED}; ${who} has adopted it`);
  if (areClosed)
    return unclear(
      `${who} is its parent, but no process holds the other end of its output or input: it may have been adopted`,
    );
  return alive(parent, `${who} is its parent and still runs`);
}

/** Whether a program started it, and no line of a shell. */
export async function isOfProgram(top: ProcessInfo, probe: TreeProbe | undefined): Promise<boolean> {
  return (await probe?.launcherPipes?.(top)) === 'closed' || (await probe?.startedByProgram?.(top)) !== undefined;
}

/** True when it is neither in a session of its own nor in its parent's. */
function isOutOfSession(top: ProcessInfo, parent: ProcessInfo): boolean {
  // 0 is a session that began outside of this container; where both say so, nothing tells them apart.
  if (top.sessionId === 0 && parent.sessionId === 0) return false;
  return top.sessionId !== top.pid && top.sessionId !== parent.sessionId;
}

/** What package managers set for the scripts they run; the program itself never does, unless it is one. */
const SCRIPT_MARKS = /^npm_lifecycle_(?:event|script)$/;
const PACKAGE_MANAGERS = /(?:^|[/\s])(?:npm|npx|pnpm|pnpx|yarn|bun|bunx|corepack)(?:-cli)?(?:\.c?js)?(?:$|\s)/;

/** What test runners, editors and terminals set for what they start, and no shell script does. */
const PROGRAM_MARKS =
  /^(?:VSCODE_(?:PID|IPC_HOOK.*|INSPECTOR_OPTIONS)|NODE_CHANNEL_FD|NODE_UNIQUE_ID|JEST_WORKER_ID|VITEST_(?:WORKER|POOL)_ID|TEST_(?:WORKER|PARALLEL)_INDEX|PYTEST_CURRENT_TEST|TMUX|STY|SSH_(?:CONNECTION|TTY)|WT_SESSION)$/;

function launchersMark(
  own: Readonly<Record<string, string>>,
  parents: Readonly<Record<string, string>>,
  parent: ProcessInfo,
): string | undefined {
  const isManager = PACKAGE_MANAGERS.test(parent.commandLine.join(' '));
  const cannotSet = (name: string) =>
    (SCRIPT_MARKS.test(name) && !isManager) || (PROGRAM_MARKS.test(name) && isShell(parent));
  return Object.keys(own).find((name) => parents[name] !== own[name] && cannotSet(name));
}

/** `node run.js (pid 4711)`: the program and what tells it from others of its kind. */
export function describeProcess(
  info: Pick<ProcessInfo, 'name' | 'commandLine'> & ({ readonly pid: number } | { readonly identity: ProcessIdentity }),
): string {
  const pid = 'pid' in info ? info.pid : info.identity.pid;
  const tool = toolOf(info);
  if (tool) return `${tool.name} (pid ${pid})`;
  const { program, script, isModule } = scriptOf(info);
  const what = script === undefined ? '' : isModule ? ` -m ${script}` : ` ${scriptName(script)}`;
  return `${program}${what} (pid ${pid})`;
}

/** `jest/bin/jest.js` for a package's program, whose file alone would say `cli.js`; `run.js` for a script of one's own. */
function scriptName(script: string): string {
  const inPackage = /[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)[/\\](?!.*[/\\]node_modules[/\\])/.exec(
    script,
  )?.[1];
  return inPackage && inPackage !== '.bin' ? `${inPackage}/${basename(script)}` : basename(script);
}

function gone(fact: string, former?: ProcessIdentity, name?: string): LauncherVerdict {
  return {
    kind: 'gone',
    evidence: [{ source: 'parent', fact }],
    ...defined({ former, name }),
  };
}

function alive(launcher: ProcessInfo, fact: string, source = 'parent'): LauncherVerdict {
  return { kind: 'alive', launcher, evidence: [{ source, fact }] };
}

function unclear(fact: string): LauncherVerdict {
  return { kind: 'unclear', evidence: [{ source: 'parent', fact }] };
}
