/**
 * Verdicts on our corpus, beside fuite and memlab on the same pages, in the same browser and the same run; each page a
 * process of its own. Ours is what users run: dist/cli.js, built first. The peers are installed into
 * test/bench/verdictsPeers (not committed) when the benchmark first runs.
 *
 *   npm run bench:verdicts                 all pages; memlab on every 8th (it takes the better part of a minute each)
 *
 * LEAKWRIGHT_BENCH_PAGES=regexp     only these pages
 * LEAKWRIGHT_BENCH_TOOLS=a,b        of leakwright, fuite, memlab
 * LEAKWRIGHT_BENCH_REPEATS=3        of our own checks, whose verdicts and lines must all be equal
 * LEAKWRIGHT_BENCH_MEMLAB=1         memlab on every page
 * LEAKWRIGHT_BENCH_RECORD=FILE      a run in parts: adds to the file, and the tables are about all that is in it
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CorpusPage, listCorpus, startCorpusServer } from '../support/corpusServer.ts';
import { type Tool, type ToolRun, peersFolder, runTool } from './verdictsTools/runTool.ts';

const PEERS = { fuite: '5.0.9', memlab: '2.0.5' };
const MB = 1024 * 1024;

/** What a tool said of a page. */
interface Outcome extends ToolRun {
  readonly page: string;
  readonly leaks: boolean;
  readonly located: boolean;
}

function installPeers(): void {
  if (existsSync(join(peersFolder, 'node_modules', 'memlab'))) return;
  mkdirSync(peersFolder, { recursive: true });
  writeFileSync(
    join(peersFolder, 'package.json'),
    `${JSON.stringify({ private: true, dependencies: PEERS }, null, 2)}\n`,
  );
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: peersFolder,
    env: { ...process.env, PUPPETEER_SKIP_DOWNLOAD: '1' },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The peers could not be installed.');
}

async function check(tool: Tool, page: CorpusPage, url: string): Promise<Outcome> {
  const run = await runTool(tool, url, page.expected.click);
  const leaks = page.expected.verdict === 'leak';
  return { ...run, page: page.name, leaks, located: run.leak === true && isLocated(page, run.places) };
}

