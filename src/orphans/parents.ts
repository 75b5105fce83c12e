import { basename } from 'node:path';
import type { BrowserTree, Evidence } from '../browsers/index.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  type ProcessTable,
  childrenOf,
  sameProcess,
} from '../processes/index.ts';
import type { TreeObservation } from './observations.ts';
import { reaperKind } from './reapers.ts';

/**
 * Who launched a tree, judged by who its parent is now.
 *
 * A process whose parent dies is given to the nearest subreaper above it (PR_SET_CHILD_SUBREAPER), or to the pid 1 of its
 * container. Linux shows nowhere who is a subreaper, nor that a process was adopted; so `ppid === 1` proves nothing (in
 * a container pid 1 may be the very server that launched the browser), and another ppid proves nothing either. What does:
 *
 * 1. *we saw it with another parent*, which is gone: adopted, whoever has it now;
 * 2. *the parent is a reaper by trade* (the machine's init, systemd --user, tini, a container shim …): it launches what
 *    units say and nothing else, and systemd names those: `SYSTEMD_EXEC_PID` in their environment is their own pid;
 * 3. *sessions*: fork inherits the session and only setsid leaves it, into one of one's own. A process that is in neither
 *    its own nor its parent's session was not forked by that parent;
 * 4. *a shell never calls setsid for what it starts*: a session leader whose parent is the container's shell had another;
 * 5. *environment*: variables a launcher puts there for its children (`npm_lifecycle_event`, `VSCODE_PID` …) that the
 *    parent does not have came from somebody in between.
 *
 * What fools it: a launcher that hands its browser on by design (`setsid chromium … & exit`) looks like one that died:
 * hence the rules beside this one (strong automation evidence, nobody connected, nobody left of its job). A launcher that
 * runs as pid 1 of a container and changes its session after the launch would look like an adopter by 3.
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
  if (former && !isAlive(table, former.identity) && !(parent && sameProcess(parent, former.identity)))
    return gone(
      `It was seen running under ${describeProcess(former)}, which has ended`,
      former.identity,
      describeProcess(former),
    );
  if (!parent) return judgeMissingParent(top, platform);
  if (parent.startTime > top.startTime)
    return gone(`Its parent's pid ${top.ppid} was given to a process that started after it`);

  const reaper = reaperKind(parent, table);
  if (reaper === 'trade') return await judgeReaper(top, parent, options.reader);
  if (reaper === 'maybe') return await judgePossibleReaper(top, parent, options.reader);
  if (isOutOfSession(top, parent))
    return unclear(`${describeProcess(parent)} is its parent but in another session, so it may have been adopted`);
  return {
    kind: 'alive',
    launcher: parent,
    evidence: [{ source: 'parent', fact: `${describeProcess(parent)} launched it and still runs` }],
  };
}

/**
 * The topmost process that only runs this very browser and waits for it: `sh -c "chromium …"`, `xvfb-run chromium …`,
 * `timeout 60 chromium …`. It repeats the browser's own switches and has no other child. A script that takes the same
 * switches, or a shell that runs tests beside the browser, is a launcher.
 */
export function skipWrappers(tree: BrowserTree, table: ProcessTable): ProcessInfo {
  const marks = tree.root.commandLine.filter((argument) =>
    /^--(?:user-data-dir|remote-debugging-port|port)=.+/.test(argument),
  );
  if (tree.profile && tree.profile.kind !== 'default') marks.push(tree.profile.path);
  let top = tree.root;
  for (let parent = table.processes.get(top.ppid); parent && parent.pid > 1; parent = table.processes.get(top.ppid)) {
    const text = parent.commandLine.join(' ');
    const wraps = isWrapper(parent) && marks.some((mark) => text.includes(mark));
    if (!wraps || parent.startTime > top.startTime || childrenOf(table, parent.pid).length !== 1) break;
    top = parent;
  }
  return top;
}

const WRAPPERS = /^(?:timeout|env|nice|ionice|stdbuf|setsid|nohup|dbus-run-session|firejail|bwrap|unbuffer|catchsegv)$/;

function isWrapper(info: ProcessInfo): boolean {
  if (WRAPPERS.test(basename(info.commandLine[0] ?? ''))) return true;
  if (!isShell(info)) return false;
  const first = info.commandLine[1] ?? '';
  return /^-[a-z]*c$/.test(first) || basename(first) === 'xvfb-run';
}

