import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser, needsNoSandbox } from '../../../src/browsers/index.ts';
import type { Report } from '../../../src/reports/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { removeFolder } from '../../support/removeFolder.ts';

interface TestEntry {
  readonly title: string;
  readonly ok: boolean;
  readonly tests: readonly {
    readonly results: readonly {
      readonly error?: { readonly message: string };
      readonly attachments: readonly { readonly name: string; readonly contentType: string; readonly path?: string }[];
    }[];
  }[];
}
interface Suite {
  readonly specs?: readonly TestEntry[];
  readonly suites?: readonly Suite[];
}

describe("A user's Playwright Test suite", () => {
  // Its checks follow growth for two minutes at most, two at a time: on a busy machine they take them.
  let folder: string;
  let child: ChildProcess | undefined;
  const entries = new Map<string, TestEntry>();
  let output = '';

  const suiteEnv = () => ({
    ...process.env,
    FORCE_COLOR: '0',
    SUITE_OUTPUT: join(folder, 'out'),
    SUITE_REPORT: join(folder, 'report.json'),
    SUITE_BROWSER: findBrowser().executablePath,
    SUITE_NO_SANDBOX: needsNoSandbox('chromium') ? '1' : '',
  });

  before(async () => {
    const root = packageFolder();
    assert.ok(existsSync(join(root, 'dist', 'playwright.js')), "run 'npm run build' first");
    folder = mkdtempSync(join(tmpdir(), 'lw-suite-'));
    cpSync(join(root, 'test', 'support', 'playwrightSuite'), folder, { recursive: true });
    mkdirSync(join(folder, 'node_modules', '@playwright'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules', 'leakwright'), 'junction');
    symlinkSync(
      join(root, 'node_modules', '@playwright', 'test'),
      join(folder, 'node_modules', '@playwright', 'test'),
      'junction',
    );
    const report = join(folder, 'report.json');
    const run = spawn(process.execPath, [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test'], {
      cwd: folder,
      env: suiteEnv(),
    });
    child = run;
    run.stdout.on('data', (chunk) => (output += String(chunk)));
    run.stderr.on('data', (chunk) => (output += String(chunk)));
    await new Promise((resolve) => run.on('close', resolve));
    assert.ok(existsSync(report), output);
    const visit = (suite: Suite): void => {
      for (const spec of suite.specs ?? []) entries.set(spec.title, spec);
      for (const inner of suite.suites ?? []) visit(inner);
    };
    for (const suite of (JSON.parse(readFileSync(report, 'utf8')) as { suites: Suite[] }).suites) visit(suite);
  });
  after(async () => {
    if (child && child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child!.once('exit', resolve));
      // Playwright ends its workers and their browsers.
      child.kill('SIGTERM');
      await exited;
    }
    removeFolder(folder);
  });

  const attachmentsOf = (title: string): string[] =>
    entries.get(title)!.tests[0]!.results[0]!.attachments.map(({ name }) => name);
  const messageOf = (title: string): string => entries.get(title)!.tests[0]!.results[0]!.error?.message ?? '';

  it('has its leaks found in the tests that leak, and its other tests left green', () => {
    assert.equal(entries.size, 25, output);
    for (const [title, { ok }] of entries) {
      const fails = /^(leak|throws):/.test(title);
      assert.equal(ok, !fails, `${title}\n${messageOf(title)}`);
    }
  });

  it('is told what leaks and where, with the report attached', () => {
    const title = 'leak: the leaky shop is found out';
    assert.match(messageOf(title), /Expected no leak, but .*Panel/);
    assert.match(messageOf(title), /closedPanels/);
    assert.deepEqual(
      attachmentsOf(title).flatMap((name) => (name.startsWith('leaks: ') ? [name.replace(/.*\./, '')] : [])),
      ['txt', 'html', 'json'],
    );
    assert.deepEqual(attachmentsOf('plain test 1'), []);
    const { attachments } = entries.get(title)!.tests[0]!.results[0]!;
    const page = attachments.find(({ contentType }) => contentType === 'text/html');
    // Without a file of its own the HTML reporter shows the page's text instead of the page.
    assert.match(readFileSync(page!.path!, 'utf8'), /<html[^]*closedPanels/);
  });

  // Written for playwright-soak-test: only the import is another.
  it('has soaks fail with the line of what leaks', () => {
    for (const title of ['leak: a soak throws what leaks, with the line', 'leak: a soak lets time pass by itself'])
      assert.match(messageOf(title), /closedPanels[^]*:10/, title);
  });

  it("gets the iteration's own error", () => {
    assert.match(messageOf('throws: what the iteration throws is the test’s own failure'), /the step is wrong/);
  });

  it('is told what it left behind, by test', () => {
    const told = output.slice(output.indexOf('Left behind by this run:'));
    assert.match(told, /forgets a context\n +a context with 1 page, not closed by the test: data:text\/html/);
    assert.match(told, /forgets a browser\n +Chromium.*pid \d+ \(ended with its worker\)/);
    assert.equal(told.match(/plain test/g), null, told);
  });

  // Its own `test`, its page objects, and not a line of ours.
  it('has unchanged specs checked, and is told which tests cannot be repeated and why', async () => {
    const cli = join(packageFolder(), 'dist', 'cli.js');
    const args = ['check', '--playwright', 'cart.spec.ts', '--config', 'unchanged.config.ts', '--reporter', 'json'];
    const run = spawn(process.execPath, [cli, ...args], {
      cwd: folder,
      env: suiteEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = run;
    let said = '';
    let problems = '';
    run.stdout.on('data', (chunk) => (said += String(chunk)));
    run.stderr.on('data', (chunk) => (problems += String(chunk)));
    const code = await new Promise((resolve) => run.on('close', resolve));
    assert.ok(said.startsWith('{'), problems);
    const { checks } = JSON.parse(said) as Report;
    const told = Object.fromEntries(
      checks.map(({ name, verdict, findings, error }) => [
        name.replace(/^.*\.spec\.ts:\d+ › /, ''),
        error?.message.replace(/^.* on one page: /, '') ??
          `${verdict} ${findings.map(({ holder }) => holder).join(' ')}`.trim(),
      ]),
    );
    assert.deepEqual(
      { ...told, 'cart › cannot: counts': told['cart › cannot: counts']?.slice(0, 46) },
      {
        'cart › opens details': 'leak closedPanels',
        'cart › cannot: reloads': 'it leads to another document, with which all that leaks goes.',
        'cart › cannot: orders': 'it ends at http://shop.test/thanks and begins at http://shop.test/.',
        'cart › cannot: counts': 'It passes once and fails when it is repeated, ',
        'cart › cannot: asks the server': 'it does not use the page fixture.',
        'menu › opens what is there': 'clean',
      },
    );
    assert.equal(code, 3, 'what was wanted was not all checked');
  });
});
