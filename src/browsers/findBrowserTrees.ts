import { basename } from 'node:path';
import {
  type ProcessInfo,
  type ProcessTable,
  ancestorsOf,
  byStart,
  descendantsOf,
  identityOf,
} from '../processes/index.ts';
import { type AutomationFacts, judgeAutomation } from './automation.ts';
import type { BrowserProcess, BrowserTree } from './browserTree.ts';
import { type ProfileContext, profileContext } from './profiles.ts';
import { type Program, recogniseProgram } from './programs.ts';
import { Switches } from './switches.ts';

/**
 * A crash handler starts just before the first child of the browser it serves (*measured: 0 to 10 ms*); on an overloaded
 * machine much longer.
 */
const CRASHPAD_START_MS = 30_000;

/** What the kernel keeps of a program's name, in bytes. */
const LONGEST_NAME = 15;

/** Start times may be whole seconds (ps). */
const CLOCK_STEP_MS = 1000;

interface Candidate {
  readonly info: ProcessInfo;
  readonly program: Program;
}

interface Draft {
  readonly root: ProcessInfo;
  readonly members: Map<number, ProcessInfo>;
}

/**
 * The browsers in a process table, each with all its processes, in start order. A driver (chromedriver …) is the root of its
 * tree with the browser below it. Children whose browser died are found as a tree of their own, rooted at the oldest.
 * Applications built on Electron are no browsers.
 */
export function findBrowserTrees(table: ProcessTable, context: ProfileContext = profileContext()): BrowserTree[] {
  const candidates = new Map<number, Candidate>();
  for (const info of table.processes.values()) {
    const program = recogniseProgram(info);
    if (program) candidates.set(info.pid, { info, program });
  }
  if (candidates.size === 0) return [];
  for (const candidate of renamedBrowsers(table, candidates)) candidates.set(candidate.info.pid, candidate);

  const roots = findRoots(table, candidates);
  const drafts = roots.map((root) => draftTree(table, root, new Set(roots.map(({ pid }) => pid))));
  const taken = new Set(drafts.flatMap(({ members }) => [...members.keys()]));
  const stray = [...candidates.values()].filter(({ info }) => !taken.has(info.pid));
  return withoutShared(drafts, adoptStrays(table, stray, drafts, candidates))
    .map((draft) => describe(table, draft, candidates, context))
    .sort((a, b) => byStart(a.root, b.root));
}

/**
 * A process table that was read while processes started and ended may place a process in two trees. Trees of living browsers come
 * first. Of the processes that ended browsers left, the larger tree comes first: the smaller one is a part of it.
 */
function withoutShared(living: readonly Draft[], left: readonly Draft[]): Draft[] {
  const taken = new Set<number>();
  const kept: Draft[] = [];
  for (const { root, members } of [...living, ...left.toSorted((a, b) => b.members.size - a.members.size)]) {
    if (taken.has(root.pid)) continue;
    const own = [...members].filter(([pid]) => !taken.has(pid));
    for (const [pid] of own) taken.add(pid);
    kept.push({ root, members: new Map(own) });
  }
  return kept;
}

/**
 * Browsers that were started under another name (`exec -a worker chromium …`): the kernel still has its program's name, and the command
 * lines of its children say what it is. Without it they would look like what an ended browser left.
 */
function renamedBrowsers(table: ProcessTable, candidates: ReadonlyMap<number, Candidate>): Candidate[] {
  const found = new Map<number, Candidate>();
  for (const { info: child, program } of candidates.values()) {
    const info = table.processes.get(child.ppid);
    if (program.family !== 'chromium' || !program.switches.has('--type') || !info || candidates.has(info.pid)) continue;
    if (info.name !== basename(program.path).slice(0, LONGEST_NAME) || info.commandLine.length === 0) continue;
    const { family, product, path, folder } = program;
    const switches = new Switches(info.commandLine);
    if (!switches.has('--type'))
      found.set(info.pid, { info, program: { family, product, path, folder, switches, role: 'browser' } });
  }
  return [...found.values()];
}

/** Drivers, and browsers that no other part of a browser started. */
function findRoots(table: ProcessTable, candidates: ReadonlyMap<number, Candidate>): ProcessInfo[] {
  const roots: ProcessInfo[] = [];
  for (const { info, program } of candidates.values()) {
    if (program.role !== 'browser' && program.role !== 'driver') continue;
    // Between fork and exec a browser's child still has its parent's command line. A zombie's is empty.
    const parent = candidates.get(info.ppid);
    if (parent && parent.program.family === program.family) continue;
    if (parent?.program.role === 'driver') continue;
    roots.push(info);
  }
  return roots.sort(byStart);
}

function draftTree(table: ProcessTable, root: ProcessInfo, roots: ReadonlySet<number>): Draft {
  const members = new Map([[root.pid, root]]);
  // A browser started from within another (by a native messaging host, say) is a tree of its own.
  const stopAt = ({ pid }: ProcessInfo) => roots.has(pid);
  const add = (process: ProcessInfo) => {
    if (members.has(process.pid)) return;
    members.set(process.pid, process);
    for (const below of descendantsOf(table, process.pid, stopAt)) members.set(below.pid, below);
  };
  for (const below of descendantsOf(table, root.pid, stopAt)) members.set(below.pid, below);
  if (root.sessionId === root.pid)
    for (const process of table.processes.values())
      if (process.sessionId === root.pid && !roots.has(process.pid) && !belowRoot(table, process, roots)) add(process);
  return { root, members };
}

