export { type EntryPlace, currentBootId, currentPlace, isFromThisBoot, placeOf } from './place.ts';
export type { JournalEntry } from './entry.ts';
export {
  type JournalPatch,
  forgetSession,
  journalFolder,
  readJournal,
  recordSession,
  updateSession,
} from './journal.ts';
