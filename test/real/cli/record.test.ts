import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadScenarioFile } from '../../../src/scenarios/index.ts';
import { type CliHome, createCliHome } from '../../support/cli.ts';
import type { LoopbackServer } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';

// Playwright's recorder is used as its command line offers it; a version that changes it would be noticed here.
describe('leakwright record', () => {
  let home: CliHome;
  let pages: LoopbackServer;
  before(async () => (pages = await servePages({ '/': '<button>open</button>' })));
  after(() => pages.close());
  beforeEach(() => (home = createCliHome()));
  afterEach(() => home.dispose());

  it('writes a scenario that can be loaded, even when nothing was done in the browser', async () => {
    const file = join(home.tempFolder, 'page.leak.mjs');
    const run = await home.run(['record', `${pages.origin}/`, '--output', file], {
      cwd: home.tempFolder,
      // No screen here: the recorder's own tests run it so, and close its browser after a while.
      env: { PWTEST_CLI_HEADLESS: '1', PWTEST_CLI_IS_UNDER_TEST: '1', PWTEST_CLI_EXIT_AFTER_TIMEOUT: '3000' },
    });
    assert.equal(run.code, 2, run.stdout + run.stderr);
    assert.equal((await loadScenarioFile(file)).url, `${pages.origin}/`);
    assert.match(readFileSync(file, 'utf8'), /page\.click/);
    rmSync(file);
    assert.deepEqual(home.leftFiles(), []);
  });

  it('says that it needs a screen where there is none', async function () {
    if (process.platform !== 'linux') this.skip();
    const file = join(home.tempFolder, 'page.leak.mjs');
    const env = { DISPLAY: '', WAYLAND_DISPLAY: '', PWTEST_CLI_HEADLESS: '' };
    const run = await home.run(['record', `${pages.origin}/`, '--output', file], { env });
    assert.equal(run.code, 3);
    assert.match(run.stderr, /needs a screen/);
    assert.ok(!existsSync(file));
  });
});
