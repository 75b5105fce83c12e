import type { HousekeepingStatistics, SessionInfo } from '../../sessions/index.ts';
import { formatDuration } from '../../support/index.ts';
import { t } from '../translate.ts';
import { countTexts } from './closeSummary.ts';

/** Where a session's browser comes from, for people. */
export function sourceText({ source, browser }: SessionInfo): string {
  switch (source) {
    case 'launch':
      return browser.headless ? t('launched, headless') : t('launched');
    case 'attach':
      return t('attached');
    case 'connect':
      return t('on a Playwright server');
    case 'grid':
      return t('on a Selenium Grid');
  }
}

/** What a session is and holds at the moment, a line each. Pages have their own lines elsewhere. */
export function sessionFacts(session: SessionInfo): string[] {
  const { endpoints, resources, idleMs, profile } = session;
  const kinds = [endpoints.playwright ? 'Playwright' : '', endpoints.cdp ? 'CDP' : ''].filter(Boolean);
  return [
    t('Session: {0}, idle for {1}', sourceText(session), formatDuration(idleMs)),
    t('Holds: {0}', countTexts(resources).join(', ') || t('nothing yet')),
    ...(kinds.length > 0 ? [t('Endpoints for scripts: {0}', kinds.join(', '))] : []),
    ...(profile === undefined || profile.startsWith(session.folder) ? [] : [t('Kept profile: {0}', profile)]),
    ...session.warnings,
  ];
}

/** What housekeeping did so far in this window, a line each. */
export function housekeepingFacts(statistics: HousekeepingStatistics): string[] {
  const { cleanupsPerformed, memoryCleanups, timeCleanups, lastCleanup } = statistics;
  if (cleanupsPerformed === 0) return [t('Housekeeping: none was needed yet')];
  const last = lastCleanup === undefined ? '' : new Date(lastCleanup).toLocaleTimeString();
  return [
    t('Housekeeping: {0} times, last at {1}', cleanupsPerformed, last),
    t('· because it was time: {0}; because memory was short: {1}', timeCleanups, memoryCleanups),
    t(
      '· removed: {0} requests, {1} cursors, {2} sessions',
      statistics.requestsExpired + statistics.entriesTrimmed,
      statistics.cursorsExpired,
      statistics.sessionsExpired,
    ),
  ];
}
