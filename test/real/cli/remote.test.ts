import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findBrowser } from '../../../src/browsers/index.ts';
import type { Report } from '../../../src/reports/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { type CliHome, createCliHome } from '../../support/cli.ts';
import { until } from '../../support/until.ts';
import { kill } from '../../tools/ownedProcesses.ts';
import { removeFolder } from '../../support/removeFolder.ts';

const chromedriver = process.env['CHROMEDRIVER'] ?? '/usr/bin/chromedriver';

const PAGE = `<!doctype html><link rel="icon" href="data:,"><button id="go">go</button>
<script src="app.js"></script>`;
const APP = `const closed = [];
class Panel {
  constructor() {
    this.rows = Array.from({ length: 50 }, (_, row) => ({ row }));
  }
}
document.querySelector('#go').onclick = () => {
  closed.push(new Panel());
  fetch('/beat');
};
`;

// A team's browsers often run on another machine: a check must work there, and leave nothing here when that one goes.
describe('leakwright check in a browser elsewhere', function () {
  let home: CliHome;
  let pages: Server;
  let origin: string;
  let beats = 0;
  /** Where the remote programs live: what they leave there is theirs. */
  let elsewhere: string;
  let executable: string;
  let remote: ChildProcess | undefined;

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    executable = findBrowser({}).executablePath;
    pages = createServer((request, response) => {
      if (request.url === '/beat') beats += 1;
      response.writeHead(200, { 'content-type': request.url === '/app.js' ? 'text/javascript' : 'text/html' });
      response.end(request.url === '/app.js' ? APP : request.url === '/beat' ? '' : PAGE);
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  });
  after(() => {
    pages?.closeAllConnections();
    pages?.close();
  });
  beforeEach(() => {
    home = createCliHome();
    elsewhere = mkdtempSync(join(tmpdir(), 'lw-else-'));
    beats = 0;
  });
  afterEach(async () => {
    try {
      assert.deepEqual(home.leftFiles(), [], 'nothing is left here');
    } finally {
      home.dispose();
      await end(remote);
      remote = undefined;
      removeFolder(elsewhere);
    }
  });

  /** Kills it with all it started. */
  async function end(child: ChildProcess | undefined): Promise<void> {
    if (!child?.pid) return;
    const exited =
      child.exitCode !== null || child.signalCode !== null
        ? Promise.resolve()
        : new Promise((resolve) => child.once('exit', resolve));
    kill(-child.pid);
    await exited;
    await until('all of it is gone', () => livingIn(elsewhere).length === 0);
  }

  function start(command: string, args: readonly string[]): ChildProcess {
    remote = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, TMPDIR: elsewhere, NODE_NO_WARNINGS: '1' },
    });
    return remote;
  }

  function firstLine(child: ChildProcess, pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const found = pattern.exec(line);
        if (found) resolve(found[1]!);
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }

  async function startPlaywrightServer(): Promise<string> {
    const program = join(packageFolder(), 'test', 'support', 'playwrightServer.ts');
    return await firstLine(start(process.execPath, [program, executable]), /^(ws:.+)$/);
  }

  async function startBrowser(): Promise<string> {
    const profile = join(elsewhere, 'profile');
    start(executable, [
      '--headless',
      '--no-sandbox',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ]);
    const portFile = join(profile, 'DevToolsActivePort');
    await until('the browser has a port', () => existsSync(portFile) && readFileSync(portFile, 'utf8').includes('\n'));
    return `http://127.0.0.1:${readFileSync(portFile, 'utf8').split('\n')[0]}`;
  }

  async function startGrid(): Promise<string> {
    const port = await firstLine(start(chromedriver, ['--port=0']), /started successfully on port (\d+)/);
    return `http://127.0.0.1:${port}`;
  }

  const args = ['--click', '#go', '--reporter', 'json'];

  function assertLeakFound(stdout: string): void {
    const [check] = (JSON.parse(stdout) as Report).checks;
    assert.equal(check!.verdict, 'leak', stdout);
    const panel = check!.findings.find(({ name }) => name === 'Panel');
    assert.equal(panel?.holder, 'closed');
    assert.equal(panel.keptAt?.line, 8);
    assert.equal(panel.keptAt.precision, 'line');
    assert.ok(check!.cleanup.successful, JSON.stringify(check!.cleanup));
  }

  it('finds the line through a Playwright server, which serves on', async () => {
    const endpoint = await startPlaywrightServer();
    const run = await home.run(['check', '--url', origin, '--connect', endpoint, ...args]);
    assert.equal(run.code, 1, run.stderr);
    assertLeakFound(run.stdout);
    assert.equal(remote!.exitCode, null, 'it is not ours to end');
  });

  it('finds the line in a browser with a debugging port, and takes its own pages away again', async () => {
    const endpoint = await startBrowser();
    const pagesOf = async () =>
      ((await (await fetch(`${endpoint}/json/list`)).json()) as { type: string; url: string }[])
        .filter(({ type }) => type === 'page')
        .map(({ url }) => url);
    const before = await pagesOf();
    const run = await home.run(['check', '--url', origin, '--connect', endpoint, ...args]);
    assert.equal(run.code, 1, run.stderr);
    assertLeakFound(run.stdout);
    assert.deepEqual(await pagesOf(), before);
  });

  it('finds the line on a Selenium Grid, whose browser ends with the check', async function () {
    if (!existsSync(chromedriver)) this.skip();
    const hub = await startGrid();
    const run = await home.run(['check', '--url', origin, ...args], { env: { SELENIUM_REMOTE_URL: hub } });
    assert.equal(run.code, 1, run.stderr);
    assertLeakFound(run.stdout);
    // The driver alone is left.
    await until('the browser on the Grid is gone', () => livingIn(elsewhere).length === 1);
  });

  for (const [what, connect] of [
    ['Playwright server', startPlaywrightServer],
    ['browser with a debugging port', startBrowser],
  ] as const) {
    it(`says so when the ${what} is killed in mid-run, and leaves nothing here`, async () => {
      const endpoint = await connect();
      const run = home.start(['check', '--url', origin, '--connect', endpoint, '--iterations', '2000', ...args]);
      await until('the check is under way', () => beats >= 5);
      await end(remote);
      const { code, stdout, stderr } = await run.done;
      assert.equal(code, 3, stderr);
      const [check] = (JSON.parse(stdout) as Report).checks;
      assert.equal(check!.verdict, 'error');
      assert.equal(check!.error?.code, 'leaks.browserDied');
      assert.match(check!.error.message, /browser|connection|server/i);
    });
  }

  it('says which address did not answer', async () => {
    const run = await home.run(['check', '--url', origin, '--connect', 'ws://127.0.0.1:9/secret-token', ...args]);
    assert.equal(run.code, 3, run.stdout);
    assert.match(run.stdout + run.stderr, /No browser answers at 'ws:\/\/127\.0\.0\.1:9/);
    assert.doesNotMatch(run.stdout + run.stderr, /secret-token/);
  });
});

/** Pids of living processes whose environment or command line names a folder. */
function livingIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      const dead = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z');
      const of = readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return !dead && of.includes(folder);
    } catch {
      return false;
    }
  });
}
