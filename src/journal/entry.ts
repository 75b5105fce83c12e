import { isAbsolute } from 'node:path';
import type { ProcessIdentity } from '../processes/index.ts';
import { defined } from '../support/index.ts';

/** Who launched what, and what it left where: one entry a session, written before its browser is launched. */
export interface JournalEntry {
  readonly schema: 1;
  /** The session's id, which is also the file's name. */
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /**
   * The boot it was written in, where the system tells (Linux). Start times there count from boot, so identities from
   * another boot say nothing: whatever they named is gone.
   */
  readonly bootId?: string;
  /**
   * The pid namespace it was written in (`pid:[4026531836]`), where the system has such: a pid of another container on the
   * same files means nothing here.
   */
  readonly pidNamespace?: string;
  /** The process that drives the browser: the session host, or the leak run. */
  readonly host: ProcessIdentity;
  /** The process on whose behalf the host works: the editor, a terminal, an agent. */
  readonly client: ProcessIdentity;
  /** Undefined until the browser runs: after a crash during launch it is found by the folder in its command line. */
  readonly browser?: ProcessIdentity & { readonly executable: string };
  /** The session's own folder, directly inside the OS temp folder; everything it writes lies within. */
  readonly folder: string;
  /** The browser's profile, inside `folder` unless the user named one to keep. */
  readonly profile?: string;
  readonly purpose: 'session' | 'check';
}

/** Ids become file names, so nothing but these characters may be in them. */
const ID = /^[a-z0-9-]{4,64}$/;

export function isEntryId(id: string): boolean {
  return ID.test(id);
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function identityIn(value: unknown): ProcessIdentity | undefined {
  if (!isFields(value)) return undefined;
  const { pid, startTime } = value;
  // Pid 0 and 1 can never be ours, and a wrong one must not get as far as a kill.
  if (!Number.isSafeInteger(pid) || (pid as number) <= 1) return undefined;
  if (typeof startTime !== 'number' || !Number.isFinite(startTime) || startTime < 0) return undefined;
  return { pid: pid as number, startTime };
}

function textIn(value: unknown, maxLength = 4096): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength && !value.includes('\0')
    ? value
    : undefined;
}

/**
 * Reads an entry from JSON that another program may have written: only the fields we know, each checked.
 *
 * @returns the entry, or a phrase that says what is wrong with it
 */
export function parseEntry(text: string, id: string): JournalEntry | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isFields(value)) return 'it is not an object';
  if (value['schema'] !== 1) return `its schema is ${JSON.stringify(value['schema']) ?? 'missing'}, not 1`;
  if (value['id'] !== id) return 'its id is not its file name';
  const createdAt = textIn(value['createdAt'], 64);
  if (createdAt === undefined || Number.isNaN(Date.parse(createdAt))) return 'createdAt is not a date';
  const host = identityIn(value['host']);
  const client = identityIn(value['client']);
  if (!host || !client) return 'host or client is not a process identity';
  const folder = textIn(value['folder']);
  if (folder === undefined || !isAbsolute(folder)) return 'folder is not an absolute path';
  const purpose = value['purpose'];
  if (purpose !== 'session' && purpose !== 'check') return 'purpose is neither session nor check';

  let browser: JournalEntry['browser'];
  if (value['browser'] !== undefined) {
    const identity = identityIn(value['browser']);
    const executable = isFields(value['browser']) ? textIn(value['browser']['executable']) : undefined;
    if (!identity || executable === undefined) return 'browser is not a process identity with an executable';
    browser = { ...identity, executable };
  }
  const bootId = value['bootId'] === undefined ? undefined : textIn(value['bootId'], 64);
  if (value['bootId'] !== undefined && bootId === undefined) return 'bootId is not text';
  const pidNamespace = value['pidNamespace'] === undefined ? undefined : textIn(value['pidNamespace'], 64);
  if (value['pidNamespace'] !== undefined && pidNamespace === undefined) return 'pidNamespace is not text';
  const profile = value['profile'] === undefined ? undefined : textIn(value['profile']);
  if (value['profile'] !== undefined && (profile === undefined || !isAbsolute(profile))) {
    return 'profile is not an absolute path';
  }
  return {
    schema: 1,
    id,
    createdAt,
    ...defined({ bootId, pidNamespace }),
    host,
    client,
    ...defined({ browser }),
    folder,
    ...defined({ profile }),
    purpose,
  };
}
