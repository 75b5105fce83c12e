import type { JournalEntry } from '../journal/index.ts';
import { createProcessReader } from '../processes/index.ts';
import { poll } from '../support/index.ts';
import { recoverEntry } from './recoverSessions.ts';

/** The channel may close a little before its process is dead. */
const HOST_PATIENCE_MS = 5000;
/** A guard exits at the latest this long after its channel closed, in ms. */
const DEADLINE_MS = 60_000;

/**
 * Runs as a guard: remembers which sessions the parent has open, and when the channel to it closes, for whatever reason,
 * cleans up after those that were not released. Has no other job, loads no Playwright, and always exits by itself.
 */
export function runGuard(): void {
  const watched = new Map<string, JournalEntry>();
  process.on('message', (message: GuardMessage) => {
    if (message.type === 'watch') watched.set(message.entry.id, message.entry);
    else watched.delete(message.id);
  });
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), DEADLINE_MS).unref();
    void cleanUpAfter([...watched.values()]).finally(() => process.exit(0));
  });
  // A Ctrl-C or a closed terminal is for the parent; the guard works after the parent's end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  // Started by hand, or the parent went before we were up.
  if (!process.connected) process.exit(0);
}

async function cleanUpAfter(entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const reader = createProcessReader();
  for (const entry of entries) {
    // A host that lives on without its channel still has its sessions in hand.
    const isGone = await poll(async () => !(await reader.lives(entry.host)), 20, HOST_PATIENCE_MS);
    if (isGone) await recoverEntry(entry, reader);
  }
}

/** The messages of a process to its guard. A closed channel starts the clean-up. */
export type GuardMessage =
  | { readonly type: 'watch'; readonly entry: JournalEntry }
  /** The session was cleaned up: nothing is left to do for it. */
  | { readonly type: 'release'; readonly id: string };
