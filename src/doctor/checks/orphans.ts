import { survey } from '../../orphans/index.ts';
import { createProcessReader } from '../../processes/index.ts';
import { count } from '../../support/index.ts';
import type { DoctorCheck } from '../model.ts';

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
