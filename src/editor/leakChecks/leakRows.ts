import { basename } from 'node:path';
import type { FindingHistory, FindingSummary, RunSummary } from '../../history/index.ts';
import { type Severity, type Verdict, leaksOf } from '../../leaks/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { type RunningCheck, checkedName, progressText, runningText } from '../checks/runningCheck.ts';
import { t } from '../translate.ts';

/** A row of the Leak checks view, before it becomes the editor's own object. */
export interface LeakRow {
  /** Stable: selection and expansion stay. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Lines. */
  readonly tooltip: readonly string[];
  /** What a screen reader says: icons have a text. */
  readonly spoken: string;
  readonly icon: string;
  /** A theme colour's id. */
  readonly colour?: string;
  /** For `when` clauses: words. */
  readonly context: string;
}

export type LeakNode =
  | { readonly kind: 'running'; readonly check: RunningCheck }
  | { readonly kind: 'group'; readonly group: Group; readonly size: number }
  | { readonly kind: 'leak'; readonly leak: FindingHistory }
  | { readonly kind: 'run'; readonly run: RunSummary }
  | { readonly kind: 'runFinding'; readonly run: RunSummary; readonly finding: FindingSummary };

type Group = 'leaks' | 'gone' | 'runs';

const NAME_LENGTH = 120;

export function groupsOf(leaks: readonly FindingHistory[], runs: readonly RunSummary[]): LeakNode[] {
  const size = {
    leaks: leaks.filter(isOpen).length,
    gone: leaks.filter((leak) => !isOpen(leak)).length,
    runs: runs.length,
  };
  return (['leaks', 'gone', 'runs'] as const)
    .filter((group) => size[group] > 0)
    .map((group) => ({ kind: 'group', group, size: size[group] }));
}

/** The newest run of its scenario still has it, and no rule ignores it. */
export function isOpen({ present, latest }: FindingHistory): boolean {
  return present && latest.ignored === undefined;
}

/** @param language BCP 47, for dates */
export function leakRow(node: LeakNode, language: string, now = Date.now()): LeakRow {
  const at = (iso: string) => new Date(iso).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  switch (node.kind) {
    case 'running':
      return rowOfRunning(node.check, now);
    case 'group':
      return groupRow(node.group, node.size);
    case 'leak':
      return rowOfLeak(node.leak, at);
    case 'run':
      return rowOfRun(node.run, at, relativeTime(node.run.startedAt, now, language));
    case 'runFinding':
      return rowOfFinding(node.run, node.finding);
  }
}

function rowOfRunning(check: RunningCheck, now: number): LeakRow {
  const label = checkedName(check.name);
  const description = runningText(check, now);
  return {
    id: `running ${check.id}`,
    label,
    description,
    tooltip: [label, description],
    // Without the time: a screen reader would say the row anew each second.
    spoken: `${label}, ${progressText(check)}`,
    icon: 'sync~spin',
    context: check.showBrowser ? 'running hidden' : 'running',
  };
}

