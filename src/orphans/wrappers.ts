import { basename } from 'node:path';
import { type BrowserTree, recogniseProgram } from '../browsers/index.ts';
import { type ProcessInfo, type ProcessTable, childrenOf, descendantsOf, scriptOf } from '../processes/index.ts';

/**
 * The topmost process that only runs this very browser and waits for it: `sh -c "chromium …"`, `xvfb-run chromium …`,
 * `timeout 60 chromium …`. A script that takes the same switches, or a shell that runs tests beside the browser, is a
 * launcher.
 */
export function skipWrappers(tree: BrowserTree, table: ProcessTable): ProcessInfo {
  return wrappersOf(tree, table).at(-1) ?? tree.root;
}

/**
 * The processes above the root that only run this browser, nearest first: each repeats the browser's own switches and has no
 * child but it and what it needs (a display).
 */
function wrappersOf(tree: BrowserTree, table: ProcessTable): ProcessInfo[] {
  const marks = tree.root.commandLine.filter((argument) =>
    /^--(?:user-data-dir|remote-debugging-port|port)=.+/.test(argument),
  );
  if (tree.profile && tree.profile.kind !== 'default') marks.push(tree.profile.path);
  // A wrapper that is a subreaper has been given the browser's crash handler.
  const members = new Set(tree.processes.map(({ info }) => info.pid));
  const wrappers: ProcessInfo[] = [];
  let top = tree.root;
  for (let parent = table.processes.get(top.ppid); parent && parent.pid > 1; parent = table.processes.get(top.ppid)) {
    const text = parent.commandLine.join(' ');
    const wraps = isWrapper(parent, tree.root) && marks.some((mark) => text.includes(mark));
    if (!wraps || parent.startTime > top.startTime) break;
    const others = childrenOf(table, parent.pid).filter((child) => child.pid !== top.pid && child.state !== 'zombie');
    if (!others.every((other) => isDisplay(other) || members.has(other.pid))) break;
    wrappers.push(parent);
    top = parent;
  }
  return wrappers;
}

/**
 * What was started with the browser for it alone, and is of no use without it: the wrappers above it, and the display that
 * one of them runs. They are to end after it, since a wrapper cleans up when it sees its browser end.
 */
export function companionsOf(tree: BrowserTree, table: ProcessTable): ProcessInfo[] {
  const members = new Set(tree.processes.map(({ info }) => info.pid));
  const found = new Map<number, ProcessInfo>();
  for (const wrapper of wrappersOf(tree, table)) {
    found.set(wrapper.pid, wrapper);
    for (const below of descendantsOf(table, wrapper.pid, ({ pid }) => members.has(pid))) found.set(below.pid, below);
  }
  return [...found.values()];
}

/** A command line in words, and each of its arguments that is a line itself (`script -c 'chromium …'`). */
function linesOf({ commandLine }: ProcessInfo): (readonly string[])[] {
  return [commandLine.slice(1), ...commandLine.filter((text) => text.includes(' ')).map((text) => text.split(/\s+/))];
}

/**
 * Whether a program was told to run this very browser and nothing else: the browser's name and some of its own arguments end
 * its command line (`timeout 60 chromium …`, `tini -s -- chromium …`). What interprets a script does more.
 */
function isToldToRun(info: ProcessInfo, root: ProcessInfo): boolean {
  if (scriptOf(info).script !== undefined) return false;
  const own = new Set(root.commandLine);
  return linesOf(info).some((words) => {
    const at = words.findIndex((_, index) => recogniseProgram({ commandLine: words.slice(index) })?.role === 'browser');
    return at !== -1 && at + 1 < words.length && words.slice(at + 1).every((word) => own.has(word));
  });
}

function isWrapper(info: ProcessInfo, root: ProcessInfo): boolean {
  if (!isShell(info)) return isToldToRun(info, root);
  const at = info.commandLine.findIndex((argument, index) => index > 0 && !/^-[a-z]*[a-bd-z]$/.test(argument));
  const first = info.commandLine[at] ?? '';
  if (/^-[a-z]*c$/.test(first) || basename(first) === 'xvfb-run') return true;
  // Debian's `/bin/sh -e /usr/bin/chromium-headless-shell …` waits for the browser of the same name.
  return recogniseProgram({ commandLine: info.commandLine.slice(at) })?.role === 'browser';
}

/** An X server that shows its display in no screen of the machine: in memory, in a window, or to viewers. */
export function isDisplayServer(info: ProcessInfo): boolean {
  return /^(?:Xvfb|Xephyr|Xvnc|Xtigervnc|Xtightvnc)$/.test(basename(info.commandLine[0] ?? info.name));
}

function isDisplay(info: ProcessInfo): boolean {
  return isDisplayServer(info) || /^(?:weston|dbus-daemon)$/.test(basename(info.commandLine[0] ?? info.name));
}

export function isShell(info: ProcessInfo): boolean {
  return /^-?(?:ba|da|z|k|a|fi)?sh$/.test(basename(info.commandLine[0] ?? info.name));
}
