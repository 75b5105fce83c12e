import type { HousekeepingStatistics, SessionInfo } from '../../sessions/index.ts';
import { plainText } from '../../support/index.ts';
import { countTexts } from '../managed/closeSummary.ts';
import { housekeepingFacts, sessionFacts, sourceText } from '../managed/sessionFacts.ts';
import { t } from '../translate.ts';
import type { HoldingsRow, RowLook, SessionRow } from './row.ts';

const NAME_LENGTH = 60;

/** A session whose browser has no processes here that are ours to show. */
export function sessionRow(session: SessionInfo): SessionRow {
  const major = session.browser.version.split('.')[0] ?? '';
  const label = plainText(
    session.name === session.browser.name ? `${session.name} ${major}`.trim() : session.name,
    NAME_LENGTH,
  );
  const state = session.state === 'closing' ? t('closing…') : '';
  const description = [sourceText(session), state].filter(Boolean).join(' · ');
  const hasEndpoint = session.endpoints.playwright !== undefined || session.endpoints.cdp !== undefined;
  return {
    kind: 'session',
    id: `session ${session.id}`,
    look: {
      label,
      description,
      icon: session.source === 'attach' ? 'plug' : 'remote',
      context: hasEndpoint ? 'session endpoint' : 'session',
      spoken: `${label}, ${description}`,
    },
    expanded: true,
    session,
    children: [holdingsRow(session)],
  };
}

export function holdingsRow(session: SessionInfo): HoldingsRow {
  return {
    kind: 'holdings',
    id: `holdings ${session.id}`,
    look: lookOfHoldings(session),
    expanded: false,
    session,
    children: [],
  };
}

function lookOfHoldings({ resources }: SessionInfo): RowLook {
  const label = t('Holds');
  const texts = countTexts(resources);
  return {
    label,
    description: texts.join(' · ') || t('nothing yet'),
    icon: 'list-unordered',
    context: 'holdings',
    spoken: [label, ...texts].join(', '),
  };
}

/** For the tooltip of a session, or of what it holds. */
export function sessionRowFacts(session: SessionInfo): string[] {
  const facts = [
    ...session.urls.slice(0, 5).map((url) => t('Page: {0}', url)),
    ...(session.urls.length > 5 ? [t('… and {0} more', session.urls.length - 5)] : []),
    ...sessionFacts(session),
  ];
  return facts.map((fact) => plainText(fact, 300));
}

/** For the tooltip of the group of sessions. */
export function managedFacts(statistics: HousekeepingStatistics | undefined): string[] {
  return statistics ? housekeepingFacts(statistics) : [];
}
