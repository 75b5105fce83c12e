import { type Automation, type BrowserProcess, type ProcessSample } from '../../browsers/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { costOf, memoryFact, trendFacts } from './costText.ts';
import { holdsOf, rendererFacts } from './rendererText.ts';
import { isSite, nameOfSession, sessionRowFacts, whatSessionShows } from './sessionText.ts';
import type { GroupName, RowLook, ShownTree } from './row.ts';
import type { SteadyNumbers } from './steadyNumbers.ts';

/** Names come from command lines and pages: as long as a row is wide, at most. */
const NAME_LENGTH = 60;

const GROUP_ICONS: Record<GroupName, string> = {
  managed: 'browser',
  debug: 'debug-alt',
  automation: 'server-process',
  orphans: 'warning',
  unknown: 'question',
  programs: 'vm-running',
  personal: 'account',
  leftovers: 'files',
};

function groupLabel(group: GroupName): string {
  switch (group) {
    case 'managed':
      return t('Managed sessions');
    case 'debug':
      return t('Debug sessions, tasks and terminals');
    case 'automation':
      return t('Other automation');
    case 'orphans':
      return t('Orphans');
    case 'unknown':
      return t('Not known whose');
    case 'programs':
      return t('Node programs of this workspace');
    case 'personal':
      return t('Personal browsers');
    case 'leftovers':
      return t('Leftover files');
  }
}

export function lookOfGroup(group: GroupName, rows: number): RowLook {
  const label = groupLabel(group);
  return {
    label,
    description: String(rows),
    icon: GROUP_ICONS[group],
    ...(group === 'orphans' ? { colour: 'list.warningForeground' } : {}),
    context: `group ${group}`,
    spoken: spokenGroup(group, label, rows),
  };
}

function spokenGroup(group: GroupName, label: string, rows: number): string {
  if (group === 'programs') return rows === 1 ? t('{0}, 1 program', label) : t('{0}, {1} programs', label, rows);
  return rows === 1 ? t('{0}, 1 browser', label) : t('{0}, {1} browsers', label, rows);
}

export function lookOfTree(shown: ShownTree, steady: SteadyNumbers): RowLook {
  const { sample, owned, session } = shown;
  const label = nameOfTree(shown);
  const whose = whoseTree(shown);
  const state = treeState(shown);
  const cost = costOf(sample, steady);
  const isOrphan = owned?.status === 'orphan';
  const endpoint = session?.endpoints.playwright ?? session?.endpoints.cdp;
  const context = [
    'tree process',
    session ? 'session' : '',
    isOrphan ? 'orphan' : '',
    // Of a session *Close Session* is the way: it cleans up.
    endable(shown) && !session ? 'endable' : '',
    endpoint || sample.tree.transport.kind === 'port' ? 'endpoint' : '',
    // *Check This Page*: a session's pages are known, and a browser with a port can list its own.
    session?.urls.some(isSite) || sample.tree.transport.kind === 'port' ? 'pages' : '',
    owned?.owner?.alive && owned.owner.kind !== 'leakwright' ? 'owned' : '',
  ];
  return {
    label,
    // The amount first: in a narrow side bar the rest is cut.
    description: [cost.text, state, whose].filter(Boolean).join(' · '),
    icon: shown.ending ? 'loading~spin' : treeIcon(shown),
    ...(isOrphan ? { colour: 'list.warningForeground' } : {}),
    context: context.filter(Boolean).join(' '),
    spoken: [label, state, cost.spoken, whose].filter(Boolean).join(', '),
  };
}

export function lookOfProcess(sample: ProcessSample, pages: ShownTree['pages'], steady: SteadyNumbers): RowLook {
  const label = nameOfProcess(sample, pages);
  const cost = costOf(sample, steady);
  const state = sample.process.info.state === 'stopped' ? t('stopped') : '';
  const renderer = pages.get(sample.process.info.pid);
  const holds = renderer ? holdsOf(sample.key, renderer, steady) : { text: '', spoken: '' };
  const hasPage = renderer?.parts.some(({ kind }) => kind === 'page') ?? false;
  return {
    label,
    description: [cost.text, state, holds.text].filter(Boolean).join(' · '),
    icon: processIcon(sample.process),
    context: hasPage ? 'process page' : 'process',
    spoken: [label, cost.spoken, state, holds.spoken].filter(Boolean).join(', '),
  };
}

/** What a browser runs beside its pages, together. */
export function lookOfHelpers(helpers: readonly ProcessSample[], steady: SteadyNumbers): RowLook {
  const label = t('Helpers');
  const bytes = helpers.reduce((sum, { key, memory }) => sum + (memory ? steady.bytes(key, memory.pssBytes) : 0), 0);
  const count = t('{0} processes', helpers.length);
  const size = bytes === 0 ? '' : formatBytes(bytes).replace('.0 MB', ' MB');
  return {
    label,
    description: [size, count].filter(Boolean).join(' · '),
    icon: 'gear',
    context: 'helpers',
    spoken: [label, size, count].filter(Boolean).join(', '),
  };
}

/** What a row calls a process: with what lives in it, where that is known. */
export function nameOfProcess({ process }: ProcessSample, pages: ShownTree['pages']): string {
  const page = pages.get(process.info.pid);
  return page?.label ? t('Renderer · {0}', plainText(page.label, NAME_LENGTH)) : processLabel(process);
}

/** Whether *End Tree* is offered: never for a person's own browser. */
export function endable({ owned, ending, sample }: ShownTree): boolean {
  if (ending || !owned || owned.status === 'personal') return false;
  return owned.status !== 'unknown' || sample.tree.automatedBy !== undefined;
}

