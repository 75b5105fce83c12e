import { tmpdir } from 'node:os';
import { basename, sep } from 'node:path';

/** How long before its browser a tool makes the profile, in ms: a test runner's start lies in between. */
const MADE_BEFORE_MS = 60_000;
/** Chromium makes a folder that is not there when it starts, some ms later, on a busy machine seconds. */
const MADE_AFTER_MS = 10_000;

/** A part of a name that a program made: mkdtemp's six letters, a number of five digits, a UUID. */
const CHANCE = /(?=[^-_.]*\d)[A-Za-z0-9]{6,}|\d{5,}|(?=[^-_.]*[a-z][^-_.]*[A-Z])[A-Za-z0-9]{6,}/;

/** Whether a name has such a part, so that no other script can know it. */
export function isNamedByChance(path: string): boolean {
  return CHANCE.test(basename(path));
}

/** Whether a folder was made for one browser: right before or when that started. Both in ms since the epoch. */
export function isMadeWith(madeAtMs: number, startedAtMs: number): boolean {
  return madeAtMs >= startedAtMs - MADE_BEFORE_MS && madeAtMs <= startedAtMs + MADE_AFTER_MS;
}

/** Whether the folder lies in a place for temporary files. */
export function isInTemporaryPlace(path: string, tempFolders: readonly string[] = [tmpdir()]): boolean {
  return [...tempFolders, '/tmp', '/var/tmp', '/private/tmp', '/dev/shm'].some((folder) =>
    path.startsWith(folder + sep),
  );
}
