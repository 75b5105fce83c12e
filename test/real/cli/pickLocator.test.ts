import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliHome, createCliHome } from '../../support/cli.ts';
import type { LoopbackServer } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';

// A locator that is typed blind is what a first scenario fails with.
describe('leakwright pick-locator', function () {
  let home: CliHome;
  let pages: LoopbackServer;
  before(async () => {
    pages = await servePages({
      '/': '<button style="position: fixed; inset: 0">Open the cart</button>',
      '/signed-in': '<a href="#" style="position: fixed; inset: 0" data-testid="details">Details</a>',
    });
  });
  after(() => pages.close());
  beforeEach(() => (home = createCliHome()));
  afterEach(() => home.dispose());

  /** A scenario whose page a person clicks in, a moment after the picker has come up. */
  const scenario = (parts: string, click = 'page.mouse.click(300, 300)'): string => {
    const file = join(home.tempFolder, 'page.leak.mjs');
    const person = `setInterval(() => ${click}.catch(() => {}), 300).unref();`;
    writeFileSync(file, `export default { ${parts}, prepare: async (page) => { ${person} }, iteration() {} };\n`);
    return file;
  };
  const pick = async (target: string) =>
    await home.run(['pick-locator', target], { cwd: home.tempFolder, env: { PWTEST_CLI_HEADLESS: '1' } });

  it('prints the locator of what is clicked, on the page as the scenario finds it', async () => {
    const run = await pick(scenario(`url: '${pages.origin}/'`));
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout.trim(), "getByRole('button', { name: 'Open the cart' })");
    assert.deepEqual(home.leftFiles(), ['page.leak.mjs']);
  });

  it('says that nothing was picked where the window is closed, and what cannot be opened', async () => {
    const closed = await pick(scenario(`url: '${pages.origin}/signed-in'`, 'page.close()'));
    assert.equal(closed.code, 2, closed.stdout + closed.stderr);
    const gone = await pick(join(home.tempFolder, 'none.leak.mjs'));
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /none\.leak\.mjs/);
    const senseless = await pick('htp:/nowhere');
    assert.equal(senseless.code, 3);
  });

  it('says that it needs a screen where there is none', async function () {
    if (process.platform !== 'linux') this.skip();
    const env = { DISPLAY: '', WAYLAND_DISPLAY: '', PWTEST_CLI_HEADLESS: '' };
    const run = await home.run(['pick-locator', `${pages.origin}/`], { env });
    assert.equal(run.code, 3);
    assert.match(run.stderr, /needs a screen/);
  });
});
