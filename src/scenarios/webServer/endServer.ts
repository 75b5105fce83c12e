import {
  type ProcessInfo,
  type ProcessReader,
  ancestorsOf,
  endTree,
  identityOf,
  membersOf,
  sameProcess,
} from '../../processes/index.ts';
import { type ServerTraces, type SurvivingProcess, WEB_SERVER_VARIABLE } from './keeperProtocol.ts';

/** How often to search again for processes that started while others were ended. */
const MAX_ROUNDS = 4;

/**
 * Ends a server with everything it started, and searches again until no process is left: its tree, its process group and
 * session, and whatever carries its mark in the environment (a daemon that left both).
 *
 * @returns what could not be ended
 */
export async function endServer(reader: ProcessReader, traces: ServerTraces): Promise<readonly SurvivingProcess[]> {
  const { root, shutdown } = traces;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const members = await findServerProcesses(reader, traces);
    if (members.length === 0) return [];
    await endTree(root, {
      reader,
      members: members.map((member) => identityOf(member)),
      graceMs: round === 0 ? shutdown.graceMs : 0,
      // The whole group, as Ctrl-C does: the shell in front of a server would not pass it on.
      ...(process.platform === 'win32' ? {} : { askNicely: async () => await signalGroup(root.pid, shutdown.signal) }),
    });
  }
  return (await findServerProcesses(reader, traces)).map(({ pid, name }) => ({ pid, name }));
}

/** Only sends the signal; the caller waits for the end. */
async function signalGroup(groupId: number, signal: NodeJS.Signals): Promise<void> {
  await Promise.resolve();
  process.kill(-groupId, signal);
}

async function findServerProcesses(reader: ProcessReader, { id, root }: ServerTraces): Promise<ProcessInfo[]> {
  const table = await reader.readTable();
  const untouchable = new Set([process.pid, ...ancestorsOf(table, process.pid).map(({ pid }) => pid)]);
  const found = new Map<number, ProcessInfo>();
  const add = (info: ProcessInfo): void => {
    if (info.state !== 'zombie' && !untouchable.has(info.pid)) found.set(info.pid, info);
  };
  const now = table.processes.get(root.pid);
  if (now && sameProcess(now, root)) for (const member of membersOf(table, now)) add(member);
  for (const info of table.processes.values()) {
    if (found.has(info.pid) || info.state === 'zombie') continue;
    if (process.getuid && info.uid !== process.getuid()) continue;
    // A server's processes are not older than its root: that spares reading most environments.
    if (info.startTime < root.startTime) continue;
    if ((await reader.readEnvironment(info))?.[WEB_SERVER_VARIABLE] === id) add(info);
  }
  return [...found.values()];
}