/** `5 min. ago`, `yesterday`; what is older than a week has its date. */
export function relativeTime(iso: string, now: number, language: string): string {
  const minutes = Math.round((Date.parse(iso) - now) / 60_000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  if (minutes > -1) return t('just now');
  if (minutes > -60) return format.format(minutes, 'minute');
  if (minutes > -24 * 60) return format.format(Math.round(minutes / 60), 'hour');
  const days = Math.round(minutes / 60 / 24);
  return days > -7 ? format.format(days, 'day') : new Date(iso).toLocaleDateString(language, { dateStyle: 'medium' });
}

function groupRow(group: Group, size: number): LeakRow {
  const label = { leaks: t('Leaks'), gone: t('No longer seen'), runs: t('Past checks') }[group];
  return {
    id: `group ${group}`,
    label,
    description: String(size),
    tooltip: [],
    spoken: `${label}, ${size}`,
    icon: { leaks: 'flame', gone: 'pass', runs: 'history' }[group],
    context: `group ${group}`,
  };
}

function rowOfLeak(leak: FindingHistory, at: (iso: string) => string): LeakRow {
  const { latest } = leak;
  const row = findingText(latest);
  const seen =
    leak.runs === 1
      ? t('seen once, {0}', at(leak.lastSeen))
      : t('first seen {0}, last seen {1}', at(leak.firstSeen), at(leak.lastSeen));
  const state = isOpen(leak)
    ? severityWord(latest.severity)
    : latest.ignored === undefined
      ? t('no longer seen')
      : t('ignored');
  return {
    ...row,
    id: `leak ${latest.fingerprint}`,
    tooltip: [...row.tooltip, seen, leak.runs === 1 ? '' : t('in {0} checks', leak.runs), ...leak.scenarios].filter(
      Boolean,
    ),
    spoken: [row.label, state, row.description, seen].filter(Boolean).join(', '),
    ...(isOpen(leak) ? severityIcon(latest.severity) : { icon: 'circle-slash' }),
    context: `leak${latest.place ? ' placed' : ''}${isOpen(leak) ? ' counts' : ''}`,
  };
}

function rowOfRun(run: RunSummary, at: (iso: string) => string, ago: string): LeakRow {
  const [first] = run.checks;
  const name = plainText((first?.name ?? run.id).replace(/^https?:\/\//, ''), NAME_LENGTH);
  const label = run.checks.length > 1 ? t('{0} and {1} more', name, run.checks.length - 1) : name;
  const verdict = worstVerdict(run);
  const found = leaksOf(run.checks.flatMap(({ findings }) => findings)).length;
  const outcome = verdict === 'leak' ? (found === 1 ? t('1 leak') : t('{0} leaks', found)) : verdictWord(verdict);
  const when = at(run.startedAt);
  return {
    id: `run ${run.id}`,
    label,
    description: `${outcome} · ${ago}`,
    tooltip: [
      label,
      `${outcome}, ${when}, ${formatDuration(run.durationMs)}`,
      ...run.checks.map(({ browser, url }) => plainText(`${browser.name} ${browser.version} · ${url}`, NAME_LENGTH)),
      ...run.checks.flatMap(({ error }) => (error ? [plainText(error.message, 300)] : [])),
    ],
    spoken: `${label}, ${outcome}, ${when}`,
    ...verdictIcon(verdict),
    context: 'run',
  };
}

function rowOfFinding(run: RunSummary, finding: FindingSummary): LeakRow {
  const row = findingText(finding);
  const ignored = finding.ignored !== undefined;
  return {
    ...row,
    id: `run ${run.id} ${finding.fingerprint}`,
    spoken: [row.label, ignored ? t('ignored') : severityWord(finding.severity), row.description].join(', '),
    ...(ignored ? { icon: 'circle-slash' } : severityIcon(finding.severity)),
    context: `finding${finding.place ? ' placed' : ''}${ignored ? '' : ' counts'}`,
  };
}

function findingText(finding: FindingSummary) {
  const { name, holder, place, bytesPerIteration, perIteration } = finding;
  const rate = t(
    '{0} an iteration',
    perIteration >= 0.01 ? Math.round(perIteration * 100) / 100 : formatBytes(bytesPerIteration),
  );
  const what = plainText(name, NAME_LENGTH);
  const where = place ? plainText(`${basename(place.file)}:${place.line}`, NAME_LENGTH) : '';
  return {
    // The file first: a side bar of 250 px cuts the rest.
    label: where || what,
    description: [where ? what : '', holder ? t('in {0}', plainText(holder, NAME_LENGTH)) : '']
      .filter(Boolean)
      .join(' · '),
    tooltip: [
      `${what}: ${rate}${bytesPerIteration >= 1 ? ` (${formatBytes(bytesPerIteration)})` : ''}`,
      ...(place ? [plainText(`${place.file}:${place.line}:${place.column}`, 300)] : []),
      ...(finding.ignored === undefined ? [] : [t('Ignored because: {0}', plainText(finding.ignored, 300))]),
    ],
  };
}

function worstVerdict({ checks }: RunSummary): Verdict {
  const order: readonly Verdict[] = ['error', 'leak', 'inconclusive', 'clean'];
  return order.find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'clean';
}

function verdictWord(verdict: Verdict): string {
  return { leak: t('leak'), clean: t('clean'), inconclusive: t('cannot say'), error: t('failed') }[verdict];
}

function verdictIcon(verdict: Verdict): { icon: string; colour?: string } {
  switch (verdict) {
    case 'leak':
      return { icon: 'error', colour: 'testing.iconFailed' };
    case 'clean':
      return { icon: 'pass', colour: 'testing.iconPassed' };
    case 'inconclusive':
      return { icon: 'question' };
    case 'error':
      return { icon: 'warning', colour: 'testing.iconErrored' };
  }
}

function severityWord(severity: Exclude<Severity, 'none'>): string {
  return { critical: t('critical'), moderate: t('moderate'), minor: t('minor') }[severity];
}

function severityIcon(severity: Exclude<Severity, 'none'>): { icon: string; colour: string } {
  return severity === 'critical'
    ? { icon: 'error', colour: 'problemsErrorIcon.foreground' }
    : { icon: 'warning', colour: 'problemsWarningIcon.foreground' };
}
