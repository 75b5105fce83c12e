import { MemoryRecordStore, type Store, openStore } from '../stores/index.ts';
import { type Log, describeError } from '../support/index.ts';
import type { CapturedRequest } from './requestCapture.ts';

/** Where captured requests rest, when not in the memory of the session host. */
const CAPTURE_STORE_VARIABLE = 'LEAKWRIGHT_CAPTURE_STORE';

export interface CaptureStore {
  readonly store: Store<CapturedRequest>;
  /** Whether it takes the memory of this machine. */
  readonly isHere: boolean;
}

/**
 * Opens what the environment names: an SQLite file or a Redis server (`redis://…`), else this process's memory. One that cannot be
 * used makes a warning, and sessions start all the same.
 */
export async function openCaptureStore(
  log: Log,
  place = process.env[CAPTURE_STORE_VARIABLE] ?? '',
): Promise<CaptureStore> {
  const inMemory = { store: new MemoryRecordStore<CapturedRequest>(), isHere: true };
  if (place === '' || place === 'memory:') return inMemory;
  try {
    return { store: await openStore<CapturedRequest>(place), isHere: false };
  } catch (error) {
    log.warn(`Captured requests are kept in memory: ${describeError(error)}`);
    return inMemory;
  }
}
