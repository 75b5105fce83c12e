import type { DoctorCheck } from '../model.ts';

/** Of `engines` in package.json; a unit test compares them. */
export const LEAST_NODE = [22, 12] as const;

/** The Node that runs sessions and checks: in the editor the editor's own. */
export const nodeCheck: DoctorCheck = {
  id: 'node',
  title: 'Node',
  look() {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
    const fact = `${process.versions.node} (${process.execPath})`;
    return Promise.resolve(
      isEnough
        ? { state: 'ok', fact }
        : { state: 'problem', fact, advice: `Install Node ${LEAST_NODE.join('.')} or later, or update the editor.` },
    );
  },
};
