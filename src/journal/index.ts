export { currentBootId, isFromThisBoot } from './boot.ts';
export type { JournalEntry } from './entry.ts';
export {
  type JournalPatch,
  forgetSession,
  journalFolder,
  readJournal,
  recordSession,
  updateSession,
} from './journal.ts';
