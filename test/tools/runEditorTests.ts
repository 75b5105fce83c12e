/**
 * `npm run test:editor`: mocha inside a real VS Code's extension host. The same suite runs under the desktop program and
 * under VS Code's server, whichever can be had (`LEAKWRIGHT_EDITOR=desktop|server` insists on one).
 * `npm run test:editor -- PATTERN` runs only the tests whose title matches.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import type * as shopModule from '../demo/shop/serve.ts';
import { obtainBrowser } from '../../src/browsers/index.ts';
import { atExit, cleanUpNow, temporaryFolder } from './atExit.ts';
import { type Editor, obtainEditor, repository } from './obtainEditor.ts';
import { startVscodeServer } from './vscodeServer.ts';
import { openChromium, openForTests } from './workbench.ts';
import { freePort } from '../support/ports.ts';

/** The whole run, the editor’s start included: ten times what it takes on two quick processors. */
const RUN_TIMEOUT_MS = 45 * 60_000;

const results = join(repository, '.test-results', 'editor');
const suite = join(results, 'suite');
const resultsFile = join(results, 'results.json');
const outputFile = join(results, 'output.txt');
const consoleFile = join(results, 'console.txt');
/** What is tested: this repository, or an unpacked VSIX. */
const extension = process.env['LEAKWRIGHT_TEST_EXTENSION'] ?? repository;
const progress = (line: string) => console.log(line);

async function bundleSuite(): Promise<void> {
  rmSync(results, { recursive: true, force: true });
  mkdirSync(suite, { recursive: true });
  const folder = join(repository, 'test', 'editor');
  const entries = ['suite.ts', ...readdirSync(folder).filter((name) => name.endsWith('.test.ts'))];
  await build({
    entryPoints: entries.map((name) => join(folder, name)),
    outdir: suite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'playwright', 'playwright-core'],
    define: { 'import.meta.url': '__moduleUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'warning',
  });
}

/** The demo shop, copied so that tests may change it, and served. Inside the repository: it needs our esbuild. */
async function openShop(): Promise<{ folder: string; server: shopModule.ShopServer }> {
  const folder = join(results, 'workspace', 'shop');
  cpSync(join(repository, 'test', 'demo', 'shop'), folder, { recursive: true });
  const { serveShop } = (await import(pathToFileURL(join(folder, 'serve.ts')).href)) as typeof shopModule;
  const server = await serveShop();
  atExit(() => server.close());
  const task = (label: string, url: string) => ({
    label,
    type: 'leakwright',
    url,
    click: ['.open', '.close'],
    problemMatcher: [],
  });
  const tasks = [
    task('leaky', server.url),
    task('fixed', `${server.url}fixed.html`),
    task('unreachable', `http://127.0.0.1:${await freePort()}/`),
    shellTask('leaky in a shell', server.url),
    {
      label: 'a report in a shell, from another folder',
      type: 'shell',
      command: 'cat report.txt',
      options: { cwd: '${workspaceFolder}/src' },
      problemMatcher: { base: '$leakwright', fileLocation: ['relative', '${workspaceFolder}/src'] },
    },
    { label: 'senseless', type: 'leakwright', click: '.open', problemMatcher: [] },
  ];
  writeScenarios(join(folder, 'leaks'), server.url);
  writeFileSync(join(folder, '.vscode', 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks }, null, 2));
  return { folder, server };
}

/** What a team has that starts the command line itself. */
function shellTask(label: string, url: string): object {
  const [node, cli] = [process.execPath, join(extension, 'dist', 'cli.js')].map((path) => JSON.stringify(path));
  return {
    label,
    type: 'shell',
    command: `${node} ${cli} check --url ${url} --click .open --click .close`,
    problemMatcher: '$leakwright',
  };
}

