import type { JournalEntry } from '../journal/index.ts';

/** What a process tells its guard. The end of the channel is a message too: the last one. */
export type GuardMessage =
  | { readonly type: 'watch'; readonly entry: JournalEntry }
  /** The session was cleaned up: nothing is left to do for it. */
  | { readonly type: 'release'; readonly id: string };
