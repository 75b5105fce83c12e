import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../../../src/support/index.ts';
import { packNpm } from '../../tools/packNpm.ts';

const run = promisify(execFile);
const modules = join(packageFolder(), 'node_modules');

/** A page that keeps a Panel of each click, and one that does not. */
const page = (keeps: boolean): string =>
  `data:text/html,${encodeURIComponent(
    `<button id="go">go</button><script>class Panel { size = 1; } globalThis.kept = [];
     document.getElementById('go').onclick = () => { ${keeps ? 'kept.push(new Panel())' : 'new Panel()'}; };</script>`,
  )}`;

// What a team gets from npm: a program of theirs in each module system, their compiler, and the command line.
describe('The npm package', function () {
  this.timeout(180_000);
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

  it('checks from an ES module: events, a report, the line, and a stop by signal', async () => {
    write(
      'esm.mjs',
      `import { checkLeaks, defineScenario, renderReport } from 'leakwright';
       const scenario = defineScenario({ name: 'panel', url: ${JSON.stringify(page(true))}, iteration: (page) => page.click('#go') });
       const types = new Set();
       const run = checkLeaks(scenario);
       for await (const { type } of run) types.add(type);
       const report = await run;
       const wrong = await checkLeaks(scenario, { iterartions: 9 }).then(() => 'taken', (error) => error.message);
       const signal = AbortSignal.abort(new Error('no time'));
       const stopped = await checkLeaks(scenario, { signal }).then(() => 'done', (error) => error.message);
       const [{ verdict, findings }] = report.checks;
       console.log(JSON.stringify({ types: [...types], verdict, name: findings[0]?.name, line: findings[0]?.allocatedAt?.line,
         exitCode: report.exitCode, text: renderReport(report).includes('Panel'), wrong, stopped }));`,
    );
    const { out, err } = await node('esm.mjs');
    assert.notEqual(out, '', err);
    const said = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual(
      { ...said, types: (said['types'] as string[]).includes('checkEnded') },
      {
        types: true,
        verdict: 'leak',
        name: 'Panel',
        line: 2,
        exitCode: 1,
        text: true,
        wrong: "The options of a check are wrong: checkLeaks() has no 'iterartions': did you mean 'iterations'?.",
        stopped: 'no time',
      },
    );
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
    for (const options of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      const tsc = join(modules, 'typescript', 'bin', 'tsc');
      const files = options[1] === 'nodenext' ? ['types.mts', 'types.cts'] : ['types.mts'];
      const flags = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,dom', '--types', 'node'];
      const { code, out } = await node(tsc, ...flags, ...options, ...files);
      assert.equal(code, 0, out);
    }
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
});
