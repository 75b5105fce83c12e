import type { Comparison, Growth, Kept, SnapshotFacts, SnapshotSummary, Suspect } from '../../leaks/index.ts';
import { count, formatBytes, plainText, type Paint, painter } from '../../support/index.ts';
import {
  SINGLE_SNAPSHOT_NOTE,
  SUSPECT_NAMES,
  type SnapshotReport,
  describeKept,
  describePlace,
} from './snapshotReport.ts';

/** Lines of each list; the other formats have all. */
const SHOWN_GROWTH = 15;
const SHOWN_SUSPECTS = 15;
const SHOWN_LARGEST = 8;
const MAX_PATH = 600;

/** An analysis for a person: what grew, what looks like a leak, what is large. */
export function renderSnapshotText(report: SnapshotReport, options: { colour?: boolean } = {}): string {
  const paint = painter(options.colour);
  const { comparison, summary } = report;
  const lines = comparison ? renderComparison(comparison, paint) : [factsLine(summary, paint)];
  lines.push('', ...renderSummary(summary, comparison === undefined, paint));
  return `${lines.join('\n')}\n`;
}

export function factsText({ file, source, objects, heapBytes, fileBytes }: SnapshotFacts): string {
  const from = { chrome: 'a browser, ', node: 'Node, ', other: '' }[source];
  return `${plainText(file)}: ${from}${count(objects, 'object')}, ${formatBytes(heapBytes)} (a file of ${formatBytes(fileBytes)})`;
}

const factsLine = (facts: SnapshotFacts, paint: Paint): string => paint('bold', factsText(facts));

function renderComparison({ files, sameProcess, grew, more }: Comparison, paint: Paint): string[] {
  const lines = files.map((facts) => factsLine(facts, paint));
  if (!sameProcess)
    lines.push(
      paint('dim', 'These are of different processes: objects are compared by what keeps them, not one by one.'),
    );
  const every = files.length > 2 ? 'grew every time' : 'grew';
  lines.push('', paint('bold', grew.length === 0 ? `Nothing ${every}.` : `What ${every}`));
  for (const growth of grew.slice(0, SHOWN_GROWTH)) lines.push('', ...renderGrowth(growth, paint));
  const hidden = more + Math.max(0, grew.length - SHOWN_GROWTH);
  if (hidden > 0) lines.push('', paint('dim', `  ${hidden} smaller ones are not shown.`));
  return lines;
}

export function growthText({ counts, bytes, grows }: Pick<Growth, 'counts' | 'bytes' | 'grows'>): string {
  const gained = formatBytes(bytes.at(-1)! - bytes[0]!);
  return grows === 'objects'
    ? `${counts.join(' → ')} objects, ${gained} more`
    : `as many objects with more in them: ${bytes.map(formatBytes).join(' → ')}`;
}

function renderGrowth(growth: Growth, paint: Paint): string[] {
  return [`  ${paint('red', describeKept(growth))}`, `      ${growthText(growth)}`, ...details(growth, paint)];
}

function renderSummary(summary: SnapshotSummary, isAlone: boolean, paint: Paint): string[] {
  const lines: string[] = [];
  if (summary.suspects.length > 0) {
    lines.push(paint('bold', isAlone ? 'Suspects' : 'Suspects in the last one'));
    if (isAlone) lines.push(paint('dim', `  ${SINGLE_SNAPSHOT_NOTE}`));
    const bySize = summary.suspects.toSorted((a, b) => b.retainedBytes - a.retainedBytes);
    for (const suspect of bySize.slice(0, SHOWN_SUSPECTS)) lines.push('', ...renderSuspect(suspect, paint));
    if (bySize.length > SHOWN_SUSPECTS)
      lines.push('', paint('dim', `  ${bySize.length - SHOWN_SUSPECTS} smaller ones are not shown.`));
    lines.push('');
  }
  lines.push(paint('bold', 'Largest single objects'));
  for (const kept of summary.largest.slice(0, SHOWN_LARGEST))
    lines.push(
      `  ${formatBytes(kept.retainedBytes).padStart(8)}  ${describeKept(kept)} ${paint('dim', `@${kept.id}`)}`,
    );
  if (summary.largest.length === 0) lines.push('  None that a name of the program leads to.');
  return lines;
}

function renderSuspect(suspect: Suspect, paint: Paint): string[] {
  return [
    `  ${paint('yellow', SUSPECT_NAMES[suspect.kind])}: ${describeKept(suspect)}  ${formatBytes(suspect.retainedBytes)}`,
    `      ${plainText(suspect.because, MAX_PATH)}`,
    ...details(suspect, paint),
  ];
}

function details(kept: Kept, paint: Paint): string[] {
  const lines = kept.places.map((place) => `      ${describePlace(place)}`);
  if (kept.path.length > 0)
    lines.push(`      ${paint('dim', `held by ${plainText(kept.path.join(' → '), MAX_PATH)}`)}`);
  return lines;
}
