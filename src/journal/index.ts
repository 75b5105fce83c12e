export { currentPlace, placeOf } from './place.ts';
export type { JournalEntry } from './entry.ts';
export { forgetSession, journalFolder, readJournal, recordSession, updateSession } from './journal.ts';