/** A place of the right file and line counts, whatever path the tool puts before it. */
function isLocated({ expected }: CorpusPage, places: readonly string[]): boolean {
  if (expected.verdict === 'clean') return false;
  const wanted = [`${expected.file}:${expected.line}:`];
  if (expected.keptLine !== undefined) wanted.push(`${expected.keptFile ?? expected.file}:${expected.keptLine}:`);
  return places.some((place) => wanted.some((at) => `/${place}`.includes(`/${at}`)));
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const share = (part: number, whole: number): string => (whole === 0 ? '–' : (part / whole).toFixed(2));
const seconds = (outcomes: readonly Outcome[]): string =>
  outcomes.length === 0 ? '–' : (median(outcomes.map(({ wallMs }) => wallMs)) / 1000).toFixed(1);

function summarize(tool: Tool, outcomes: readonly Outcome[]): Record<string, string | number> {
  const leaky = outcomes.filter(({ leaks }) => leaks);
  const clean = outcomes.filter(({ leaks }) => !leaks);
  const found = leaky.filter(({ leak }) => leak === true);
  const alarms = clean.filter(({ leak }) => leak === true);
  return {
    tool,
    pages: outcomes.length,
    found: found.length,
    missed: leaky.filter(({ leak }) => leak === false).length,
    'false alarms': alarms.length,
    'rightly clean': clean.filter(({ leak }) => leak === false).length,
    'no verdict': outcomes.filter(({ leak }) => leak === null).length,
    precision: share(found.length, found.length + alarms.length),
    recall: share(found.length, leaky.length),
    located: share(leaky.filter(({ located }) => located).length, leaky.length),
    'clean s': seconds(clean),
    'leaky s': seconds(leaky),
    'peak MB': Math.round(Math.max(...outcomes.map(({ peakBytes }) => peakBytes)) / MB),
  };
}

/** Our time as a share of a peer's, on the pages that both had: the median of the pages' own ratios. */
function compare(ours: readonly Outcome[], peer: Tool, theirs: readonly Outcome[]): Record<string, string | number> {
  const wallOf = new Map(ours.map(({ page, wallMs }) => [page, wallMs]));
  const ratioOn = (pages: readonly Outcome[]): string => {
    const ratios = pages.filter(({ page }) => wallOf.has(page)).map(({ page, wallMs }) => wallOf.get(page)! / wallMs);
    return ratios.length === 0 ? '–' : `${median(ratios).toFixed(2)} (${ratios.length} pages)`;
  };
  return {
    'wall, ours to': peer,
    clean: ratioOn(theirs.filter(({ leaks }) => !leaks)),
    leaky: ratioOn(theirs.filter(({ leaks }) => leaks)),
  };
}

const MEMLAB_EVERY = process.env['LEAKWRIGHT_BENCH_MEMLAB'] === '1' ? 1 : 8;
const filter = new RegExp(process.env['LEAKWRIGHT_BENCH_PAGES'] ?? '.');
const tools = (process.env['LEAKWRIGHT_BENCH_TOOLS']?.split(',') ?? ['leakwright', 'fuite', 'memlab']) as Tool[];
const repeats = Number(process.env['LEAKWRIGHT_BENCH_REPEATS'] ?? 1);
const record = process.env['LEAKWRIGHT_BENCH_RECORD'];

interface Outcomes {
  readonly byTool: Record<Tool, Outcome[]>;
  repeated: number;
  unequal: number;
}
const outcomes: Outcomes =
  record !== undefined && existsSync(record)
    ? (JSON.parse(readFileSync(record, 'utf8')) as Outcomes)
    : { byTool: { leakwright: [], fuite: [], memlab: [] }, repeated: 0, unequal: 0 };

const stateFolder = mkdtempSync(join(tmpdir(), 'leakwright-bench-'));
process.env['LEAKWRIGHT_STATE_DIR'] = stateFolder;
const server = await startCorpusServer();
try {
  if (tools.includes('leakwright')) spawnSync(process.execPath, ['esbuild.js', '--production'], { stdio: 'inherit' });
  if (tools.some((tool) => tool !== 'leakwright')) installPeers();
  for (const [index, page] of (await listCorpus()).entries()) {
    if (!filter.test(page.name)) continue;
    const line: string[] = [];
    // In turns on each page, so that whatever else the machine does falls on all.
    for (const tool of tools) {
      if (tool === 'memlab' && index % MEMLAB_EVERY !== 0) continue;
      const outcome = await check(tool, page, server.urlOf(page));
      outcomes.byTool[tool].push(outcome);
      const runs = tool === 'leakwright' ? repeats : 1;
      for (let repeat = 1; repeat < runs; repeat += 1) {
        const again = await check(tool, page, server.urlOf(page));
        outcomes.repeated += 1;
        if (again.leak === outcome.leak && again.places.join() === outcome.places.join()) continue;
        outcomes.unequal += 1;
        line.push(
          `(unequal: ${again.leak} at ${again.places.join()} instead of ${outcome.leak} at ${outcome.places.join()})`,
        );
      }
      const verdict = outcome.leak === null ? 'none' : outcome.leak ? 'leak' : 'clean';
      const wrong = verdict !== page.expected.verdict ? ' WRONG' : '';
      const where = outcome.leak && outcome.leaks && !outcome.located ? ' (no line)' : '';
      line.push(`${tool} ${verdict}${wrong}${where} ${(outcome.wallMs / 1000).toFixed(1)} s`);
    }
    console.log(`${page.name.padEnd(28)} ${line.join(' · ')}`);
    if (record !== undefined) writeFileSync(record, JSON.stringify(outcomes));
  }
  const { byTool, repeated, unequal } = outcomes;
  const ours = byTool.leakwright;
  const known = (Object.keys(byTool) as Tool[]).filter((tool) => byTool[tool].length > 0);
  console.table(known.map((tool) => summarize(tool, byTool[tool])));
  if (ours.length > 0)
    console.table(known.filter((tool) => tool !== 'leakwright').map((tool) => compare(ours, tool, byTool[tool])));
  if (repeated > 0) console.log(`Repeated checks that differed in verdict or line: ${unequal} of ${repeated}.`);
  if (ours.some(({ leak, leaks }) => leak !== leaks)) process.exitCode = 1;
} finally {
  await server.close();
  rmSync(stateFolder, { recursive: true, force: true });
}
