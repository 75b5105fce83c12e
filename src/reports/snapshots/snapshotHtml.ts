import type { Growth, Kept, Suspect } from '../../leaks/index.ts';
import { formatBytes, formatDuration, htmlText } from '../../support/index.ts';
import { HTML_STYLE } from '../htmlStyle.ts';

import {
  SINGLE_SNAPSHOT_NOTE,
  SUSPECT_NAMES,
  type SnapshotReport,
  describeKept,
  describePlace,
} from './snapshotReport.ts';
import { factsText, growthText } from './snapshotText.ts';

/** An analysis as one self-contained page: no script, nothing loaded. */
export function renderSnapshotHtml(report: SnapshotReport): string {
  const { comparison, summary } = report;
  const files = comparison?.files ?? [summary];
  const title = files.length === 1 ? 'Heap snapshot' : `${files.length} heap snapshots`;
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<title>${title} – Leakwright</title><style>${HTML_STYLE}</style></head><body>\n` +
    `<header><h1>${title}</h1><p class="quiet">Leakwright ${htmlText(report.tool.version)}, ${htmlText(report.startedAt)}, ${formatDuration(report.durationMs)}</p></header>\n` +
    `<main>${renderSnapshotBody(report)}</main>\n</body></html>\n`
  );
}

/** What the page shows below its title; the editor shows the same. */
function renderSnapshotBody({ comparison, summary }: SnapshotReport): string {
  const files = comparison?.files ?? [summary];
  const parts = [`<div class="summary">${list(files.map((facts) => htmlText(factsText(facts))))}</div>`];
  if (comparison) {
    const every = files.length > 2 ? 'grew every time' : 'grew';
    const note = comparison.sameProcess
      ? ''
      : '<p class="quiet">These are of different processes: objects are compared by what keeps them, not one by one.</p>';
    const found = comparison.grew.map(renderGrowth).join('\n');
    const more = comparison.more > 0 ? `<p class="quiet">${comparison.more} smaller ones are not shown.</p>` : '';
    parts.push(
      `<section><h2>${comparison.grew.length === 0 ? `Nothing ${every}` : `What ${every}`}</h2>${note}${found}${more}</section>`,
    );
  }
  if (summary.suspects.length > 0) {
    const note = comparison ? '' : `<p class="quiet">${SINGLE_SNAPSHOT_NOTE}</p>`;
    const suspects = summary.suspects.toSorted((a, b) => b.retainedBytes - a.retainedBytes);
    parts.push(`<section><h2>Suspects</h2>${note}${suspects.map(renderSuspect).join('\n')}</section>`);
  }
  parts.push(
    `<section><h2>Largest single objects</h2>${table(
      ['Object', 'Id', 'Retained'],
      summary.largest.map((kept) => [describeKept(kept), `@${kept.id}`, formatBytes(kept.retainedBytes)]),
    )}</section>`,
    `<section><h2>Classes</h2>${table(
      ['Class', 'Objects', 'Retained'],
      summary.classes.map(({ name, count, retainedBytes }) => [name, String(count), formatBytes(retainedBytes)]),
    )}</section>`,
  );
  return parts.join('\n');
}

function renderGrowth(growth: Growth): string {
  return `<article><p>${htmlText(describeKept(growth))}</p><p class="quiet">${htmlText(growthText(growth))}</p>${details(growth)}</article>`;
}

function renderSuspect(suspect: Suspect): string {
  return (
    `<article class="ignored"><p>${htmlText(describeKept(suspect))} <span class="level">${SUSPECT_NAMES[suspect.kind]}</span></p>` +
    `<p class="quiet">${htmlText(suspect.because)}</p>${details(suspect)}</article>`
  );
}

function details(kept: Kept): string {
  const rows = kept.places.map((place) => `<dt>place</dt><dd><code>${htmlText(describePlace(place))}</code></dd>`);
  rows.push(`<dt>retains</dt><dd>${formatBytes(kept.retainedBytes)}</dd>`, `<dt>object</dt><dd>@${kept.id}</dd>`);
  if (kept.path.length > 0)
    rows.push(`<dt>held by</dt><dd><code>${kept.path.map((step) => htmlText(step)).join(' → ')}</code></dd>`);
  return `<dl>${rows.join('')}</dl>`;
}

const list = (items: readonly string[]): string => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads
    .map((text, index) => `<th scope="col"${index === 0 ? '' : ' class="number"'}>${text}</th>`)
    .join('');
  const cells = (row: readonly string[]): string =>
    row.map((text, index) => `<td${index === 0 ? '' : ' class="number"'}>${htmlText(text)}</td>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table>`;
}
