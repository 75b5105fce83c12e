import { findBrowser, installCommand } from '../../browsers/index.ts';
import { defined, LeakwrightError } from '../../support/index.ts';
import type { DiagnoseOptions, DoctorCheck } from '../model.ts';

const SOURCES = {
  setting: 'named by a setting or an option',
  playwright: 'downloaded by Playwright',
  system: 'installed on this machine',
} as const;

/** The options of {@link findBrowser} for a session of this source. */
export function browserWanted({ source, workspaceFolder }: DiagnoseOptions) {
  return {
    ...defined({
      executablePath: source.executablePath,
      family: source.family,
      channel: source.channel,
      workspaceFolder,
    }),
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
        ...defined({ advice: error.hint }),
        remedy: install ? { kind: 'run', command: install } : { kind: 'setting', name: 'executablePath' },
      });
    }
  },
};
