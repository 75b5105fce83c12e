import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { planChecks } from '../../../src/terminal/planChecks.ts';
import { runInit } from '../../../src/terminal/initCommand.ts';

// The first command of a new user: what it writes must run as it is, and must not overwrite anything.
describe('leakwright init', () => {
  const former = process.cwd();
  let folder: string;
  let said = '';
  const io = {
    out: (text: string) => void (said += text),
    err: () => {},
    isTty: false,
    colour: false,
    confirm: async () => false,
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-init-')));
    process.chdir(folder);
    said = '';
  });
  afterEach(() => {
    process.chdir(former);
    rmSync(folder, { recursive: true, force: true });
  });

  for (const typescript of [false, true]) {
    it(`writes what ${typescript ? 'TypeScript' : 'JavaScript'} projects can check at once`, async () => {
      if (typescript) writeFileSync('tsconfig.json', '{}');
      await runInit({ url: 'localhost:3000/cart', click: ['#a', '#b'], ci: 'github' }, io);
      const { jobs } = await planChecks({ files: [] });
      assert.deepEqual(
        jobs.map(({ found, settings }) => ['scenario' in found && found.scenario.url, settings.timeout]),
        [['http://localhost:3000/cart', 120]],
      );
      assert.match(readFileSync('.github/workflows/leaks.yml', 'utf8'), /npx leakwright check/);
      assert.equal(existsSync(`leakwright.config.${typescript ? 'ts' : 'mjs'}`), true);
    });
  }

  // An absolute path is that of one person's machine: the CI file that is written beside it has another.
  it('names the page of a file relative to the scenario', async () => {
    writeFileSync('index.html', '<button id="a">');
    await runInit({ url: 'index.html', click: ['#a'], ci: 'none' }, io);
    const text = readFileSync(join('tests', 'leaks', 'index.leak.mjs'), 'utf8');
    assert.match(text, /url: new URL\('\.\.\/\.\.\/index\.html', import\.meta\.url\)\.href/);
    const { jobs } = await planChecks({ files: [] });
    assert.deepEqual(
      jobs.map(({ found }) => 'scenario' in found && found.scenario.url),
      [pathToFileURL(join(folder, 'index.html')).href],
    );
  });

  it('keeps what is there, and refuses a CI that it does not know', async () => {
    writeFileSync('leakwright.config.json', '{}');
    writeFileSync('.gitlab-ci.yml', 'mine');
    await runInit({ yes: true }, io);
    assert.match(said, /kept +leakwright\.config\.json/);
    assert.equal(existsSync('tests'), false, 'no example beside scenarios of the project');
    assert.match(said, /kept +\.gitlab-ci\.yml/);
    assert.equal(readFileSync('.gitlab-ci.yml', 'utf8'), 'mine');
    await runInit({ url: 'localhost:3000/cart', click: ['#a'], ci: 'none' }, io);
    assert.match(said, /npx leakwright check tests\/leaks\/cart\.leak\.mjs\n$/);
    await assert.rejects(runInit({ ci: 'jenkins' }, io), { code: 'usage', message: /jenkins/ });
  });
});