function belowRoot(table: ProcessTable, process: ProcessInfo, roots: ReadonlySet<number>): boolean {
  return ancestorsOf(table, process.pid).some(({ pid }) => roots.has(pid));
}

/**
 * Parts of browsers that are below no living browser: crash handlers, which a browser starts by forking twice, and children
 * whose browser (or zygote) died. Adds them to the tree they belong to; the others become trees of their own.
 */
function adoptStrays(
  table: ProcessTable,
  strays: readonly Candidate[],
  drafts: readonly Draft[],
  candidates: ReadonlyMap<number, Candidate>,
): Draft[] {
  const crashpads: Candidate[] = [];
  const fragments: { readonly draft: Draft; readonly keys: Set<string> }[] = [];
  const keysOfDrafts = drafts.map(({ members }) => keysOf(table, [...members.values()], candidates));

  for (const stray of [...strays].sort((a, b) => byStart(a.info, b.info))) {
    if (stray.program.role === 'crashpad') {
      crashpads.push(stray);
      continue;
    }
    const keys = keysOf(table, [stray.info], candidates);
    const shares = (others: ReadonlySet<string>) => [...keys].some((key) => others.has(key));
    const fragment = fragments.find(({ draft, keys: others }) => draft.members.has(stray.info.pid) || shares(others));
    let home = drafts.find((_, index) => shares(keysOfDrafts[index]!)) ?? fragment?.draft;
    if (fragment && home === fragment.draft) for (const key of keys) fragment.keys.add(key);
    if (!home) {
      home = { root: stray.info, members: new Map() };
      fragments.push({ draft: home, keys: new Set(keys) });
    }
    home.members.set(stray.info.pid, stray.info);
    addBelow(table, home, stray.info, candidates);
  }

  const homes = [...drafts, ...fragments.map(({ draft }) => draft)];
  const lone: Draft[] = [];
  const places = crashpadHomes(homes, candidates);
  for (const crashpad of crashpads) {
    const home = homeOfCrashpad(crashpad, places);
    if (home) home.members.set(crashpad.info.pid, crashpad.info);
    // Firefox's ends by itself when its browser does, and is nothing to show alone.
    else if (crashpad.program.family === 'chromium')
      lone.push({ root: crashpad.info, members: new Map([[crashpad.info.pid, crashpad.info]]) });
  }
  return [...fragments.map(({ draft }) => draft), ...lone];
}

function addBelow(
  table: ProcessTable,
  draft: Draft,
  process: ProcessInfo,
  candidates: ReadonlyMap<number, Candidate>,
): void {
  const isRoot = ({ pid }: ProcessInfo) => ['browser', 'driver'].includes(candidates.get(pid)?.program.role ?? '');
  for (const below of descendantsOf(table, process.pid, isRoot)) draft.members.set(below.pid, below);
}

/**
 * What two processes of one browser have in common and those of two browsers never have: the profile folder, since a browser
 * locks it (together with the user and the program, since names in temp folders are only unique there), and a session or
 * group whose leader is gone. A living leader may be a shell with several browsers in its session.
 */
function keysOf(
  table: ProcessTable,
  processes: readonly ProcessInfo[],
  candidates: ReadonlyMap<number, Candidate>,
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { pid, uid, sessionId, groupId } of processes) {
    const candidate = candidates.get(pid);
    if (!candidate || candidate.program.role === 'crashpad') continue;
    const profile = candidate.program.switches.value('--user-data-dir');
    if (profile) keys.add(`profile ${uid} ${candidate.program.folder} ${profile}`);
    if (sessionId > 1 && !table.processes.has(sessionId)) keys.add(`session ${sessionId}`);
    if (groupId > 1 && !table.processes.has(groupId)) keys.add(`group ${groupId}`);
  }
  return keys;
}

/** A living browser, and when it started its first child: its crash handlers came just before that. */
interface CrashpadHome {
  readonly draft: Draft;
  readonly browser: Candidate;
  readonly firstChild: ProcessInfo;
}

function crashpadHomes(
  drafts: readonly Draft[],
  candidates: ReadonlyMap<number, Candidate>,
): { readonly byPid: ReadonlyMap<string, Draft>; readonly homes: readonly CrashpadHome[] } {
  const byPid = new Map<string, Draft>();
  const homes: CrashpadHome[] = [];
  for (const draft of drafts) {
    const members = [...draft.members.values()].sort(byStart);
    for (const { pid } of members) {
      const program = candidates.get(pid)?.program;
      const handler = program?.switches.value('--crashpad-handler-pid');
      if (handler) byPid.set(handler, draft);
      if (program?.role === 'browser')
        homes.push({
          draft,
          browser: candidates.get(pid)!,
          firstChild: members.find(({ ppid }) => ppid === pid) ?? draft.members.get(pid)!,
        });
    }
  }
  return { byPid, homes };
}

