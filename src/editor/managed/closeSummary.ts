import type { CleanupSummary, CloseReason, ResourceCounts } from '../../sessions/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';

const BYTES_PER_MB = 1024 * 1024;

/** What a session holds, as words and numbers; what there is none of is left out. */
export function countTexts(counts: ResourceCounts): string[] {
  const named: readonly (readonly [string, number])[] = [
    [t('pages'), counts.pages],
    [t('contexts'), counts.contexts],
    [t('workers'), counts.workers],
    [t('requests'), counts.requests],
    [t('requests dropped'), counts.requestsDropped],
    [t('videos'), counts.videos],
    [t('downloads'), counts.downloads],
    [t('dialogs'), counts.dialogs],
    [t('cursors'), counts.cursors],
  ];
  return named.filter(([, value]) => value > 0).map(([name, value]) => `${name}: ${value}`);
}

/** What a clean-up took away: `7 processes, 132 MB of memory, pages: 1, requests: 14`. */
function cleaned(summary: CleanupSummary): string {
  const { processesEnded, memoryRecoveredMb } = summary;
  return [
    processesEnded > 0 ? t('{0} processes', processesEnded) : '',
    memoryRecoveredMb >= 1 ? t('{0} of memory', formatBytes(memoryRecoveredMb * BYTES_PER_MB)) : '',
    ...countTexts({
      pages: summary.pagesClosed,
      contexts: summary.contextsClosed,
      workers: summary.workersEnded,
      requests: summary.requestsCleaned,
      requestsDropped: 0,
      videos: summary.videoPagesCleaned,
      downloads: summary.downloadsCancelled,
      dialogs: summary.dialogsDismissed,
      cursors: summary.cursorsCleaned,
    }),
  ]
    .filter(Boolean)
    .join(', ');
}

/** Why a session ended that this window did not close. */
function lossText(reason: CloseReason, name: string): string | undefined {
  switch (reason) {
    case 'browser-lost':
      return t("The browser of session '{0}' crashed or was ended by another program.", name);
    case 'connection-lost':
      return t("The connection of session '{0}' to its browser was lost.", name);
    case 'idle':
      return t("Session '{0}' was not used for long, so it was closed.", name);
    case 'memory':
      return t("Memory is short, so session '{0}', which was idle longest, was closed.", name);
    case 'requested':
    case 'client-gone':
    case 'host-ending':
    case 'host-lost':
    case 'launch-failed':
    case 'aborted':
      return undefined;
  }
}

/** A sentence or two on how a session ended. */
export function closeMessage(summary: CleanupSummary): string {
  const name = plainText(summary.name, 60);
  const why = lossText(summary.reason, name);
  const took = formatDuration(summary.durationMs);
  const what = cleaned(summary);
  const parts = [
    why ?? t("Session '{0}' closed in {1}.", name, took),
    what === '' ? '' : t('Cleaned up: {0}.', what),
    summary.successful ? t('Its processes and files are gone.') : t('This is left: {0}.', leftOf(summary)),
  ];
  return parts.filter(Boolean).join(' ');
}

/** The same for many at once. */
export function closeAllMessage(summaries: readonly CleanupSummary[]): string {
  const [only] = summaries;
  if (only && summaries.length === 1) return closeMessage(only);
  const sum = (of: (summary: CleanupSummary) => number) => summaries.reduce((total, one) => total + of(one), 0);
  const failed = summaries.filter(({ successful }) => !successful);
  return [
    t('{0} sessions closed.', summaries.length),
    t(
      'Cleaned up: {0} processes, {1} of memory.',
      sum(({ processesEnded }) => processesEnded),
      formatBytes(sum(({ memoryRecoveredMb }) => memoryRecoveredMb) * BYTES_PER_MB),
    ),
    failed.length === 0
      ? t('Their processes and files are gone.')
      : t('This is left: {0}.', failed.map(leftOf).join(', ')),
  ].join(' ');
}

function leftOf({ survivors, remaining }: CleanupSummary): string {
  const left = [...survivors.map(({ pid }) => t('process {0}', pid)), ...remaining];
  return plainText(left.join(', ') || t('an open connection'), 300);
}

/** Everything a summary says, a line each, for the log. */
export function summaryLines(summary: CleanupSummary): string[] {
  const { fileDescriptors, steps, errors } = summary;
  return [
    `Session '${summary.name}' (${summary.sessionId}) ended, ${summary.reason}: ${cleaned(summary) || 'nothing to clean'}; ` +
      `${summary.totalResourcesCleaned} resources and ${summary.processesEnded} processes in ${formatDuration(summary.durationMs)}, ` +
      `${summary.memoryRecoveredMb} MB recovered, ${summary.effectivenessPercentage} % effective` +
      `${summary.emergency ? ', by force' : ''}.`,
    `  Steps: ${steps.map(({ name, durationMs, cleaned: n }) => `${name} ${durationMs} ms${n > 0 ? ` (${n})` : ''}`).join(', ')}.`,
    `  Open descriptors of the host: ${fileDescriptors.before} before, ${fileDescriptors.after} after.`,
    ...errors.map(({ step, message }) => `  ${step} failed: ${message}`),
    ...(summary.successful ? [] : [`  Left: ${leftOf(summary)}.`]),
  ];
}
