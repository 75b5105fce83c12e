import { type ProcessIdentity, type ProcessReader, endTree, identityKey, identityOf } from '../processes/index.ts';
import { type SessionTraces, findSessionProcesses, rootsAmong } from './sessionProcesses.ts';

/** Looks this often for processes that came while others were ended. */
const MAX_ROUNDS = 4;

export interface EndedProcesses {
  readonly ended: number;
  readonly survivors: readonly ProcessIdentity[];
}

/**
 * Ends whatever runs for a session, found by its traces, and looks again until nothing is left.
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