/** What a row calls a browser. */
export function nameOfTree({ sample: { tree }, session, pages }: ShownTree): string {
  if (session) return nameOfSession(session, pages);
  const major = tree.version?.split('.')[0];
  return plainText(major ? `${tree.product} ${major}` : tree.product, NAME_LENGTH);
}

/** What a session shows, else who launched the browser. */
function whoseTree(shown: ShownTree): string {
  const { sample, owned, session } = shown;
  if (session) return whatSessionShows(session, nameOfTree(shown));
  const { tree } = sample;
  const tool = tree.automatedBy === undefined ? '' : toolName(tree.automatedBy);
  // A managed session's id is in the tooltip only.
  const owner = owned?.journalId ? owned.owner?.name.replace(` ${owned.journalId}`, '') : owned?.owner?.name;
  const name = owner === undefined ? tool : plainText(owner, NAME_LENGTH);
  return owned?.status === 'orphan' && name ? t('left by {0}', name) : name;
}

function toolName(tool: Automation): string {
  const names: Record<Automation, string> = {
    playwright: 'Playwright',
    puppeteer: 'Puppeteer',
    selenium: 'Selenium',
    'js-debug': t('the debugger'),
    mcp: t('an MCP server'),
    leakwright: 'Leakwright',
    'unknown tool': t('an unknown tool'),
  };
  return names[tool];
}

function treeState({ owned, ending, session }: ShownTree): string {
  if (ending) return t('ending…');
  if (session?.state === 'unresponsive') return t('does not answer');
  if (session?.state === 'closing') return t('closing…');
  if (owned?.status === 'abandoned') return t('idle');
  return '';
}

function treeIcon({ owned, session }: ShownTree): string {
  if (session || owned?.status === 'managed') return 'browser';
  if (owned?.status === 'orphan') return 'warning';
  if (owned?.status === 'personal') return 'account';
  if (owned?.status === 'unknown' || !owned) return 'question';
  return owned.owner?.kind === 'debug' ? 'debug-alt' : 'server-process';
}

/** Chromium's service names (`network.mojom.NetworkService`) for people. */
function serviceName(detail: string): string {
  const last = detail.split('.').at(-1) ?? detail;
  return last.replaceAll(/([a-z])([A-Z])/g, '$1 $2');
}

function processLabel({ role, detail, info }: BrowserProcess): string {
  const subject = detail === undefined ? undefined : plainText(detail, NAME_LENGTH);
  switch (role) {
    case 'browser':
      return t('Browser');
    case 'renderer':
      return subject ? t('Renderer · {0}', subject) : t('Renderer');
    case 'gpu':
      return t('GPU');
    case 'utility':
      return subject ? t('Utility · {0}', serviceName(subject)) : t('Utility');
    case 'zygote':
      return t('Zygote');
    case 'crashpad':
      return t('Crash handler');
    case 'driver':
      return t('Driver');
    case 'browser-ui':
      return t('Browser UI');
    case 'other':
      return plainText(info.name, NAME_LENGTH);
  }
}

function processIcon({ role }: BrowserProcess): string {
  const icons = { browser: 'browser', renderer: 'file-code', gpu: 'chip', driver: 'plug', 'browser-ui': 'window' };
  return Object.hasOwn(icons, role) ? icons[role as keyof typeof icons] : 'gear';
}

/** One line each for the tooltip: what it is, what it costs, whose it is and how we know. */
export function treeFacts({ sample, owned, session }: ShownTree, now: number): string[] {
  const { tree, memory, cpuPercent, trend } = sample;
  const facts = [
    `${[tree.product, tree.version, tree.channel].filter(Boolean).join(' ')}${tree.headless ? t(', headless') : ''}`,
    t('Process {0}, for {1}', tree.root.pid, formatDuration(Math.max(0, now - tree.root.startedAtMs))),
  ];
  if (memory) {
    facts.push(
      t(
        'Memory: {0} its share of all, {1} its own; {2} processes',
        formatBytes(memory.pssBytes),
        formatBytes(memory.ussBytes),
        tree.processes.length,
      ),
    );
  }
  facts.push(...trendFacts(trend));
  if (cpuPercent !== undefined) facts.push(t('Processor: {0} % of one core', cpuPercent.toFixed(1)));
  if (tree.profile) facts.push(t('Profile: {0} ({1})', tree.profile.path, tree.profile.kind));
  if (session) facts.push(...sessionRowFacts(session));
  if (owned?.owner) facts.push(t('Owner: {0} ({1})', owned.owner.name, owned.owner.alive ? t('alive') : t('gone')));
  for (const { fact } of owned?.evidence ?? tree.evidence) facts.push(`· ${fact}`);
  return facts.map((fact) => plainText(fact, 300));
}

export function processFacts(
  { process: { info, role, detail }, memory, cpuPercent, trend }: ProcessSample,
  pages: ShownTree['pages'],
  now: number,
): string[] {
  const facts = [
    `${processLabel({ info, role })}${detail ? ` · ${detail}` : ''}`,
    t('Process {0}, for {1}', info.pid, formatDuration(Math.max(0, now - info.startedAtMs))),
  ];
  if (memory) facts.push(memoryFact(memory));
  if (cpuPercent !== undefined) facts.push(t('Processor: {0} % of one core', cpuPercent.toFixed(1)));
  facts.push(...trendFacts(trend));
  facts.push(t('{0} threads', info.threads));
  const renderer = pages.get(info.pid);
  if (renderer) facts.push(...rendererFacts(renderer));
  return facts.map((fact) => plainText(fact, 300));
}
