import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import type { DatabaseSync } from 'node:sqlite';
import { LeakwrightError, describeError, makeOwnFile, ownStateFolderOf } from '../../support/index.ts';

/** How long a writer waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 10_000;
const SCHEMA_VERSION = 1;

/** The attachment comes last: SQLite does not read the pages of columns that are not selected. */
const SCHEMA = `
CREATE TABLE scopes (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  maxRecords INTEGER NOT NULL, maxBytes INTEGER NOT NULL, ttlMs INTEGER, maxValues INTEGER NOT NULL,
  records INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0,
  lastSequence INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE records (
  scope INTEGER NOT NULL REFERENCES scopes(id) ON DELETE CASCADE, sequence INTEGER NOT NULL,
  at INTEGER NOT NULL, bytes INTEGER NOT NULL, value TEXT NOT NULL, attachment TEXT,
  UNIQUE (scope, sequence)
);
CREATE TABLE keyed (
  place INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL REFERENCES scopes(id) ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL, expiresAt INTEGER,
  UNIQUE (scope, key)
);
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens a store's file, making it where it is not there.
 *
 * @throws LeakwrightError `stores.unavailable` without `node:sqlite`, or when the file cannot be used
 */
export function openDatabase(file: string): DatabaseSync {
  const sqlite = loadSqlite();
  let db: DatabaseSync | undefined;
  try {
    ownStateFolderOf(file);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // SQLite makes the files beside it with the rights of this one.
    if (file !== ':memory:') makeOwnFile(file);
    db = new sqlite.DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    prepareFile(db, file);
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof LeakwrightError ? error : unusable(file, error);
  }
}

function prepareFile(db: DatabaseSync, file: string): void {
  // Only a new, empty file takes this one: it lets the file shrink.
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = db.prepare('PRAGMA user_version').get()!['user_version'] as number;
    if (version === 0) db.exec(SCHEMA);
    if (version > SCHEMA_VERSION) {
      throw new LeakwrightError('stores.unavailable', `'${file}' was written by a newer Leakwright.`, {
        hint: 'Update this one, or use another file.',
      });
    }
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function unusable(file: string, error: unknown): LeakwrightError {
  return new LeakwrightError('stores.unavailable', `The file '${file}' cannot be used: ${describeError(error)}.`, {
    hint: 'It must be a file that Leakwright made, in a folder that can be written to.',
    cause: error,
  });
}

/**
 * `node:sqlite`, loaded so that its absence is no crash. Its "experimental" warning is of no use to our users and is left
 * out.
 */
function loadSqlite(): typeof Sqlite {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  let sqlite: typeof Sqlite | undefined;
  try {
    sqlite = process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  if (!sqlite) {
    throw new LeakwrightError('stores.unavailable', `This Node (${process.version}) has no SQLite.`, {
      hint: 'Use Node 22.13 or newer, or keep the history in Redis (redis://…).',
    });
  }
  return sqlite;
}
