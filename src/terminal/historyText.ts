import type { FindingHistory, Regression, RunSummary, ScenarioTrend, SeriesTrend } from '../history/index.ts';
import { countVerdicts } from '../reports/index.ts';
import { count, formatBytes, plainText } from '../support/index.ts';

const BARS = '▁▂▃▄▅▆▇█';

/** A line a run, newest first: when, what it found, where it came from. */
export function describeRuns(runs: readonly RunSummary[]): string {
  return runs
    .map((run) => {
      const { leak, error, inconclusive, clean } = countVerdicts(run.checks);
      const parts = [
        leak > 0 ? count(leak, 'leak') : '',
        error > 0 ? count(error, 'error') : '',
        inconclusive > 0 ? `${inconclusive} inconclusive` : '',
        clean > 0 ? `${clean} clean` : '',
      ].filter(Boolean);
      const { branch, commit, source } = run.labels;
      const from = [source, branch, commit?.slice(0, 8)].filter((part) => part !== undefined).join(' ');
      return `${run.id}  ${shownTime(run.startedAt)}  ${(parts.join(', ') || 'nothing checked').padEnd(20)}  ${plainText(from)}\n`;
    })
    .join('');
}

export function describeScenarios(scenarios: readonly { readonly scenario: string; readonly runs: number }[]): string {
  return scenarios.map(({ scenario, runs }) => `${count(runs, 'run').padStart(9)}  ${plainText(scenario)}\n`).join('');
}

export function describeFindings(findings: readonly FindingHistory[]): string {
  return findings
    .map(({ latest, firstSeen, lastSeen, runs, present, scenarios }) => {
      const place = latest.place ? `${plainText(latest.place.file)}:${latest.place.line}:${latest.place.column}: ` : '';
      const held = latest.holder ? `, kept in ${plainText(latest.holder)}` : '';
      const when = present
        ? `since ${shownTime(firstSeen)}, in ${count(runs, 'run')}`
        : `gone; seen from ${shownTime(firstSeen)} to ${shownTime(lastSeen)}, in ${count(runs, 'run')}`;
      return (
        `${place}${latest.severity} leak: ${plainText(latest.name)} (${formatBytes(latest.bytesPerIteration)} an iteration)${held}\n` +
        `    ${when}; ${scenarios.map((scenario) => plainText(scenario)).join(', ')}\n`
      );
    })
    .join('');
}

/** The runs of a scenario as a line of bars a counter, with what it was, is, and changes by from run to run. */
export function describeTrend(trend: ScenarioTrend): string {
  if (trend.points.length === 0) return `There is no run of '${plainText(trend.scenario)}'.\n`;
  const rows: string[] = [`${plainText(trend.scenario)}: ${count(trend.points.length, 'run')}, oldest first`];
  const marks = { clean: '·', leak: 'L', inconclusive: '?', error: 'E' } as const;
  rows.push(`  ${'verdicts'.padEnd(34)} ${trend.points.map(({ verdict }) => marks[verdict]).join('')}`);
  const row = (name: string, series: SeriesTrend, format: (value: number) => string) => {
    const known = series.values.filter((value) => value !== undefined);
    if (known.every((value) => value === 0)) return;
    const first = format(known[0]!);
    const last = format(known.at(-1)!);
    const steady = Math.abs(series.correlation) < 0.5;
    const slope = steady
      ? 'no trend'
      : `${series.slopePerRun < 0 ? '-' : '+'}${format(Math.abs(series.slopePerRun))} a run`;
    rows.push(`  ${name.padEnd(34)} ${bars(series.values)}  ${first} → ${last}, ${slope}`);
  };
  row('leaked bytes an iteration', trend.leakedBytesPerIteration, formatBytes);
  for (const [name, series] of Object.entries(trend.growth)) {
    if (!name.endsWith('PerIteration')) continue;
    const counter = name.slice(0, -'PerIteration'.length);
    row(`${counter} an iteration`, series, /bytes$/i.test(counter) ? formatBytes : twoDecimals);
  }
  row('memory, MB a second', trend.slopeMbPerSecond, twoDecimals);
  row('peak memory, MB', trend.peakMb, twoDecimals);
  return `${rows.join('\n')}\n`;
}

export function describeRegressions(regressions: readonly Regression[]): string {
  if (regressions.length === 0) return 'Nothing is worse than before.\n';
  return regressions.map(({ scenario, message }) => `${plainText(scenario)}: ${plainText(message, 400)}\n`).join('');
}

function bars(values: SeriesTrend['values']): string {
  const known = values.filter((value) => value !== undefined);
  const top = Math.max(...known);
  const bottom = Math.min(0, ...known);
  const step = (top - bottom) / (BARS.length - 1);
  return values
    .map((value) => (value === undefined ? ' ' : BARS[step === 0 ? 0 : Math.round((value - bottom) / step)]))
    .join('');
}

function twoDecimals(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function shownTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
