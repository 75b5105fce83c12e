import { type JournalEntry, placeOf } from '../journal/index.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  type ProcessTable,
  ancestorsOf,
  childrenOf,
  identityOf,
  membersOf,
  isAlive,
  sameProcess,
  endTree,
  identityKey,
} from '../processes/index.ts';
import { defined } from '../support/index.ts';

/** In the environment of every browser we launch: tells a session's processes even when nothing else was written down. */
export const SESSION_VARIABLE = 'LEAKWRIGHT_SESSION';

/** What is known of a session when its processes are looked for. */
export interface SessionTraces {
  readonly id: string;
  readonly folder: string;
  readonly profile?: string;
  readonly browser?: ProcessIdentity;
}

export function tracesOf(entry: JournalEntry): SessionTraces {
  return {
    id: entry.id,
    folder: entry.folder,
    ...defined({ profile: entry.profile }),
    // Of another boot's identities nothing can be left.
    ...(entry.browser === undefined || placeOf(entry) !== 'here' ? {} : { browser: identityOf(entry.browser) }),
  };
}

/** Whether a command line names this profile folder: Chromium and WebKit, crashpad, Firefox. */
function usesProfileIn(info: ProcessInfo, folder: string): boolean {
  return info.commandLine.some(
    (argument, index) =>
      argument.startsWith(`--user-data-dir=${folder}/`) ||
      argument.startsWith(`--database=${folder}/`) ||
      (info.commandLine[index - 1] === '-profile' && argument.startsWith(`${folder}/`)),
  );
}

/**
 * The living processes of a session, found from its traces alone: the recorded browser, and what was started for this
 * session. An editor or a shell that merely names the folder is not one of them.
 */
export async function findSessionProcesses(
  reader: ProcessReader,
  traces: SessionTraces,
  table?: ProcessTable,
): Promise<ProcessInfo[]> {
  const sample = table ?? (await reader.readTable());
  const found = new Map<number, ProcessInfo>();
  const untouchable = new Set([process.pid, ...ancestorsOf(sample, process.pid).map((ancestor) => ancestor.pid)]);
  const add = (info: ProcessInfo) => {
    // A record that names one of our ancestors is wrong, and so is all that follows from it.
    if (untouchable.has(info.pid)) return;
    for (const member of membersOf(sample, info)) {
      if (isAlive(member) && !untouchable.has(member.pid)) found.set(member.pid, member);
    }
  };
  const { browser } = traces;
  const recorded = browser && sample.processes.get(browser.pid);
  if (recorded && sameProcess(recorded, browser) && isAlive(recorded)) add(recorded);

  for (const info of sample.processes.values()) {
    if (found.has(info.pid) || untouchable.has(info.pid) || !isAlive(info)) continue;
    if (process.getuid && info.uid !== process.getuid()) continue;
    if (usesProfileIn(info, traces.folder)) {
      add(info);
      continue;
    }
    // Not proof, but reason to read its environment: reading that of all processes would take long.
    const suspicious =
      (traces.profile !== undefined && info.commandLine.some((argument) => argument.includes(traces.profile!))) ||
      (browser !== undefined && info.sessionId === browser.pid);
    if (suspicious && (await reader.readEnvironment(info))?.[SESSION_VARIABLE] === traces.id) add(info);
  }
  return [...found.values()];
}

/** The browser that this process just launched, and the profile on its command line. */
export async function findLaunchedRoot(
  reader: ProcessReader,
  traces: SessionTraces,
): Promise<{ readonly root: ProcessInfo; readonly profile: string | undefined } | undefined> {
  const table = await reader.readTable();
  for (const root of childrenOf(table, process.pid)) {
    const profile = profileOf(root);
    const ours = usesProfileIn(root, traces.folder) || (profile !== undefined && profile === traces.profile);
    if (ours && isAlive(root)) return { root, profile };
  }
  return undefined;
}

function profileOf(info: ProcessInfo): string | undefined {
  for (const [index, argument] of info.commandLine.entries()) {
    if (argument.startsWith('--user-data-dir=')) return argument.slice('--user-data-dir='.length);
    if (argument === '-profile') return info.commandLine[index + 1];
  }
  return undefined;
}

/** The topmost of these: no other of them is its parent. */
export function rootsAmong(processes: readonly ProcessInfo[]): ProcessInfo[] {
  const pids = new Set(processes.map((info) => info.pid));
  return processes.filter((info) => !pids.has(info.ppid));
}

/** The identity of this very process. */
export async function ownIdentity(reader: ProcessReader): Promise<ProcessIdentity> {
  const info = await reader.readProcess(process.pid);
  return { pid: process.pid, startTime: info?.startTime ?? 0 };
}

/**
 * Memory in bytes that these processes have for themselves or share only among each other: what the system gets back when
 * they end. Cheap enough for a clean-up that the user waits for.
 */
export async function exclusiveMemoryOf(reader: ProcessReader, processes: readonly ProcessIdentity[]): Promise<number> {
  const memories = await Promise.all(processes.map((identity) => reader.readMemory(identity, { quick: true })));
  return memories.reduce((sum, memory) => sum + (memory?.anonBytes ?? 0), 0);
}

/** How many descriptors this process has open; 0 where the system does not say. */
export async function countOwnFiles(reader: ProcessReader): Promise<number> {
  try {
    return (await reader.countOpenFiles(await ownIdentity(reader))) ?? 0;
  } catch {
    return 0;
  }
}

/** How often to search again for processes that started while others were ended. */
const MAX_ROUNDS = 4;

export interface EndedProcesses {
  readonly ended: number;
  readonly survivors: readonly ProcessIdentity[];
}

/**
 * Ends all processes of a session, found by its traces, and searches again until none is left.
 *
 * @param graceMs how long browsers may take to end themselves; 0 forces at once
 */
export async function endSessionProcesses(
  reader: ProcessReader,
  traces: SessionTraces,
  graceMs: number,
): Promise<EndedProcesses> {
  const seen = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = await findSessionProcesses(reader, traces);
    if (found.length === 0) return { ended: seen.size, survivors: [] };
    for (const info of found) seen.add(identityKey(info));
    const members = found.map((info) => identityOf(info));
    for (const root of rootsAmong(found)) await endTree(root, { reader, members, graceMs });
  }
  const survivors = (await findSessionProcesses(reader, traces)).map((info) => identityOf(info));
  return { ended: Math.max(0, seen.size - survivors.length), survivors };
}
