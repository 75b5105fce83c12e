import { existsSync, rmSync } from 'node:fs';

const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;
const REMOVAL = { recursive: true, force: true } as const;

/**
 * Removes a folder in which processes that are just ending may still write and remove files. Node's `rmSync` alone does not: when
 * something in the folder vanishes meanwhile it stops there, leaves the rest, and says nothing (seen with Node 24).
 * @throws when the folder is still there after 10 s
 */
export function removeFolder(folder: string): void {
  const deadline = performance.now() + PATIENCE_MS;
  let reason: unknown = new Error(`${folder} comes back whenever it is removed.`);
  do {
    try {
      rmSync(folder, REMOVAL);
    } catch (error) {
      reason = error;
    }
    if (!existsSync(folder)) return;
    pause();
  } while (performance.now() < deadline);
  throw reason;
}

/** Sleeps without returning to the event loop, for clean-up that a test framework does not wait for. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
