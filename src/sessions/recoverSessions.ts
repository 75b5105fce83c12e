import { type JournalEntry, forgetSession, placeOf, readJournal } from '../journal/index.ts';
import { type ProcessIdentity, type ProcessReader, createProcessReader, sameProcess } from '../processes/index.ts';
import { type Log, describeError, silentLog } from '../support/index.ts';
import type { RecoveredSession } from './model.ts';
import { removeSessionFolder } from './sessionFolder.ts';
import { endSessionProcesses, tracesOf } from './sessionProcesses.ts';

/** A kept profile is written to while its browser ends; a fresh one is thrown away with it. */
const KEPT_PROFILE_GRACE_MS = 2000;

export interface RecoverOptions {
  readonly reader?: ProcessReader;
  readonly log?: Log;
  /** Only sessions of this host. */
  readonly host?: ProcessIdentity;
}

/**
 * Cleans up after sessions whose host is gone: ends their browsers, removes their folders, and takes them out of the
 * journal. Sessions whose host lives are not touched. Never fails; what could not be done is in the result.
 */
export async function recoverSessions(
  options: RecoverOptions = {},
): Promise<{ readonly recovered: readonly RecoveredSession[]; readonly issues: readonly string[] }> {
  const log = options.log ?? silentLog;
  const { entries, issues } = await readJournal();
  for (const issue of issues) log.warn(issue);
  const recovered: RecoveredSession[] = [];
  if (entries.length === 0) return { recovered, issues };
  let reader: ProcessReader;
  try {
    reader = options.reader ?? createProcessReader();
  } catch (error) {
    // Where processes cannot be seen, a host cannot be proven gone.
    return { recovered, issues: [...issues, describeError(error)] };
  }
  for (const entry of entries) {
    if (options.host && !sameProcess(entry.host, options.host)) continue;
    const place = placeOf(entry);
    // Another container's, on the same files: its own tools clean up after it.
    if (place === 'elsewhere') continue;
    if (place === 'here' && (await reader.lives(entry.host))) continue;
    const result = await recoverEntry(entry, reader);
    recovered.push(result);
    log.info(
      `Cleaned up session ${entry.id}, whose host (pid ${entry.host.pid}) is gone: ${result.processesEnded} processes ended.`,
    );
    for (const issue of result.issues) log.warn(issue);
  }
  return { recovered, issues };
}

/** Cleans up after one session. Its host must be gone. */
export async function recoverEntry(entry: JournalEntry, reader: ProcessReader): Promise<RecoveredSession> {
  const issues: string[] = [];
  const profileIsKept = entry.profile !== undefined && !entry.profile.startsWith(`${entry.folder}/`);
  let processesEnded = 0;
  let processesGone = false;
  try {
    const { ended, survivors } = await endSessionProcesses(
      reader,
      tracesOf(entry),
      profileIsKept ? KEPT_PROFILE_GRACE_MS : 0,
    );
    processesEnded = ended;
    processesGone = survivors.length === 0;
    for (const { pid } of survivors) issues.push(`Process ${pid} of session ${entry.id} could not be ended.`);
  } catch (error) {
    issues.push(`The processes of session ${entry.id} could not be looked for: ${describeError(error)}`);
  }
  const reason = await removeSessionFolder(entry.folder, entry.id);
  if (reason !== undefined) issues.push(`The folder '${entry.folder}' is left: ${reason}.`);

  // Only the entry leads to the session's processes and files, so it stays until all are gone. A folder that is not ours to
  // remove never becomes so, and is no reason to keep it.
  const complete = processesGone && reason === undefined;
  if (processesGone && (reason === undefined || !reason.startsWith('it cannot be removed'))) {
    await forgetSession(entry.id).catch((error: unknown) => issues.push(describeError(error)));
  }
  return { id: entry.id, folder: entry.folder, processesEnded, folderRemoved: reason === undefined, complete, issues };
}
