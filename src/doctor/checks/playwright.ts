import { findPlaywright } from '../../browsers/index.ts';
import type { DoctorCheck } from '../model.ts';

/** Which Playwright drives the browsers. Its browsers and its version go together. */
export const playwrightCheck: DoctorCheck = {
  id: 'playwright',
  title: 'Playwright',
  look({ workspaceFolder }) {
    const found = findPlaywright(workspaceFolder);
    if (!found) {
      return Promise.resolve({
        state: 'problem',
        fact: 'Playwright is not installed.',
        advice: 'Install it in the workspace: npm install --save-dev playwright',
        remedy: { kind: 'run', command: ['npm', 'install', '--save-dev', 'playwright'] },
      });
    }
    const whose = found.source === 'workspace' ? "the workspace's own" : 'the one that comes with Leakwright';
    return Promise.resolve({ state: 'ok', fact: `${found.version}, ${whose} (${found.entry})` });
  },
};
