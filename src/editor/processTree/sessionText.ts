import type { SessionInfo } from '../../sessions/index.ts';
import { plainText } from '../../support/index.ts';
import { countTexts } from '../managed/closeSummary.ts';
import { sessionFacts, sourceText } from '../managed/sessionFacts.ts';
import { t } from '../translate.ts';
import type { HoldingsRow, RowLook, SessionRow, ShownTree } from './row.ts';

const NAME_LENGTH = 60;
/** Of a page's title, so that the host behind it can be seen as well. */
const TITLE_LENGTH = 40;

/**
 * What a session is called: the name it was given, else its first page and where that is from
 * (`Checkout - Shop · localhost:5173 +1`: there is another page), else its browser.
 */
export function nameOfSession(session: SessionInfo, pages?: ShownTree['pages']): string {
  if (hasOwnName(session)) return plainText(session.name, NAME_LENGTH);
  const titles = new Map(
    [...(pages?.values() ?? [])]
      .flatMap(({ parts }) => parts)
      .filter(({ kind }) => kind === 'page')
      .map(({ url, title }) => [url, title ?? '']),
  );
  // The session's list is in the order of its tabs; the map is younger.
  const urls = session.urls.filter((url) => titles.has(url));
  const open = (urls.length > 0 ? urls : titles.size > 0 ? [...titles.keys()] : session.urls).filter(isSite);
  const [first] = open;
  if (first === undefined) return browserOf(session);
  const title = plainText(titles.get(first) ?? '', TITLE_LENGTH);
  const others = open.length > 1 ? ` +${open.length - 1}` : '';
  return `${[title, hostOf(first)].filter(Boolean).join(' · ')}${others}`;
}

/** What stands beside that name. */
export function whatSessionShows(session: SessionInfo, name: string): string {
  if (!hasOwnName(session)) return name === browserOf(session) ? '' : browserOf(session);
  return plainText([...new Set(session.urls.filter(isSite).map(hostOf))].join(', '), NAME_LENGTH);
}

function hasOwnName({ name, browser }: SessionInfo): boolean {
  return name !== browser.name;
}

function browserOf({ browser }: SessionInfo): string {
  return plainText(`${browser.name} ${browser.version.split('.')[0] ?? ''}`.trim(), NAME_LENGTH);
}

/** Whether it is a page of a site: not an empty tab, nor one of the browser's own pages. */
export function isSite(url: string): boolean {
  return /^(?:https?|file):/.test(url) && URL.canParse(url);
}

/** `localhost:5173`; of a file its name. */
function hostOf(url: string): string {
  const { host, pathname } = new URL(url);
  return host || plainText(pathname.split('/').at(-1) ?? '', TITLE_LENGTH);
}

/** A session whose browser has no processes here that are ours to show. */
export function sessionRow(session: SessionInfo): SessionRow {
  const label = nameOfSession(session);
  const state = session.state === 'closing' ? t('closing…') : '';
  const description = [sourceText(session), state, whatSessionShows(session, label)].filter(Boolean).join(' · ');
  const hasEndpoint = session.endpoints.playwright !== undefined || session.endpoints.cdp !== undefined;
  return {
    kind: 'session',
    id: `session ${session.id}`,
    look: {
      label,
      description,
      icon: session.source === 'attach' ? 'plug' : 'remote',
      context: ['session', hasEndpoint ? 'endpoint' : '', session.urls.some(isSite) ? 'pages' : '']
        .filter(Boolean)
        .join(' '),
      spoken: `${label}, ${description}`,
    },
    session,
    children: [holdingsRow(session)],
  };
}

export function holdingsRow(session: SessionInfo): HoldingsRow {
  return {
    kind: 'holdings',
    id: `holdings ${session.id}`,
    look: lookOfHoldings(session),
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

/** For the tooltip of a session or of its resources. */
export function sessionRowFacts(session: SessionInfo): string[] {
  const facts = [
    ...session.urls.slice(0, 5).map((url) => t('Page: {0}', url)),
    ...(session.urls.length > 5 ? [t('… and {0} more', session.urls.length - 5)] : []),
    ...sessionFacts(session),
  ];
  return facts.map((fact) => plainText(fact, 300));
}
