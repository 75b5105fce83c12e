import { findBrowser, installCommand, findPlaywright } from '../../browsers/index.ts';
import { type CleanupSummary, openSession } from '../../sessions/index.ts';
import { defined, LeakwrightError, formatDuration } from '../../support/index.ts';
import type { DiagnoseOptions, DoctorCheck } from '../model.ts';

const SOURCES = {
  setting: 'named by a setting or an option',
  playwright: 'downloaded by Playwright',
  system: 'installed on this machine',
} as const;

/** The options of {@link findBrowser} for a session of this source. */
function browserWanted({ source, workspaceFolder }: DiagnoseOptions) {
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

/**
 * Starts the browser and ends it again, as a check would: only that shows a missing library, a sandbox that is not
 * allowed or a profile folder that cannot be made.
 */
export const launchCheck: DoctorCheck = {
  id: 'launch',
  title: 'Starting it',
  async look(options) {
    const { launch = true, source, workspaceFolder, signal, log } = options;
    if (!launch || !isFound(options)) return undefined;
    const startedAt = performance.now();
    const session = await openSession({
      source: { ...source, headless: true },
      purpose: 'check',
      name: 'Doctor',
      endpoints: [],
      capture: { enabled: false },
      ...defined({ workspaceFolder, signal, log }),
    });
    const fact = `${session.product} ${session.version} starts in ${formatDuration(performance.now() - startedAt)}`;
    let warnings: readonly string[];
    let summary: CleanupSummary;
    try {
      ({ warnings } = await session.info());
    } finally {
      summary = await session.close();
    }
    if (!summary.successful) {
      const left = [...summary.errors.map(({ message }) => message), ...summary.remaining].join('; ');
      return { state: 'problem', fact: `${fact}, but it could not be cleaned up: ${left}.` };
    }
    if (warnings.length > 0) return { state: 'note', fact: `${fact} and leaves nothing. ${warnings.join(' ')}` };
    return { state: 'ok', fact: `${fact} and leaves nothing.` };
  },
};

/** Without a browser there is nothing to start; the browser check has reported that. */
function isFound(options: DiagnoseOptions): boolean {
  try {
    findBrowser(browserWanted(options));
    return true;
  } catch {
    return false;
  }
}
