/**
 * What `check --workers` saves, and whether its verdicts are those of checks that run alone: the pages of the corpus in one command,
 * one after the other and side by side. Needs `npm run build`. Usage: node test/bench/workers.ts [WORKERS,…] [PAGES]
 *
 * WORKERS: one run for each number; default `1,2`, the first is the peer. PAGES: a regular expression over the names of pages.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CheckResult } from '../../src/leaks/index.ts';
import { chromiumPath, differences } from '../support/corpusRun.ts';
import { corpusFolder, listCorpus, startCorpusServer } from '../support/corpusServer.ts';

const [numbers = '1,2', filter = ''] = process.argv.slice(2);
const pages = (await listCorpus()).filter(({ name }) => new RegExp(filter).test(name));
const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const folder = await mkdtemp(join(tmpdir(), 'leakwright-bench-'));
const server = await startCorpusServer();
try {
  const config = join(folder, 'leakwright.config.json');
  const projects = pages.map((page) => ({ name: page.name, url: server.urlOf(page), click: page.expected.click }));
  await writeFile(config, JSON.stringify({ projects }));
  let first: Map<string, CheckResult> | undefined;
  let firstMs = 0;
  for (const workers of numbers.split(',')) {
    const began = performance.now();
    const results = await run(config, workers);
    const ms = performance.now() - began;
    first ??= results;
    firstMs ||= ms;
    for (const page of pages) {
      const result = results.get(page.name);
      const found = result ? differences(page, result) : { verdict: 'no result' };
      if (Object.keys(found).length > 0) console.log(`  ${workers} workers, ${page.name}: ${JSON.stringify(found)}`);
    }
    const right = pages.filter(
      (page) => results.has(page.name) && Object.keys(differences(page, results.get(page.name)!)).length === 0,
    );
    const same = pages.filter(({ name }) => identityOf(results.get(name)) === identityOf(first!.get(name)));
    console.log(
      `${workers} workers: ${right.length} of ${pages.length} right, ${same.length} the same as in the first run, ` +
        `${Math.round(ms / 1000)} s, ${(ms / firstMs).toFixed(2)} of the first run`,
    );
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

/** The checks of one command, by page. */
async function run(config: string, workers: string): Promise<Map<string, CheckResult>> {
  const report = join(folder, 'report.json');
  const args = [
    'check',
    '--config',
    config,
    '--workers',
    workers,
    '--executable-path',
    chromiumPath,
    '--no-sandbox',
    '--reporter',
    `json=${report}`,
  ];
  const env = { ...process.env, LEAKWRIGHT_STATE_DIR: join(folder, 'state') };
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: corpusFolder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise((done) => child.on('close', done));
  const { checks } = JSON.parse(await readFile(report, 'utf8')) as { checks: CheckResult[] };
  return new Map(checks.map((check) => [new URL(check.url).pathname.split('/').find((part) => part !== '')!, check]));
}

/** Verdict and findings, by their fingerprints. */
function identityOf(result: CheckResult | undefined): string {
  if (!result) return 'none';
  return [result.verdict, ...result.findings.map(({ fingerprint }) => fingerprint).toSorted()].join(' ');
}
