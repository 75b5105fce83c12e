import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createProcessReader } from '../../../src/processes/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { Arena, isAlive } from '../../support/owners.ts';
import type { LoopbackServer } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';
import { Sandbox } from '../sessions/sandbox.ts';
import { until } from '../../support/until.ts';

const server = join(packageFolder(), 'dist', 'mcp.js');
/** How often a client is killed in the middle of a call. The whole table is run by hand with 50. */
const KILLS = Number(process.env['LEAKWRIGHT_KILLS'] ?? 3);

const FIXABLE = (keeps: string) => `<title>fixable</title><button id="go">Go on</button><script>
class Kept { rows = new Array(100).fill(1); }
const kept = [];
document.querySelector('#go').addEventListener('click', () => { ${keeps}; });</script>`;

const pages: Record<string, string> = {
  '/fixable': FIXABLE('kept.push(new Kept())'),
  '/leak': `<title>leak</title><button id="go">Go</button><script>
const kept = [];
class Kept { rows = new Array(100).fill(1); }
document.querySelector('#go').addEventListener('click', () => {
  kept.push(new Kept());
});</script>`,
  '/requests': `<title>requests</title><script>
for (let n = 0; n < 5; n += 1) fetch('/data?n=' + n);
</script>`,
  '/data': 'data',
};

interface Answer<T> {
  readonly text: string;
  readonly failed: boolean;
  readonly data: T;
}

