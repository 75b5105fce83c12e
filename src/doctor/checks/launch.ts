import { findBrowser } from '../../browsers/index.ts';
import { type CleanupSummary, openSession } from '../../sessions/index.ts';
import { defined, formatDuration } from '../../support/index.ts';
import type { DiagnoseOptions, DoctorCheck } from '../model.ts';
import { browserWanted } from './browser.ts';

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

/** Without a browser to start, the question does not arise: that has been said already. */
function isFound(options: DiagnoseOptions): boolean {
  try {
    findBrowser(browserWanted(options));
    return true;
  } catch {
    return false;
  }
}
