import assert from 'node:assert/strict';
import { request } from 'node:http';
import { boardLines, nextRow } from '../../../../src/terminal/watch/board.ts';
import { type UiServer, startUi } from '../../../../src/terminal/watch/uiServer.ts';

// Every page in every browser of the machine can send requests to 127.0.0.1: none of them may read a report or start a check.
describe('The report page of check --ui', () => {
  let ui: UiServer;
  let checks = 0;
  beforeEach(async () => {
    checks = 0;
    ui = await startUi(0, { report: () => '<p>report</p>', again: () => (checks += 1) });
  });
  afterEach(async () => await ui.close());

  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const { port, hostname } = new URL(ui.url);
    return await new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>(
      (resolve, reject) => {
        const asked = request({ port, hostname, path, headers, method }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += String(chunk);
            // Events go on for ever: the first is enough.
            if (path === '/events') response.destroy();
          });
          response.on('close', () => resolve({ status: response.statusCode!, text, headers: response.headers }));
        });
        asked.on('error', reject);
        asked.end();
      },
    );
  };
  const signIn = async (): Promise<string> => {
    const { headers, status } = await ask(new URL(ui.url).search.replace(/^/, '/'));
    assert.equal(status, 303);
    return headers['set-cookie']![0]!.split(';')[0]!;
  };

  it('is refused without the token, under another host, and to pages of other origins', async () => {
    const cookie = await signIn();
    for (const path of ['/', '/report', '/events', '/again', '/?token=0123', '/else']) {
      assert.equal((await ask(path)).status, 401, path);
    }
    assert.equal((await ask('/report', { cookie: `${cookie}0` })).status, 401);
    assert.equal((await ask('/report', { cookie, host: 'evil.test' })).status, 421);
    assert.equal((await ask('/again', { cookie, origin: 'http://evil.test' }, 'POST')).status, 403);
    assert.equal((await ask('/again', { cookie, 'sec-fetch-site': 'cross-site' }, 'POST')).status, 403);
    assert.equal((await ask('/again', { cookie })).status, 404, 'a picture of another page is a GET');
    assert.equal(checks, 0);
  });

  it('shows the report in a sandbox, tells what runs, and checks again', async () => {
    const cookie = await signIn();
    const page = await ask('/', { cookie });
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
    assert.ok(!page.text.includes(new URL(ui.url).searchParams.get('token')!), 'the token is in no page');
    const report = await ask('/report?version=1', { cookie });
    assert.equal(report.text, '<p>report</p>');
    assert.match(String(report.headers['content-security-policy']), /^sandbox;/);
    ui.tell({ rows: [{ name: '</script>', state: 'leak', text: 'x' }], running: false, note: 'n', version: 3 });
    assert.match(
      (await ask('/events', { cookie })).text,
      /^data: \{"rows":\[\{"name":"<\/script>".*"version":3\}\n\n$/,
    );
    assert.equal((await ask('/again', { cookie }, 'POST')).status, 202);
    assert.equal(checks, 1);
  });

  it('has a line for each check, none wider than the terminal', () => {
    const row = { name: 'cart', state: 'waiting', text: 'waiting' } as const;
    const running = nextRow(row, { type: 'iteration', phase: 'count', iteration: 3, of: 7 });
    const state = { rows: [row, running, { ...row, name: 'long '.repeat(40) }], running: true, note: 'Checking cart' };
    const lines = boardLines(state, 50, (_, text) => text);
    assert.deepEqual(
      [lines[0], lines[1], lines[3]],
      ['· cart  waiting', '› cart  counting 3/7', 'Checking cart · Ctrl-C ends'],
    );
    assert.ok(lines.every((line) => line.length <= 50));
  });
});