function homeOfCrashpad(
  { info, program }: Candidate,
  { byPid, homes }: ReturnType<typeof crashpadHomes>,
): Draft | undefined {
  const named = byPid.get(String(info.pid));
  if (named) return named;
  if (program.family === 'firefox')
    return homes.find(({ browser }) => String(browser.info.pid) === program.switches.first())?.draft;
  // When the browser is gone nothing links a handler to it; handlers end when their connection to it closes.
  let best: { readonly draft: Draft; readonly distance: number } | undefined;
  for (const { draft, browser, firstChild } of homes) {
    if (browser.info.uid !== info.uid || browser.info.startedAtMs > info.startedAtMs + CLOCK_STEP_MS) continue;
    if (!sameInstallation(browser.program.folder, program.folder)) continue;
    const apart = Math.abs(firstChild.startedAtMs - info.startedAtMs);
    // Of two that started in one tick of the clock, the one with the nearer pid.
    const distance = apart + Math.abs(firstChild.pid - info.pid) / 1e7;
    if (apart <= CRASHPAD_START_MS && (!best || distance < best.distance)) best = { draft, distance };
  }
  return best?.draft;
}

/** Wrapper scripts (`exec -a`) let a browser name itself `/usr/bin/google-chrome`, so only a program's own folder rules a home out. */
function sameInstallation(browser: string, helper: string): boolean {
  return (
    browser === helper ||
    helper.startsWith(browser) ||
    !browser.includes('/') ||
    /^\/(?:usr\/)?(?:local\/)?bin$/.test(browser)
  );
}

function describe(
  table: ProcessTable,
  { root, members }: Draft,
  candidates: ReadonlyMap<number, Candidate>,
  context: ProfileContext,
): BrowserTree {
  const others = [...members.values()].filter(({ pid }) => pid !== root.pid).sort(byStart);
  const processes = [root, ...others].map((info) => toBrowserProcess(info, members, candidates));
  const rootProgram = candidates.get(root.pid)!.program;
  const isDriver = rootProgram.role === 'driver';
  const browser = processes.find(({ role }) => role === 'browser')?.info;
  // With the browser gone, its children repeat the switches that matter (--user-data-dir, --remote-debugging-*).
  const teller =
    browser ?? processes.find(({ role }) => role !== 'driver' && role !== 'crashpad' && role !== 'other')?.info;
  const program = (teller && candidates.get(teller.pid)?.program) ?? rootProgram;
  const facts: AutomationFacts =
    isDriver && !browser
      ? {
          headless: false,
          transport: { kind: 'none' },
          automatedBy: 'selenium',
          evidence: [{ source: 'command-line', fact: `${rootProgram.product} is a driver that has no browser open` }],
        }
      : judgeAutomation(
          program,
          browser ?? root,
          ancestorsOf(table, root.pid),
          isDriver ? rootProgram : undefined,
          context,
        );
  const crashpad = others.map(({ pid }) => candidates.get(pid)?.program).find((other) => other?.role === 'crashpad');
  const version = program.version ?? crashpad?.version;
  const channel = program.channel ?? crashpad?.channel;
  return {
    root,
    family: program.family,
    product: program.product,
    ...(version ? { version } : {}),
    ...(channel ? { channel } : {}),
    headless: facts.headless,
    ...(facts.profile ? { profile: facts.profile } : {}),
    transport: facts.transport,
    ...(facts.automatedBy ? { automatedBy: facts.automatedBy } : {}),
    evidence:
      browser || isDriver
        ? facts.evidence
        : [{ source: 'parent', fact: 'The browser process it belonged to is gone' }, ...facts.evidence],
    processes,
    ...(browser ? { browser: identityOf(browser) } : {}),
    ...(isDriver ? { driver: identityOf(root) } : {}),
  };
}

function toBrowserProcess(
  info: ProcessInfo,
  members: ReadonlyMap<number, ProcessInfo>,
  candidates: ReadonlyMap<number, Candidate>,
): BrowserProcess {
  const program = candidates.get(info.pid)?.program;
  if (!program || isWrapper(info, members, candidates)) return { info, role: 'other' };
  const parent = members.has(info.ppid) ? candidates.get(info.ppid) : undefined;
  // Forked by a browser and not yet what it is going to be.
  const unfinished = parent?.program.role === 'browser' && !isWrapper(parent.info, members, candidates);
  if (program.role === 'browser' && unfinished) return { info, role: 'other' };
  return program.detail === undefined
    ? { info, role: program.role }
    : { info, role: program.role, detail: program.detail };
}

/** The shell that runs Playwright's WebKit and waits for it: once there is a browser below it, that one is the browser. */
function isWrapper(
  info: ProcessInfo,
  members: ReadonlyMap<number, ProcessInfo>,
  candidates: ReadonlyMap<number, Candidate>,
): boolean {
  return (
    candidates.get(info.pid)?.program.wrapper === true &&
    [...members.values()].some(({ pid, ppid }) => ppid === info.pid && candidates.get(pid)?.program.role === 'browser')
  );
}
