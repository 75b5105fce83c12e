import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../../../src/support/index.ts';
import { packNpm } from '../../tools/packNpm.ts';
import { listen } from '../../support/listen.ts';

const run = promisify(execFile);
const modules = join(packageFolder(), 'node_modules');

/** A page that keeps a Panel of each click, and one that does not. */
const page = (keeps: boolean): string =>
  `data:text/html,${encodeURIComponent(
    `<button id="go">go</button><script>class Panel { size = 1; } globalThis.kept = [];
     document.getElementById('go').onclick = () => { ${keeps ? 'kept.push(new Panel())' : 'new Panel()'}; };</script>`,
  )}`;

/** Opens and closes details, and keeps each. */
const CART = `<button id="open">Details</button><button id="close">Close</button><script>
class Details { items = new Array(50).fill('item'); }
const closed = [];
let shown;
document.getElementById('open').onclick = () => { shown = new Details(); };
document.getElementById('close').onclick = () => { closed.push(shown); };
</script>`;

/** Leaves two snapshots behind, with a hundred sessions more in the second. */
const SESSIONS = `const { writeHeapSnapshot } = require('node:v8');
class Session { user = 'somebody'; }
globalThis.sessions = [];
for (const name of ['before', 'after']) {
  for (let n = 0; n < 100; n += 1) sessions.push(new Session());
  writeHeapSnapshot(name + '.heapsnapshot');
}`;

