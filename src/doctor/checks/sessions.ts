import { journalFolder, readJournal } from '../../journal/index.ts';
import { survey } from '../../orphans/index.ts';
import { createProcessReader } from '../../processes/index.ts';
import { count } from '../../support/index.ts';
import type { DoctorCheck } from '../model.ts';

/** The record of sessions: how many it has, and whether each file is valid. */
export const journalCheck: DoctorCheck = {
  id: 'journal',
  title: 'Journal',
  async look() {
    const { entries, issues } = await readJournal();
    const fact = entries.length === 0 ? 'no session on record' : `${count(entries.length, 'session')} on record`;
    if (issues.length === 0) return { state: 'ok', fact: `${fact} (${journalFolder()})` };
    return {
      state: 'note',
      fact: `${fact}. ${issues.slice(0, 3).join(' ')}`,
      advice: 'Files that cannot be believed are set aside and do no harm; look at them if you did not expect any.',
    };
  },
};

/** Finds browsers whose launcher has ended. */
export const orphansCheck: DoctorCheck = {
  id: 'orphans',
  title: 'Orphans',
  async look() {
    const { trees } = await survey({ reader: createProcessReader() });
    const orphans = trees.filter(({ status }) => status === 'orphan').length;
    const browsers = trees.length === 0 ? 'no browser runs' : `${count(trees.length, 'browser')} running`;
    if (orphans === 0) return { state: 'ok', fact: `${browsers}, none of them orphaned` };
    return {
      state: 'note',
      fact: `${browsers}, ${orphans} of them left behind by programs that are gone`,
      advice: 'End them: leakwright clean (in the editor: Clean Up Orphans…)',
      remedy: { kind: 'cleanUp' },
    };
  },
};
