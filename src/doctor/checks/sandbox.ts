import { needsNoSandbox } from '../../browsers/index.ts';
import type { DoctorCheck } from '../model.ts';

/** Chromium's own protection against what pages do. Whether it is allowed where it is wanted, the launch shows. */
export const sandboxCheck: DoctorCheck = {
  id: 'sandbox',
  title: 'Sandbox',
  look({ source }) {
    if ((source.family ?? 'chromium') !== 'chromium') return Promise.resolve(undefined);
    if (needsNoSandbox('chromium')) {
      return Promise.resolve({
        state: 'note',
        fact: 'Chromium runs without its sandbox, since you are root, for whom it has none.',
        advice: 'Open only pages you trust, as your own development server, or work as another user.',
      });
    }
    if (source.noSandbox) {
      return Promise.resolve({ state: 'note', fact: 'Chromium runs without its sandbox, as an option asks.' });
    }
    return Promise.resolve({ state: 'ok', fact: 'Chromium runs in its sandbox.' });
  },
};
