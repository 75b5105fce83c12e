/**
 * Real front ends from npm, mounted and taken away again in a loop: what Leakwright says of each, and how long it takes. None
 * of them is ours, so nothing here is expected: whoever runs it checks each finding by hand in the library's source, at the
 * place that is printed. A false alarm is a bug of ours; a leak is the library's.
 *
 * LEAKWRIGHT_BENCH_APPS=regexp      only these
 * LEAKWRIGHT_BENCH_DETAILS=1        each finding with its retaining path
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type OutputFile, build } from 'esbuild';
import { type CheckResult, checkLeaks, sessionOpener } from '../../src/leaks/index.ts';
import { clickScenario } from '../../src/scenarios/index.ts';
import { formatPlace, summarizeFinding } from '../../src/reports/index.ts';
import { chromiumPath } from '../support/corpusRun.ts';
import { PACKAGES, REAL_APPS, type RealApp } from './realApps/apps.ts';

const packagesFolder = join(import.meta.dirname, 'realAppsPackages');

function installPackages(): void {
  const wanted = `${JSON.stringify({ private: true, dependencies: PACKAGES }, null, 2)}\n`;
  const manifest = join(packagesFolder, 'package.json');
  const isThere = existsSync(join(packagesFolder, 'node_modules')) && existsSync(manifest);
  if (isThere && readFileSync(manifest, 'utf8') === wanted) return;
  mkdirSync(packagesFolder, { recursive: true });
  writeFileSync(manifest, wanted);
  // No scripts: these are libraries to be bundled, and nothing of them has to run here.
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: packagesFolder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('The front ends could not be installed.');
}

const PAGE = `<!doctype html><link rel="icon" href="data:,"><link rel="stylesheet" href="app.css">
<button id="mount">mount</button><button id="unmount" disabled>unmount</button>
<div id="stage" style="height: 400px"></div><script type="module" src="app.js"></script>`;

/** What the page does with an app: a fresh element for each mount, as routers and frameworks do. */
function entryOf(app: RealApp): string {
  return `${app.source.replace('export ', '')}
    let unmount;
    const [first, second, stage] = ['mount', 'unmount', 'stage'].map((id) => document.getElementById(id));
    first.onclick = async () => {
      first.disabled = true;
      const root = stage.appendChild(document.createElement('div'));
      root.style.height = '100%';
      const end = await mount(root);
      unmount = () => { end(); root.remove(); };
      second.disabled = false;
    };
    second.onclick = () => { second.disabled = true; unmount(); unmount = undefined; first.disabled = false; };`;
}

async function bundle(app: RealApp): Promise<ReadonlyMap<string, OutputFile>> {
  const shared = {
    bundle: true,
    write: false,
    minify: true,
    sourcemap: 'linked',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'dataurl', '.png': 'dataurl', '.svg': 'dataurl' },
  } as const;
  const page = await build({
    ...shared,
    stdin: { contents: entryOf(app), resolveDir: packagesFolder, sourcefile: 'app.js' },
    outfile: join(packagesFolder, 'app.js'),
    format: 'esm',
  });
  const workers = await Promise.all(
    Object.entries(app.workers ?? {}).map(
      async ([name, entry]) =>
        await build({
          ...shared,
          stdin: { contents: `import '${entry}';`, resolveDir: packagesFolder, sourcefile: name },
          outfile: join(packagesFolder, name),
          format: 'iife',
        }),
    ),
  );
  const files = [page, ...workers].flatMap(({ outputFiles }) => outputFiles);
  return new Map(files.map((file) => [`/${file.path.slice(packagesFolder.length + 1)}`, file]));
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.map': 'application/json',
};

async function check(app: RealApp): Promise<CheckResult> {
  const files = await bundle(app);
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const file = files.get(path);
    response.setHeader('content-type', file ? (TYPES[extname(path)] ?? 'application/octet-stream') : 'text/html');
    if (path === '/') response.end(PAGE);
    else if (file) response.end(file.contents);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const run = checkLeaks(
      clickScenario(url, ['#mount:enabled', '#unmount:enabled']),
      {},
      {
        openBrowser: sessionOpener({ kind: 'launch', executablePath: chromiumPath, noSandbox: true }),
        workspaceFolder: packagesFolder,
      },
    );
    let step = await run.next();
    while (!step.done) step = await run.next();
    return step.value;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function describe(app: RealApp, result: CheckResult): string {
  const { version } = JSON.parse(
    readFileSync(join(packagesFolder, 'node_modules', app.package, 'package.json'), 'utf8'),
  ) as { version: string };
  const lines = [
    `${`${app.name} ${version}`.padEnd(24)} ${result.verdict.padEnd(12)} ${(result.durationMs / 1000).toFixed(1).padStart(5)} s` +
      (result.error ? `  ${result.error.message}` : ''),
  ];
  for (const finding of result.findings) {
    const site = finding.allocatedAt ?? finding.keptAt;
    lines.push(
      `    ${summarizeFinding(finding)}${site ? `\n      made at ${formatPlace(site)} in ${site.function}` : ''}`,
    );
    if (finding.keptAt) lines.push(`      kept at ${formatPlace(finding.keptAt)} in ${finding.keptAt.function}`);
    if (process.env['LEAKWRIGHT_BENCH_DETAILS']) lines.push(`      held by ${finding.retainedBy.join(' → ')}`);
  }
  for (const { name, reason } of result.bounded) lines.push(`    not a leak: ${name} (${reason})`);
  for (const warning of result.warnings) lines.push(`    warning: ${warning}`);
  return lines.join('\n');
}

installPackages();
const only = new RegExp(process.env['LEAKWRIGHT_BENCH_APPS'] ?? '', 'i');
const verdicts: string[] = [];
for (const app of REAL_APPS.filter(({ name }) => only.test(name))) {
  const result = await check(app);
  verdicts.push(result.verdict);
  console.log(describe(app, result));
}
const by = (verdict: string): number => verdicts.filter((one) => one === verdict).length;
console.log(
  `\n${verdicts.length} front ends: ${by('clean')} clean, ${by('leak')} leaking, ${by('inconclusive')} inconclusive, ${by('error')} errors`,
);
if (by('error') > 0) process.exitCode = 1;
