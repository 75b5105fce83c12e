import { basename, relative } from 'node:path';
import { type QuickPickItem, QuickPickItemKind, workspace } from 'vscode';
import { defined, plainText } from '../../support/index.ts';
import { normalizeUrl } from '../checks/address.ts';
import type { RecentCheck, RecentChecks } from '../checks/recentChecks.ts';
import { checkedName } from '../checks/runningCheck.ts';
import { engine } from '../lazyBundles.ts';
import { t } from '../translate.ts';
import type { DevServer } from './devServers.ts';
import { readProjectPages } from './projectPages.ts';

/** Where a check may begin. */
export type StartPoint =
  | { readonly kind: 'recent'; readonly recent: RecentCheck }
  | { readonly kind: 'page'; readonly url: string; readonly folder?: string; readonly config?: string }
  /** A server that is not running yet. */
  | { readonly kind: 'script'; readonly script: string; readonly folder: string };

export type StartItem = QuickPickItem & { readonly point?: StartPoint };

/** Known without a search: pages checked before, and pages that the folders name. */
export function knownStarts(recent: RecentChecks): StartItem[] {
  // A process that was checked by its id is most likely gone.
  const lasting = recent.list.filter(({ properties }) => properties.nodePid === undefined);
  return section(t('Checked before'), lasting.slice(0, 5).map(recentItem));
}

/** What runs on this machine, then what the folders would start. */
export async function foundStarts(): Promise<StartItem[]> {
  const folders = (workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const servers = await engine().findDevServers(engine().createProcessReader(), folders);
  const running = new Set(servers.map(({ url }) => new URL(url).port));
  const projects = folders.map((folder) => ({ folder, ...readProjectPages(folder) }));
  const configured = projects.flatMap(({ folder, configured: pages }) =>
    pages
      .filter(({ url, startsServer }) => startsServer && !running.has(new URL(url).port))
      .map(({ url, config }): StartItem => ({
        label: checkedName(url),
        description: t('{0}: its web server is started', config),
        point: { kind: 'page', url, folder, config },
      })),
  );
  const scripts = projects
    .filter(({ folder }) => !servers.some((server) => isIn(server, folder)))
    .flatMap(({ folder, scripts: all }) =>
      all.slice(0, 2).map(({ name, command }): StartItem => ({
        label: `npm run ${name}`,
        description: `${basename(folder)} · ${plainText(command, 80)}`,
        detail: t('Starts it in a terminal, and waits for its page.'),
        point: { kind: 'script', script: name, folder },
      })),
    );
  return [
    ...section(t('Running on this machine'), servers.map(serverItem)),
    ...section(t('Not running yet'), [...configured, ...scripts]),
  ];
}

/** What is typed, as an address. */
export function typedStart(text: string): StartItem | undefined {
  const url = normalizeUrl(text);
  if (url === undefined) return undefined;
  return {
    label: checkedName(url),
    description: t('the address as typed'),
    alwaysShow: true,
    point: { kind: 'page', url },
  };
}

function recentItem(recent: RecentCheck): StartItem {
  const steps = recent.click.map((selector) => plainText(selector, 40)).join(' → ');
  return {
    label: checkedName(recent.url),
    description: steps || textsOfProgram(recent).join(' → ') || t('its links'),
    point: { kind: 'recent', recent },
  };
}

/** What an iteration does to a Node program. */
const textsOfProgram = ({ properties: { request = [], evaluate = [] } }: RecentCheck): string[] =>
  [request, evaluate].flat().map((text) => plainText(text, 40));

/** `localhost:5173` `vite · shop`, with the title of its page. */
function serverItem({ url, tool, folder, title }: DevServer): StartItem {
  return {
    label: checkedName(url).replace(/\/$/, ''),
    description: [tool, folder === undefined ? '' : plainText(basename(folder), 60)].filter(Boolean).join(' · '),
    ...defined({ detail: title }),
    point: { kind: 'page', url, ...defined({ folder }) },
  };
}

function isIn({ folder }: DevServer, project: string): boolean {
  return folder !== undefined && !relative(project, folder).startsWith('..');
}

function section(label: string, items: readonly StartItem[]): StartItem[] {
  return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
}
