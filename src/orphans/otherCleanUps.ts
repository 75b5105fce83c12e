import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  type ProcessTable,
  ancestorsOf,
} from '../processes/index.ts';
import { systemClock } from '../support/index.ts';

/** How long another clean-up may take to end what it has begun with, in ms. */
const PATIENCE_MS = 8_000;
const POLL_MS = 50;

/** A `leakwright clean` or `kill`: it uses no browser, and what it is connected to it is about to end. */
export function isCleanUp({ commandLine }: Pick<ProcessInfo, 'commandLine'>): boolean {
  const at = commandLine.findIndex((argument) => /(?:^|[/\\])(?:leakwright|cli\.[jt]s)$/.test(argument));
  return at !== -1 && commandLine.slice(at + 1).some((argument) => argument === 'clean' || argument === 'kill');
}

/** Whether another clean-up than this process runs. */
function anotherCleansUp(table: ProcessTable, selfPid = process.pid): boolean {
  const ours = new Set([selfPid, ...ancestorsOf(table, selfPid).map(({ pid }) => pid)]);
  return [...table.processes.values()].some((info) => !ours.has(info.pid) && isCleanUp(info));
}

/** Waits until none of these lives, as long as another clean-up may be ending them. Returns whether all are gone. */
export async function endedByAnother(processes: readonly ProcessIdentity[], reader: ProcessReader): Promise<boolean> {
  const until = systemClock.monotonic() + PATIENCE_MS;
  for (;;) {
    const living = await Promise.all(processes.map((info) => reader.lives(info)));
    if (!living.includes(true)) return true;
    if (systemClock.monotonic() >= until || !anotherCleansUp(await reader.readTable())) return false;
    await systemClock.sleep(POLL_MS);
  }
}
