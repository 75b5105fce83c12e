import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findBrowser, needsNoSandbox } from '../../../src/browsers/index.ts';
import { createCliHome } from '../../support/cli.ts';
import { until } from '../../support/until.ts';
import { processesMarked } from '../../tools/ownedProcesses.ts';
import { listen } from '../../support/listen.ts';

const script = (keeps: boolean): string => `class Panel { items = new Array(50).fill('x'); }
const closed = [];
document.getElementById('go').onclick = () => { const made = new Panel(); ${keeps ? 'closed.push(made);' : ''} };`;

describe('leakwright check --watch --ui', () => {
  it('checks again what a change touches and what the page wants again, and ends with Ctrl-C', async () => {
    const home = createCliHome();
    const file = join(home.tempFolder, 'app.js');
    writeFileSync(file, script(true));
    const { origin, close } = await listen((request, response) => {
      const isScript = request.url === '/app.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? readFileSync(file) : '<button id="go">go</button><script src="app.js"></script>');
    });
    const url = `${origin}/`;
    const scenario = `export default { url: '${url}', iteration: (page) => page.click('#go') };`;
    writeFileSync(join(home.tempFolder, 'one.leak.mjs'), scenario);
    const other = `export default { url: 'data:text/html,<button onclick="this.hidden=false">go</button>', iteration: (page) => page.click('button') };`;
    writeFileSync(join(home.tempFolder, 'two.leak.mjs'), other);
    const command = home.start(['check', '--watch', '--ui', '--workers', '2']);
    const rounds = () => command.stderr().match(/^Watching 2 checks, 3 files$/gm)?.length ?? 0;
    const browser = await chromium.launch({
      executablePath: findBrowser().executablePath,
      chromiumSandbox: !needsNoSandbox('chromium'),
    });
    try {
      await until('the page is served', () => command.stderr().includes('The report is at'));
      const page = await browser.newPage();
      await page.goto(/http:\S+/.exec(command.stderr())![0]);
      const report = page.frameLocator('#report');
      assert.ok(!page.url().includes('token'));
      await until('it watches', () => rounds() === 1);
      assert.match(command.stdout(), /2 checks: 1 leaking, 1 clean/);
      await report.getByText('2 checks: 1 leaking, 1 clean').waitFor();
      const said = command.stdout().length;
      writeFileSync(file, script(false));
      await until('the change was checked', () => rounds() === 2);
      assert.match(command.stdout().slice(said), /2 checks: 2 clean/);
      const checked = command.stderr().match(/^Checking .*$/gm);
      assert.deepEqual(checked, ['Checking one.leak.mjs, two.leak.mjs', 'Checking one.leak.mjs']);
      await report.getByText('2 checks: 2 clean').waitFor();
      await page.getByRole('button', { name: 'Check Again' }).click();
      await until('all are checked again', () => command.stderr().match(/^Checking one.leak.mjs, two/gm)?.length === 2);
      command.child.kill('SIGINT');
      const { code } = await command.done;
      assert.equal(code, 130, command.stderr());
      await page.getByText('The command has ended.').waitFor();
      await until('its browsers are gone', () => processesMarked(home.tempFolder, 'TMPDIR').length === 0);
    } finally {
      await browser.close();
      await close();
      home.dispose();
    }
  });
});