describe('An agent', function () {
  let sandbox: Sandbox;
  let origin: LoopbackServer;
  let client: Client | undefined;

  before(async () => {
    origin = await servePages(pages);
  });
  after(async () => await origin?.close());
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => {
    await client?.close();
    client = undefined;
    await sandbox.expectNothingLeft();
    await sandbox.dispose();
  });

  async function connect(temp = sandbox.temp): Promise<Client> {
    const env = Object.fromEntries(
      Object.entries({ ...process.env, TMPDIR: temp }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [server], env, stderr: 'inherit' }),
    );
    return client;
  }

  async function call<T = Record<string, unknown>>(
    name: string,
    input: Record<string, unknown> = {},
  ): Promise<Answer<T>> {
    const result = await client!.callTool({ name, arguments: input }, undefined, { timeout: 120_000 });
    const [first] = result.content as { text: string }[];
    return { text: first!.text, failed: result.isError === true, data: result.structuredContent as T };
  }

  function serverOf({ transport }: Client): number {
    return (transport as StdioClientTransport).pid!;
  }

  it('is told what each tool does to the machine', async () => {
    await connect();
    const { tools } = await client!.listTools();
    const destructive = tools.filter(({ annotations }) => annotations?.destructiveHint).map(({ name }) => name);
    assert.deepEqual(destructive.sort(), ['check_program', 'check_scenario', 'clean_orphans', 'close_session']);
    for (const tool of tools) assert.ok((tool.description ?? '').length > 20, tool.name);
  });

  it('launches a browser, reads what its pages requested, page by page, and closes it', async () => {
    await connect();
    const launched = await call<{ session: { id: string } }>('launch_session', { url: `${origin.origin}/requests` });
    assert.equal(launched.failed, false, launched.text);
    const sessionId = launched.data.session.id;
    const seen = await call('list_browsers');
    assert.match(seen.text, /managed/);

    type Page = { requests: { url: string }[]; cursor: string; more: boolean };
    const urls: string[] = [];
    let cursor: string | undefined;
    await until('all requests', async () => {
      const { data } = await call<Page>('read_requests', { sessionId, cursor, limit: 2, urlContains: '/data' });
      assert.ok(data.requests.length <= 2);
      urls.push(...data.requests.map(({ url }) => url));
      ({ cursor } = data);
      return urls.length >= 5;
    });
    assert.deepEqual(urls.map((url) => url.slice(-1)).sort(), ['0', '1', '2', '3', '4']);

    const closed = await call<{ summary: { successful: boolean } }>('close_session', { sessionId });
    assert.equal(closed.data.summary.successful, true, closed.text);
    const again = await call('close_session', { sessionId });
    assert.equal(again.failed, true);
    assert.match((await call('list_sessions')).text, /No session/);
  });

  it('opens pages of the web only: files of this machine are not for what a page may ask of it', async () => {
    await connect();
    const refused = await call('launch_session', { url: 'file:///etc/passwd' });
    assert.equal(refused.failed, true);
    assert.match(refused.text, /url/i);
  });

  it('checks a page, and has a finding explained', async () => {
    await connect();
    type Checked = { verdict: string; findings: { name: string; keptAt: string; fingerprint: string }[] };
    const checked = await call<Checked>('check_page', { url: `${origin.origin}/leak`, click: ['#go'] });
    assert.equal(checked.data.verdict, 'leak', checked.text);
    const [finding] = checked.data.findings;
    assert.match(finding!.keptAt, /leak:5:/);
    const explained = await call('explain_finding', { fingerprint: finding!.fingerprint });
    assert.match(explained.text, /Kept/);
    assert.match(explained.text, /Usual fix/);
    assert.equal((await call('explain_finding', { fingerprint: 'none' })).failed, true);
  });

  // The agent's whole way: find, mend, verify, in few calls and few bytes.
  it('finds a leak by what a person sees, and has its fix verified by the same check', async () => {
    await connect();
    type Checked = { checkId: string; verdict: string; total: number; findings: { keptAt: string; advice: string }[] };
    const url = `${origin.origin}/fixable`;
    const found = await call<Checked>('check_page', { url, click: [{ role: 'button', name: 'Go on' }] });
    assert.equal(found.data.verdict, 'leak', found.text);
    assert.match(found.data.findings[0]!.keptAt, /fixable:4:/);
    assert.ok(found.data.findings[0]!.advice.length > 10);
    assert.ok(JSON.stringify(found).length < 4000, `an answer of ${JSON.stringify(found).length} bytes`);
    const { contents } = await client!.readResource({ uri: `leakwright://report/${found.data.checkId}` });
    assert.match((contents[0] as { text: string }).text, /"verdict": ?"leak"/);
    pages['/fixable'] = FIXABLE('new Kept()');
    type Verified = { fixed: boolean; gone: string[]; left: string[] };
    const verified = await call<Verified>('verify_fix', { checkId: found.data.checkId });
    assert.deepEqual(
      [verified.data.fixed, verified.data.gone.length, verified.data.left.length],
      [true, 1, 0],
      verified.text,
    );
    assert.equal((await call('verify_fix', { checkId: 'check-99' })).failed, true);
    assert.deepEqual(
      (await client!.listPrompts()).prompts.map(({ name }) => name),
      ['find-and-fix-leak'],
    );
  });

  it('checks code of its own, and no file outside the workspace', async () => {
    await connect();
    const url = `${origin.origin}/leak`;
    const code = "await page.getByText('Go').click();";
    assert.equal((await call<{ verdict: string }>('check_scenario', { url, code })).data.verdict, 'leak');
    assert.match((await call('check_scenario', { url, code: 'await page.clock(' })).text, /no body of async/);
    assert.match((await call('check_scenario', { file: '/etc/hosts' })).text, /no file of the workspace/);
  });

  it('is told why a check could not be done, and what to do', async () => {
    await connect();
    const { failed, text } = await call('check_page', { url: 'http://127.0.0.1:1/', click: ['#go'] });
    assert.equal(failed, true);
    assert.match(text, /could not be loaded.*Start its server/s);
  });

  // A check that never told of its end kept the server from going for as long as its client's pipe was open.
  it('cancels a check: its browser goes, the server answers on, and goes when it is told to', async () => {
    const pid = serverOf(await connect());
    const abort = new AbortController();
    const checking = client!.callTool(
      { name: 'check_page', arguments: { url: `${origin.origin}/leak`, click: ['#go'] } },
      undefined,
      { timeout: 120_000, signal: abort.signal, onprogress: ({ message }) => message === 'warmup' && abort.abort() },
    );
    await assert.rejects(checking, /abort/i);
    const self = (await createProcessReader().readProcess(pid))!;
    await until('the check and its browser to go', async () => (await sandbox.leftovers([self])).length === 0);
    assert.match((await call('list_sessions')).text, /No session/);
    process.kill(pid, 'SIGTERM');
    await until('the server to go', () => !isAlive(pid));
  });

  it('ends an orphan it named after a dry run, and no browser that has an owner', async function () {
    if (process.platform !== 'linux') this.skip();
    const arena = await Arena.open();
    try {
      const [left, lives] = await Promise.all([arena.start('puppeteer'), arena.start('puppeteer')]);
      await arena.end(left.process, 'SIGKILL');
      await connect(arena.folder);
      type Plan = { trees: { root: { pid: number; startTime: number }; action: string }[] };
      const orphan = await until('the orphan to be one', async () => {
        const plan = await call<Plan>('clean_orphans');
        return plan.data.trees.find(({ root }) => root.pid === left.browser);
      });
      assert.ok(isAlive(left.browser), 'a dry run touches nothing');
      type Browsers = { browsers: { root: { pid: number; startTime: number } }[] };
      const owned = (await call<Browsers>('list_browsers')).data.browsers.find(
        ({ root }) => root.pid === lives.browser,
      );
      const cleaned = await call('clean_orphans', { dryRun: false, trees: [orphan.root, owned!.root] });
      assert.match(cleaned.text, /1 tree ended/);
      assert.match(cleaned.text, new RegExp(`pid ${lives.browser}\\) was not touched`));
      assert.deepEqual([isAlive(left.browser), isAlive(lives.browser)], [false, true]);
    } finally {
      await arena.close();
    }
  });

  for (const [what, tool, input] of [
    ['a launch', 'launch_session', { url: '/requests' }],
    ['a check', 'check_page', { url: '/leak', click: ['#go'] }],
  ] as const) {
    it(`that is killed in the middle of ${what} leaves nothing`, async () => {
      for (let round = 0; round < KILLS; round += 1) {
        const given = JSON.stringify({ ...input, url: `${origin.origin}${input.url}` });
        const agent = sandbox.start(join('..', 'agents', 'agentProgram.ts'), [server, tool, given]);
        const pid = await agent.said<number>('server');
        // Each round a little later: before the browser, while it starts, when it works.
        await new Promise((resolve) => setTimeout(resolve, (round / KILLS) * 2500));
        await agent.kill('SIGKILL');
        await until('the server to go', () => !isAlive(pid));
        await sandbox.expectNothingLeft();
      }
    });
  }
});