function judgeMissingParent(top: ProcessInfo, platform: NodeJS.Platform): LauncherVerdict {
  // Windows keeps the pid of a dead parent for ever; Linux and macOS give the child to another at once.
  if (platform === 'win32') return gone(`Its parent (pid ${top.ppid}) has ended`);
  return unclear(
    top.ppid === 0
      ? 'It was started from outside of this container'
      : `Its parent (pid ${top.ppid}) was just ending when it was looked at`,
  );
}

async function judgeReaper(top: ProcessInfo, parent: ProcessInfo, reader: ProcessReader): Promise<LauncherVerdict> {
  const environment = await reader.readEnvironment(top);
  if (environment?.['SYSTEMD_EXEC_PID'] === String(top.pid))
    return {
      kind: 'alive',
      launcher: parent,
      evidence: [{ source: 'environment', fact: 'SYSTEMD_EXEC_PID is its own pid: it was started as a service' }],
    };
  return gone(`Whoever launched it has ended: its parent is ${describeProcess(parent)}, which adopts such processes`);
}

async function judgePossibleReaper(
  top: ProcessInfo,
  parent: ProcessInfo,
  reader: ProcessReader,
): Promise<LauncherVerdict> {
  const who = describeProcess(parent);
  if (isOutOfSession(top, parent))
    return gone(`Whoever launched it has ended: it is in the session of a process that is not its parent, ${who}`);
  if (isShell(parent) && top.sessionId === top.pid)
    return gone(`Whoever launched it has ended: it leads a session, and its parent, ${who}, starts nothing in one`);
  const [own, parents] = [await reader.readEnvironment(top), await reader.readEnvironment(parent)];
  const foreign = own && parents ? launchersMark(own, parents) : undefined;
  if (foreign !== undefined)
    return gone(`Whoever launched it has ended: its environment has ${foreign}, which its parent, ${who}, has not`);
  return unclear(`Its parent is ${who}, which may have launched it or adopted it`);
}

/** It neither left for a session of its own nor is in that of its parent. */
function isOutOfSession(top: ProcessInfo, parent: ProcessInfo): boolean {
  if (top.sessionId === 0 || parent.sessionId === 0) return false;
  return top.sessionId !== top.pid && top.sessionId !== parent.sessionId;
}

function isShell(info: ProcessInfo): boolean {
  return /^-?(?:ba|da|z|k|a|fi)?sh$/.test(basename(info.commandLine[0] ?? info.name));
}

/** Variables that test runners, package managers, editors and terminals set for what they start. */
const LAUNCHER_MARKS =
  /^(?:npm_|INIT_CWD$|VSCODE_|TERM_PROGRAM|NODE_CHANNEL_FD$|NODE_UNIQUE_ID$|JEST_WORKER_ID$|VITEST|MOCHA_|PLAYWRIGHT_|PW_|TEST_(?:WORKER|PARALLEL)_INDEX$|PYTEST_|WDIO_|TMUX|STY$|SSH_(?:CONNECTION|TTY)$|WT_SESSION$)/;

function launchersMark(
  own: Readonly<Record<string, string>>,
  parents: Readonly<Record<string, string>>,
): string | undefined {
  return Object.keys(own).find((name) => LAUNCHER_MARKS.test(name) && parents[name] !== own[name]);
}

function isAlive(table: ProcessTable, identity: ProcessIdentity): boolean {
  const info = table.processes.get(identity.pid);
  return info !== undefined && sameProcess(info, identity) && info.state !== 'zombie';
}

/** `node run.js (pid 4711)`: the program and what tells it from others of its kind. */
export function describeProcess(
  info: Pick<ProcessInfo, 'name' | 'commandLine'> & ({ readonly pid: number } | { readonly identity: ProcessIdentity }),
): string {
  const pid = 'pid' in info ? info.pid : info.identity.pid;
  const script = info.commandLine.slice(1).find((argument) => !argument.startsWith('-'));
  const program = basename(info.commandLine[0] ?? '') || info.name;
  const isInterpreter = /^(?:node|python[\d.]*|java|ruby|dotnet|deno|bun|electron|code)$/.test(program);
  return isInterpreter && script ? `${program} ${basename(script)} (pid ${pid})` : `${program} (pid ${pid})`;
}

function gone(fact: string, former?: ProcessIdentity, name?: string): LauncherVerdict {
  return {
    kind: 'gone',
    evidence: [{ source: 'parent', fact }],
    ...(former === undefined ? {} : { former }),
    ...(name === undefined ? {} : { name }),
  };
}

function unclear(fact: string): LauncherVerdict {
  return { kind: 'unclear', evidence: [{ source: 'parent', fact }] };
}
