import { pidNamespaceLives, readBootId, readPidNamespace } from '../processes/index.ts';
import type { JournalEntry } from './entry.ts';

/**
 * Where an entry was written, seen from here.
 * - `here`: its identities mean processes of our table
 * - `gone`: of an earlier boot, or of a container that has ended: none of its processes lives
 * - `elsewhere`: in another pid namespace on the same files (a container, a sandbox): its processes may live, and are not to
 *   be found by their pids
 */
export type EntryPlace = 'here' | 'gone' | 'elsewhere';

interface Here {
  readonly bootId: string | undefined;
  readonly pidNamespace: string | undefined;
}

let here: Here | undefined;

/** The running boot and our pid namespace, where start times count from boot (Linux); else both undefined. */
export function currentPlace(): Here {
  here ??= { bootId: readBootId(), pidNamespace: readPidNamespace() };
  return here;
}

export function placeOf(
  entry: Pick<JournalEntry, 'bootId' | 'pidNamespace'>,
  now: Here = currentPlace(),
  lives: (namespace: string) => boolean | undefined = pidNamespaceLives,
): EntryPlace {
  if (entry.bootId !== undefined && now.bootId !== undefined && entry.bootId !== now.bootId) return 'gone';
  if (entry.pidNamespace === undefined || now.pidNamespace === undefined) return 'here';
  if (entry.pidNamespace === now.pidNamespace) return 'here';
  return lives(entry.pidNamespace) === false ? 'gone' : 'elsewhere';
}
