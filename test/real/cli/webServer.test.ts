import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Report } from '../../../src/reports/index.ts';
import { type CliHome, type CliRun, createCliHome } from '../../support/cli.ts';
import { until } from '../../support/until.ts';
import { kill } from '../../tools/ownedProcesses.ts';
import { removeFolder } from '../../support/removeFolder.ts';

/**
 * A development server as they are: a shell starts a starter, which starts a server in a process of its own, and a daemon that
 * leaves the tree, the group and the session, and outlives whoever does not know of it.
 */
const SERVER = `
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
const [port, role] = process.argv.slice(2);
if (role === 'daemon') setInterval(() => {}, 1000);
else if (role === 'server') {
  createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    if (request.url === '/ready' && !globalThis.ready) { globalThis.ready = true; response.writeHead(503).end(); return; }
    const who = request.headers.cookie ?? 'nobody';
    response.end('<title>' + (process.env.SHOP_NAME ?? '') + '</title><link rel="icon" href="data:,"><p id="who">' + who + '</p><button data-qa="go" onclick="this.hidden = false">go</button>');
  }).listen(Number(port), '127.0.0.1', () => console.log('listening on ' + port));
} else {
  const options = { stdio: ['ignore', 'inherit', 'inherit'] };
  spawn(process.execPath, [process.argv[1], port, 'server'], options);
  spawn(process.execPath, [process.argv[1], port, 'daemon'], { stdio: 'ignore', detached: true }).unref();
}
`;

/** Pids of living processes that run the server script of a test. */
function serversIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const dead = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z');
      return !dead && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(folder, 'server.mjs'))
        ? [Number(pid)]
        : [];
    } catch {
      return [];
    }
  });
}

function keepersOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '' && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('keeperProcess'))
    .map(Number);
}

