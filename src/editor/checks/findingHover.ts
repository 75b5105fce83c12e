import { type Disposable, Hover, type HoverProvider, type Position, type TextDocument, languages } from 'vscode';
import { formatBytes } from '../../support/index.ts';
import { COMMANDS, ROW_COMMANDS } from '../contributions.ts';
import { onDemand } from '../lazyBundles.ts';
import { t } from '../translate.ts';
import type { Findings, ShownFinding } from './findings.ts';

/** A leak in one past run. */
interface PastFinding {
  /** Bytes an iteration; undefined for a run that did not have it. */
  readonly bytesPerIteration: number | undefined;
}

/** The last runs of a finding's check, oldest first; undefined while no run is remembered. */
export type PastOf = (shown: ShownFinding) => Promise<readonly PastFinding[] | undefined>;

const BARS = '▁▂▃▄▅▆▇█';

/** On the line that leaks: how fast it grows, what holds it, and whether it was better before. */
export class FindingHover implements HoverProvider, Disposable {
  readonly #findings: Findings;
  readonly #pastOf: PastOf;
  readonly #registration: Disposable;

  constructor(findings: Findings, pastOf: PastOf) {
    this.#findings = findings;
    this.#pastOf = pastOf;
    this.#registration = languages.registerHoverProvider({ scheme: 'file' }, this);
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | undefined> {
    // Called for each word under the pointer in every file: without a leak it must cost nothing.
    const shown = this.#findings.at(document.uri, position.line);
    if (shown.length === 0) return undefined;
    const texts = await Promise.all(
      shown.map(async (one) => {
        const text = onDemand().describeFinding(one.finding, one.folder);
        const trend = describeTrend(await this.#pastOf(one));
        if (trend !== undefined) text.appendMarkdown(`\n\n${trend}`);
        const links = linksOf(one);
        text.appendMarkdown(`\n\n${links.map(({ title, href }) => `[${title}](${href})`).join(' · ')}`);
        text.isTrusted = { enabledCommands: links.map(({ command }) => command) };
        return text;
      }),
    );
    return new Hover(texts, document.getWordRangeAtPosition(position));
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** What can be done about it, as on the row, the Problem and the report. */
function linksOf({ finding }: ShownFinding): { title: string; command: string; href: string }[] {
  const query = encodeURIComponent(JSON.stringify([{ fingerprint: finding.fingerprint }]));
  const link = (title: string, command: string) => ({ title, command, href: `command:${command}?${query}` });
  return [
    ...(finding.ignored === undefined ? [link(t('Fix…'), ROW_COMMANDS.fixLeak)] : []),
    link(t('Check Again'), COMMANDS.checkAgain),
    link(t('Open Report'), COMMANDS.openReport),
    link(t('Save as Scenario…'), ROW_COMMANDS.saveAsScenario),
    ...(finding.ignored === undefined ? [link(t('Ignore This Leak (with reason)…'), ROW_COMMANDS.ignoreLeak)] : []),
  ];
}

/** `Last 5 runs: ▁▁▃▅█ (0 B to 4.1 KB an iteration)`; undefined for fewer than two runs: one is no trend. */
function describeTrend(past: readonly PastFinding[] | undefined): string | undefined {
  if (!past || past.length < 2) return undefined;
  const values = past.map(({ bytesPerIteration }) => bytesPerIteration ?? 0);
  const highest = Math.max(...values, 1);
  const bars = values.map((value) => BARS[Math.round((value / highest) * (BARS.length - 1))]).join('');
  const [first, last] = [values[0]!, values.at(-1)!];
  return t(
    'Last {0} runs: {1} ({2} to {3} an iteration)',
    past.length,
    `\`${bars}\``,
    formatBytes(first),
    formatBytes(last),
  );
}
