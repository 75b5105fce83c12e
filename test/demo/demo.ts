/**
 * `npm run demo`: the whole story in a minute, on the leaky sample shop: a managed session with its tree, a leak check that
 * names the line in the .ts file, the fixed twin, and an orphan found and cleaned up. Exits 1 when any part of it fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { needsNoSandbox, obtainBrowser } from '../../src/browsers/index.ts';
import type { OwnedTree } from '../../src/orphans/index.ts';
import type { Report } from '../../src/reports/index.ts';
import { SessionClient } from '../../src/sessions/index.ts';
import { describeError, packageFolder } from '../../src/support/index.ts';
import { systemIo } from '../../src/terminal/index.ts';
import { runClean } from '../../src/terminal/cleanCommand.ts';
import { serveShop } from './shop/serve.ts';
import { removeFolder } from '../support/removeFolder.ts';

const root = packageFolder();
const cli = join(root, 'dist', 'cli.js');
const shopFolder = join(root, 'test', 'demo', 'shop');

// The demo's browsers and files have a place of their own: it cleans up nothing that it did not make.
const home = realpathSync(mkdtempSync(join(tmpdir(), 'lw-demo-')));
const reportFile = join(home, 'report.json');
process.env['TMPDIR'] = mkdtempSync(join(home, 't'));
process.env['LEAKWRIGHT_STATE_DIR'] = join(home, 's');

const steps: { readonly title: string; readonly ok: boolean; readonly said: string }[] = [];

async function step(title: string, run: () => Promise<string>): Promise<void> {
  console.log(`\n${styleText('bold', `▸ ${title}`)}\n`);
  try {
    const said = await run();
    steps.push({ title, ok: true, said });
  } catch (error) {
    console.error(describeError(error));
    steps.push({ title, ok: false, said: describeError(error) });
  }
}

/** Runs our CLI with its output shown, and gives its exit code. */
async function leakwright(...args: string[]): Promise<number> {
  console.log(styleText('dim', `$ leakwright ${args.join(' ')}`));
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit', cwd: shopFolder });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function expect(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

/** Starts a Puppeteer script in a process of its own, kills it, and gives the pid of the browser it left behind. */
async function makeOrphan(executablePath: string): Promise<number> {
  const args = ['--disable-background-networking', ...(needsNoSandbox('chromium') ? ['--no-sandbox'] : [])];
  const owner: ChildProcess = spawn(
    process.execPath,
    [join(root, 'test', 'demo', 'orphanOwner.ts'), executablePath, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = await new Promise<number>((resolve, reject) => {
    owner.once('error', reject);
    owner.once('exit', () => reject(new Error('the script that should leave a browser behind ended too early')));
    owner.stdout!.once('data', (chunk: Buffer) => resolve(Number(chunk.toString('utf8').trim())));
  });
  const ended = new Promise<void>((resolve) => owner.once('exit', () => resolve()));
  owner.kill('SIGKILL');
  await ended;
  return pid;
}

const shop = await serveShop();
try {
  let executablePath = '';
  await step('A browser', async () => {
    const browser = await obtainBrowser({ onProgress: (line) => console.log(line) });
    executablePath = browser.executablePath;
    console.log(`${browser.product} at ${executablePath}`);
    if (needsNoSandbox('chromium')) console.log('You are root: Chromium runs with --no-sandbox.');
    return browser.product;
  });

  await step('A managed session, and what it costs', async () => {
    const client = await SessionClient.start();
    try {
      const session = await client.launch({
        source: { kind: 'launch', executablePath },
        name: 'tea shop',
        url: shop.url,
      });
      console.log(
        `Session '${session.name}': ${session.browser.name} ${session.browser.version}, pid ${session.root?.pid}\n`,
      );
      expect((await leakwright('tree')) === 0, 'the tree could not be shown');
      const summary = await client.close(session.id);
      expect(
        summary.successful,
        `the clean-up left something: ${summary.errors.map((error) => error.message).join('; ')}`,
      );
      const said = `closed in ${summary.durationMs.toFixed(0)} ms, ${summary.memoryRecoveredMb.toFixed(0)} MB recovered, nothing left`;
      console.log(said);
      return said;
    } finally {
      await client.dispose();
    }
  });

  await step('A leak check of the shop', async () => {
    const clicks = ['--click', '.open', '--click', '.close'];
    const reports = ['--reporter', 'text', '--reporter', `json=${reportFile}`];
    const code = await leakwright(
      'check',
      '--url',
      shop.url,
      ...clicks,
      ...reports,
      '--executable-path',
      executablePath,
    );
    expect(code === 1, `a leak ends with exit code 1, not ${code}`);
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
    const finding = report.checks[0]!.findings[0];
    const kept = finding?.keptAt;
    expect(kept?.file === 'src/shop.ts', 'the leak was not traced to src/shop.ts');
    const line = readFileSync(join(shopFolder, kept!.file), 'utf8').split('\n')[kept!.line - 1]!.trim();
    expect(
      line.includes('closedPanels.push'),
      `line ${kept!.line} of ${kept!.file} is not the one that leaks: ${line}`,
    );
    console.log(`The line: ${kept!.file}:${kept!.line}  ${line}`);
    return `${finding!.name}, kept by ${finding!.holder} at ${kept!.file}:${kept!.line}`;
  });

  await step('The same check of the fixed shop', async () => {
    const code = await leakwright(
      'check',
      '--url',
      `${shop.url}fixed.html`,
      '--click',
      '.open',
      '--click',
      '.close',
      '--executable-path',
      executablePath,
    );
    expect(code === 0, `a clean page ends with exit code 0, not ${code}`);
    return 'clean';
  });

  await step('An orphan: a Puppeteer script is killed, its browser stays', async () => {
    const pid = await makeOrphan(executablePath);
    console.log(`The script is gone, its browser (pid ${pid}) is still there.\n`);
    console.log(styleText('dim', '$ leakwright clean --yes   (limited to this one browser)'));
    const onlyThis = { filter: ({ tree }: OwnedTree) => tree.processes.some(({ info }) => info.pid === pid) };
    const code = await runClean({ yes: true }, systemIo(), new AbortController().signal, onlyThis);
    expect(code === 0, `the orphan could not be cleaned up (exit code ${code})`);
    return `browser ${pid} ended, its profile removed`;
  });
} finally {
  await shop.close();
  removeFolder(home);
}

console.log(`\n${styleText('bold', 'Summary')}`);
for (const { title, ok, said } of steps) {
  console.log(`  ${ok ? styleText('green', '✓') : styleText('red', '✗')} ${title}: ${said}`);
}
if (steps.some((one) => !one.ok)) process.exitCode = 1;
else console.log(`\nNext: 'npm start' opens the editor with the extension and this shop.`);
