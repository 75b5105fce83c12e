import { findBrowser, installCommand } from '../../browsers/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import type { DiagnoseOptions, DoctorCheck } from '../model.ts';

const SOURCES = {
  setting: 'named by a setting or an option',
  playwright: 'downloaded by Playwright',
  system: 'installed on this machine',
} as const;

/** What {@link findBrowser} is asked for a session of this source. */
export function browserWanted({ source, workspaceFolder }: DiagnoseOptions) {
  return {
    ...(source.executablePath === undefined ? {} : { executablePath: source.executablePath }),
    ...(source.family === undefined ? {} : { family: source.family }),
    ...(source.channel === undefined ? {} : { channel: source.channel }),
    ...(workspaceFolder === undefined ? {} : { workspaceFolder }),
  };
}

/** Whether there is a browser to launch, and which it is. */
export const browserCheck: DoctorCheck = {
  id: 'browser',
  title: 'Browser',
  look(options) {
    const wanted = browserWanted(options);
    try {
      const { product, executablePath, source } = findBrowser(wanted);
      return Promise.resolve({ state: 'ok', fact: `${product}, ${SOURCES[source]} (${executablePath})` });
    } catch (error) {
      if (!(error instanceof LeakwrightError)) throw error;
      const install = wanted.executablePath === undefined ? installCommand(wanted) : undefined;
      return Promise.resolve({
        state: 'problem',
        fact: error.message,
        ...(error.hint === undefined ? {} : { advice: error.hint }),
        remedy: install ? { kind: 'run', command: install } : { kind: 'setting', name: 'executablePath' },
      });
    }
  },
};