/** One file each for what a scenario can come to. */
function writeScenarios(folder: string, url: string): void {
  const scenario = (page: string, steps: readonly string[]) =>
    ['export default {', `  url: '${url}${page}',`, '  async iteration(page) {', ...steps, '  },', '};', ''].join('\n');
  const clicks = ["    await page.click('.open');", "    await page.click('.close');"];
  const files = {
    'details.leak.mjs': scenario('', clicks),
    'fixed.leak.mjs': scenario('fixed.html', clicks),
    'throws.leak.mjs': scenario('', [clicks[0]!, "    throw new Error('the panel did not open');"]),
    'broken.leak.mjs': 'export default {\n  iteration( {\n};\n',
    'waits.leak.mjs': scenario('', ['    await new Promise(() => {});']),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, '..', 'node_modules', 'other'), { recursive: true });
  writeFileSync(join(folder, '..', 'node_modules', 'other', 'theirs.leak.mjs'), scenario('', clicks));
}

async function runInServer(
  editor: Editor & { kind: 'server' },
  folder: string,
  env: Record<string, string>,
): Promise<number> {
  const server = await startVscodeServer({ serverMain: editor.serverMain, env });
  const browser = await openChromium(progress);
  const url = server.workbenchUrl({ folder, extension, tests: join(suite, 'suite.js') });
  const run = await openForTests(browser, url, (text) => appendFileSync(consoleFile, `${text}\n`));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The tests did not end within ${RUN_TIMEOUT_MS} ms.`)), RUN_TIMEOUT_MS);
  });
  try {
    return await Promise.race([run.exited, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runOnDesktop(
  editor: Editor & { kind: 'desktop' },
  folder: string,
  env: Record<string, string>,
): Promise<number> {
  const home = temporaryFolder();
  return runTests({
    vscodeExecutablePath: editor.executable,
    extensionDevelopmentPath: extension,
    extensionTestsPath: join(suite, 'suite.js'),
    extensionTestsEnv: env,
    launchArgs: [folder, '--disable-extensions', '--disable-workspace-trust', '--user-data-dir', home],
  });
}

/** Prints mocha's report as it grows; returns how to print the rest and stop. */
function followOutput(): () => void {
  let shown = 0;
  const print = () => {
    if (!existsSync(outputFile)) return;
    const text = readFileSync(outputFile, 'utf8');
    process.stdout.write(text.slice(shown));
    shown = text.length;
  };
  const timer = setInterval(print, 300);
  return () => {
    clearInterval(timer);
    print();
  };
}

async function main(): Promise<number> {
  if (!existsSync(join(extension, 'dist', 'extension.js'))) {
    throw new Error("There is no dist/extension.js: run 'npm run build' first.");
  }
  const editor = await obtainEditor({ progress });
  await bundleSuite();
  const shop = await openShop();
  const stateFolder = temporaryFolder();
  const env = {
    LEAKWRIGHT_REPOSITORY: repository,
    LEAKWRIGHT_STATE_DIR: stateFolder,
    LEAKWRIGHT_EDITOR_RESULTS: resultsFile,
    LEAKWRIGHT_EDITOR_OUTPUT: outputFile,
    LEAKWRIGHT_TEST_CHROMIUM: (await obtainBrowser({ onProgress: progress })).executablePath,
    LEAKWRIGHT_TEST_COLOUR: process.stdout.isTTY ? '1' : '0',
    LEAKWRIGHT_TEST_GREP: process.argv[2] ?? '',
  };
  const stopFollowing = followOutput();
  let code: number;
  try {
    code = await (editor.kind === 'server'
      ? runInServer(editor, shop.folder, env)
      : runOnDesktop(editor, shop.folder, env));
  } finally {
    stopFollowing();
  }
  if (!existsSync(resultsFile)) throw new Error(`The extension host ended without results; see ${consoleFile}.`);
  const { tests } = JSON.parse(readFileSync(resultsFile, 'utf8')) as { tests: { outcome: string }[] };
  const failed = tests.filter(({ outcome }) => outcome === 'failed').length;
  console.log(`${tests.length} in-editor tests (${editor.kind}), ${failed} failed: ${resultsFile}`);
  return failed > 0 ? 1 : code;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await cleanUpNow();
}