// What a team gets from npm: a program of theirs in each module system, their compiler, and the command line.
describe('The npm package', () => {
  let folder: string;
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const node = async (...args: string[]) => {
    try {
      const { stdout, stderr } = await run(process.execPath, args, {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  };

  const compile = async (options: readonly string[], files: readonly string[]): Promise<void> => {
    const tsc = join(modules, 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,dom', '--types', 'node'];
    const { code, out } = await node(tsc, ...flags, ...options, ...files);
    assert.equal(code, 0, out);
  };

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-npm-')));
    const tarball = packNpm(folder);
    const installed = join(folder, 'node_modules', 'leakwright');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
    // As npm would install them; from here, so that no network is needed.
    for (const name of ['playwright', 'playwright-core', '@types/node', 'undici-types']) {
      mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
      symlinkSync(join(modules, name), join(folder, 'node_modules', name), 'junction');
    }
    cpSync(join(packageFolder(), 'LICENSE'), join(folder, 'LICENSE'));
    write('package.json', '{ "name": "consumer", "private": true }');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses misspelt options and stops by signal before a browser starts, from an ES module', async () => {
    write(
      'esm.mjs',
      `import { analyzeSnapshots, checkLeaks } from 'leakwright';
       const said = async (run) => await run().then(() => 'taken', (error) => error.message);
       const signal = AbortSignal.abort(new Error('no time'));
       console.log(JSON.stringify([
         await said(async () => await checkLeaks('http://a/', { iterartions: 9 })),
         await said(async () => await analyzeSnapshots('a.heapsnapshot', { limits: 9 })),
         await said(async () => await checkLeaks('http://a/', { signal })),
       ]));`,
    );
    const { out, err } = await node('esm.mjs');
    assert.notEqual(out, '', err);
    assert.deepEqual(JSON.parse(out), [
      "The options of a check are wrong: checkLeaks() has no 'iterartions': did you mean 'iterations'?",
      "analyzeSnapshots() has no 'limits'.",
      'no time',
    ]);
  });

  it("checks a page of the caller's own from CommonJS, and leaves it open", async () => {
    write(
      'cjs.cjs',
      `const { chromium } = require('playwright');
       const { checkLeaks } = require('leakwright');
       (async () => {
         const browser = await chromium.launch({ executablePath: process.env.LEAKWRIGHT_BROWSER, args: ['--no-sandbox'] });
         const context = await browser.newContext();
         const page = await context.newPage();
         await page.goto(${JSON.stringify(page(true))});
         const own = await checkLeaks((page) => page.click('#go'), { page });
         const clean = await checkLeaks(${JSON.stringify(page(false))}, { context, click: '#go' });
         const kept = await page.evaluate(() => kept.length);
         console.log(JSON.stringify([own.checks[0].verdict, clean.checks[0].verdict, page.isClosed(), context.pages().length, kept > 9]));
         await browser.close();
       })();`,
    );
    const { findBrowser } = await import('../../../src/browsers/index.ts');
    process.env['LEAKWRIGHT_BROWSER'] = findBrowser({ family: 'chromium' }).executablePath ?? '';
    const { out, err } = await node('cjs.cjs');
    assert.equal(out.trim(), '["leak","clean",false,1,true]', err);
  });

  it('has types for both module systems, and a command line that reads a configuration of its type', async () => {
    const source = `import { type Report, checkLeaks, defineConfig, defineScenario, renderReport } from 'leakwright';
      export const scenario = defineScenario({ url: 'http://a/', iteration: async (page) => { await page.click('#a'); } });
      export async function verdicts(signal: AbortSignal): Promise<string> {
        for await (const event of checkLeaks(scenario, { signal })) if (event.type === 'finding') console.log(event.finding.holder);
        const report: Report = await checkLeaks('http://a/', { click: ['#a'], failOn: 'moderate' });
        return renderReport(report, 'markdown');
      }
      // @ts-expect-error -- a misspelt option
      checkLeaks('http://a/', { iterartions: 3 });
      export default defineConfig({ scenarios: ['*.leak.mts'], failOn: 'critical', projects: [{ name: 'one', warmup: 2 }] });`;
    write('types.mts', source);
    write('types.cts', source);
    await compile(['--module', 'nodenext'], ['types.mts', 'types.cts']);
    await compile(['--module', 'esnext', '--moduleResolution', 'bundler'], ['types.mts']);
    write('leakwright.config.mts', source);
    write(
      'panel.leak.mts',
      `import { defineScenario } from 'leakwright';
       export default defineScenario({ url: ${JSON.stringify(page(true))}, iteration: (page) => page.click('#go') });`,
    );
    const { code, out, err } = await node('node_modules/leakwright/dist/cli.js', 'check', '--reporter', 'json');
    const report = JSON.parse(out) as { checks: { name: string; verdict: string; warmup: number }[] };
    // `failOn: critical` of the configuration lets a small leak pass.
    assert.deepEqual(
      [code, report.checks.map(({ name, verdict, warmup }) => [name, verdict, warmup])],
      [0, [['panel.leak.mts [one]', 'leak', 2]]],
      err,
    );
  });

  it('does what the examples of its guide say', async () => {
    const { origin, close } = await listen((_, response) => response.setHeader('content-type', 'text/html').end(CART));
    const guide = readFileSync(join(folder, 'node_modules', 'leakwright', 'docs', 'api.md'), 'utf8');
    const examples = [...guide.matchAll(/```ts\n(.*?)```/gs)]
      .map(([, text]) => text!.replaceAll('http://localhost:5173', origin))
      // Runs in a test runner of the reader's: scripts/recipes.ts installs those.
      .filter((text) => !text.includes("from 'vitest'"));
    try {
      const files = examples.map((_, index) => `example${index}.mts`);
      for (const [index, text] of examples.entries()) write(files[index]!, text);
      await compile(['--module', 'nodenext'], files);
      write('sessions.cjs', SESSIONS);
      await node('sessions.cjs');
      // The one of a Node program needs a server of the reader's: it is compiled only.
      const toRun = files.filter((_, index) => !examples[index]!.includes('server.mjs'));
      const said = await Promise.all(toRun.map(async (file) => await node(file)));
      const [check, events, snapshots] = said.map(({ code, out, err }) => `${code}\n${out}${err}`);
      assert.equal(said.length, 3);
      assert.match(check!, /^1\n[^]*Details[^]*closed/);
      assert.match(events!, /^0\n[^]*Details \{[^]*line: 5/);
      assert.match(snapshots!, /^0\n[^]*Session.*sessions.* 100, 200[^]*sessions\.cjs/);
    } finally {
      await close();
    }
  });
});
