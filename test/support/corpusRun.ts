import { type CheckOptions, type CheckResult, type Finding, checkLeaks, sessionOpener } from '../../src/leaks/index.ts';
import { clickScenario } from '../../src/scenarios/index.ts';
import { type CorpusPage, type CorpusServer, corpusFolder } from './corpusServer.ts';

export const chromiumPath = process.env['LEAKWRIGHT_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/** One check of a page of the corpus, as the terminal would do it. */
export async function checkPage(
  server: CorpusServer,
  page: CorpusPage,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const run = checkLeaks(clickScenario(server.urlOf(page), page.expected.click), options, {
    openBrowser: sessionOpener({ kind: 'launch', executablePath: chromiumPath, noSandbox: true }),
    workspaceFolder: corpusFolder,
  });
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
}

/** How a result differs from what the page expects; empty when it is as expected. */
export interface Differences {
  readonly verdict?: string;
  readonly line?: string;
  readonly kind?: string;
  readonly holder?: string;
}

/** Compares the findings that a person would look at: one of them must be the expected leak, in kind, line and holder. */
export function differences(page: CorpusPage, result: CheckResult): Differences {
  const { expected } = page;
  if (result.verdict !== expected.verdict)
    return {
      verdict: `${result.verdict} instead of ${expected.verdict}${result.error ? ` (${result.error.message})` : ''}`,
    };
  if (expected.verdict === 'clean') return {};
  const place = (file: string, line: number): string => `${page.name}/${file}:${line}`;
  const lines = new Set([place(expected.file, expected.line)]);
  if (expected.keptLine !== undefined) lines.add(place(expected.keptFile ?? expected.file, expected.keptLine));
  const placesOf = ({ allocatedAt, keptAt }: Finding): string[] =>
    [allocatedAt, keptAt].filter((site) => site?.precision === 'line').map((site) => `${site!.file}:${site!.line}`);
  const all = result.findings.flatMap(placesOf);
  const located = result.findings.filter((finding) => placesOf(finding).some((at) => lines.has(at)));
  const wanted = [...lines].join(' or ');
  return {
    ...(located.length === 0 ? { line: `${[...new Set(all)].join(', ') || 'none'} instead of ${wanted}` } : {}),
    ...(result.findings.some(({ kind }) => kind === expected.kind)
      ? {}
      : { kind: `${result.findings.map(({ kind }) => kind).join(', ')} instead of ${expected.kind}` }),
    ...(expected.holder === undefined || result.findings.some(({ holder }) => holder === expected.holder)
      ? {}
      : {
          holder: `${result.findings.map(({ holder }) => holder ?? 'none').join(', ')} instead of ${expected.holder}`,
        }),
  };
}
