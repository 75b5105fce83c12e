import { LEAST_NODE, isNodeRecentEnough } from '../../support/index.ts';
import type { DoctorCheck } from '../model.ts';

/** The Node that runs sessions and checks: in the editor the editor's own. */
export const nodeCheck: DoctorCheck = {
  id: 'node',
  title: 'Node',
  look() {
    const fact = `${process.versions.node} (${process.execPath})`;
    return Promise.resolve(
      isNodeRecentEnough()
        ? { state: 'ok', fact }
        : { state: 'problem', fact, advice: `Install Node ${LEAST_NODE.join('.')} or later, or update the editor.` },
    );
  },
};