describe("leakwright check with a Playwright configuration's web server", () => {
  let home: CliHome;
  let project: string;
  let port: number;

  beforeEach(async () => {
    home = createCliHome();
    project = join(home.tempFolder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'server.mjs'), SERVER);
    const probe = createServer();
    probe.listen(0, '127.0.0.1');
    await once(probe, 'listening');
    ({ port } = probe.address() as AddressInfo);
    probe.close();
  });
  afterEach(async function () {
    // A check that runs on after a failure has its servers still.
    if (this.currentTest?.state !== 'passed') home.kill();
    try {
      await until('no process of the server lives', () => serversIn(project).length === 0);
    } finally {
      for (const pid of serversIn(project)) kill(pid);
      home.dispose();
    }
  });

  function configure(webServer: string, more = ''): void {
    writeFileSync(join(project, 'playwright.config.mjs'), `export default { webServer: ${webServer}, ${more} };`);
  }

  const shop = (more = '') =>
    `{ command: '"${process.execPath}" "${join(project, 'server.mjs')}" ${port}', url: 'http://127.0.0.1:${port}/ready', ${more} }`;

  function scenario(iteration: string): void {
    mkdirSync(join(project, 'test'), { recursive: true });
    writeFileSync(join(project, 'test', 'shop.leak.mjs'), `export default { url: '/', ${iteration} };`);
  }

  async function run(...args: string[]): Promise<CliRun> {
    return await home.run(['check', ...args], { cwd: project });
  }

  it('starts it, checks the page at its baseURL as the signed-in user, and ends every process of it', async () => {
    const state = {
      cookies: [
        {
          name: 'user',
          value: 'ada',
          domain: '127.0.0.1',
          path: '/',
          expires: -1,
          httpOnly: false,
          secure: false,
          sameSite: 'Lax',
        },
      ],
      origins: [],
    };
    writeFileSync(join(project, 'state.json'), JSON.stringify(state));
    configure(
      shop(`env: { SHOP_NAME: 'Tea' }`),
      `use: { baseURL: 'http://127.0.0.1:${port}', storageState: 'state.json', testIdAttribute: 'data-qa', viewport: { width: 500, height: 400 } }`,
    );
    scenario(`async iteration(page) {
      await page.getByTestId('go').click();
      const seen = [await page.title(), await page.locator('#who').textContent(), page.viewportSize().width].join();
      if (seen !== 'Tea,user=ada,500') throw new Error('saw ' + seen);
    }`);
    const { code, stdout, stderr } = await run('--reporter', 'json');
    assert.equal(code, 0, stdout + stderr);
    assert.equal((JSON.parse(stdout) as Report).checks[0]!.url, `http://127.0.0.1:${port}/`);
    assert.deepEqual(serversIn(project), [], 'the command comes back when they are gone');
  });

  it('takes --storage-state and a path as --url, without a scenario file', async () => {
    writeFileSync(
      join(project, 'other.json'),
      JSON.stringify({ cookies: [], origins: [{ origin: 'http://x.test', localStorage: [] }] }),
    );
    configure(shop(), `use: { baseURL: 'http://127.0.0.1:${port}' }`);
    const config = ['--config', 'playwright.config.mjs'];
    const good = await run('--url', '/there', '--click', 'button', ...config, '--storage-state', 'other.json');
    assert.equal(good.code, 0, good.stdout + good.stderr);
    const bad = await run('--url', '/there', '--click', 'button', ...config, '--storage-state', 'server.mjs');
    assert.equal(bad.code, 3);
    assert.match(bad.stderr, /server\.mjs.*cannot be used/);
    const none = await run('--url', '/there', '--click', 'button', '--no-config');
    assert.equal(none.code, 3);
    assert.match(none.stderr, /whole URL/);
  });

  it('says what a server printed that does not start', async () => {
    configure(`{ command: 'echo "port 80 is taken" >&2; exit 4', port: ${port}, stderr: 'ignore' }`);
    scenario('iteration: (page) => page.title()');
    const { code, stdout, stderr } = await run();
    assert.equal(code, 3, stderr);
    assert.match(stdout + stderr, /'WebServer' ended with exit code 4[^]*port 80 is taken/);
  });

  it('says so when a server is never ready, and ends it', async () => {
    configure(`{ ...${shop()}, url: 'http://127.0.0.1:1/', timeout: 1500 }`, `use: { baseURL: 'http://127.0.0.1:1' }`);
    scenario('iteration: (page) => page.title()');
    const { code, stdout, stderr } = await run();
    assert.equal(code, 3, stderr);
    assert.match(stdout + stderr, /not ready after 2 s[^]*http:\/\/127\.0\.0\.1:1\//);
    assert.deepEqual(serversIn(project), []);
  });

  describe('where somebody runs the server already', () => {
    let theirs: Server;
    beforeEach(async () => {
      theirs = createServer((request, response) =>
        response.end('<button data-qa="go" onclick="this.hidden = false">go</button>'),
      );
      theirs.listen(port, '127.0.0.1');
      await once(theirs, 'listening');
      scenario(`iteration: (page) => page.click('button')`);
    });
    afterEach(() => void theirs.close());

    it('uses it and leaves it running, if it may', async () => {
      configure(shop('reuseExistingServer: true'), `use: { baseURL: 'http://127.0.0.1:${port}' }`);
      const { code, stdout, stderr } = await run();
      assert.equal(code, 0, stdout + stderr);
      assert.ok(theirs.listening);
    });

    it('refuses to, if it may not', async () => {
      configure(shop(), `use: { baseURL: 'http://127.0.0.1:${port}' }`);
      const { code, stdout, stderr } = await run();
      assert.equal(code, 3);
      assert.match(stdout + stderr, /in use already[^]*reuseExistingServer/);
    });
  });

  const ends: readonly [what: string, end: (pid: number) => void, code: number | null][] = [
    ['Ctrl-C', (pid) => process.kill(pid, 'SIGINT'), 130],
    ['a SIGKILL', (pid) => process.kill(pid, 'SIGKILL'), null],
    ['a SIGKILL of the process that keeps it', (pid) => keepersOf(pid).forEach((keeper) => kill(keeper)), 0],
    ['a SIGKILL of both at once', (pid) => [...keepersOf(pid), pid].forEach((each) => kill(each)), null],
  ];
  for (const [what, end, code] of ends) {
    it(`leaves no process of it after ${what}`, async () => {
      configure(`[${shop()}, { command: 'echo up; sleep 600', name: 'api', wait: { stdout: /up/ } }]`);
      // Long enough for every end but one, whose run goes on and ends by itself.
      const iterations = code === 0 ? 20 : 5000;
      scenario(
        `url: 'http://127.0.0.1:${port}/', iterations: ${iterations}, iteration: (page) => page.click('button')`,
      );
      const command = home.start(['check', '--reporter', 'ndjson'], { cwd: project });
      await until('the check counts', () => command.stdout().includes('"type":"iteration"'));
      assert.ok(serversIn(project).length >= 3, 'shell, starter, server, daemon');
      end(command.child.pid!);
      assert.equal((await command.done).code, code, command.stderr());
    });
  }

  it('stops waiting for a server on Ctrl-C', async () => {
    configure(`{ ...${shop()}, url: 'http://127.0.0.1:1/' }`, `use: { baseURL: 'http://127.0.0.1:1' }`);
    scenario('iteration: (page) => page.title()');
    const command = home.start(['check'], { cwd: project });
    await until('the server runs', () => serversIn(project).length >= 3);
    command.child.kill('SIGINT');
    assert.equal((await command.done).code, 130);
    assert.deepEqual(serversIn(project), []);
    removeFolder(project);
  });
});
