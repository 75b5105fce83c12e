import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Monitor, keepToken, newToken, readToken } from '../../../src/monitoring/index.ts';
import { MAX_BODY_BYTES } from '../../../src/monitoring/server/readBody.ts';
import { silentLog, stateFolder } from '../../../src/support/index.ts';
import { parsePrometheusText } from '../../support/prometheusText.ts';
import { removeFolder } from '../../support/removeFolder.ts';

const TOKEN = 'a-token-that-nobody-can-guess-4711';
/** Seconds of 1,000 requests each: a taste in the suite, the whole for the record. */
const FLOOD_SECONDS = Number(process.env['LEAKWRIGHT_FLOOD_SECONDS'] ?? 2);
const INTERVAL_MS = 250;

interface AskOptions extends Omit<RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

// The endpoint can end processes and tells what runs: every page in a browser of this machine could ask it.
describe('the endpoints of the monitor', () => {
  let monitor: Monitor;
  let folder: string;
  const state = process.env['LEAKWRIGHT_STATE_DIR'];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lw-monitor-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = join(folder, 'state');
    monitor = await Monitor.start({
      port: 0,
      token: TOKEN,
      intervalMs: INTERVAL_MS,
      log: silentLog,
      // Of the machine's browsers none is this test's.
      scope: { filter: () => false, tempFolder: folder },
    });
    await monitor.refresh();
  });
  after(async () => {
    await monitor.stop();
    if (state === undefined) delete process.env['LEAKWRIGHT_STATE_DIR'];
    else process.env['LEAKWRIGHT_STATE_DIR'] = state;
    removeFolder(folder);
  });

  function ask(path: string, options: AskOptions = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { body, headers, ...rest } = options;
      const asked = request(
        {
          host: '127.0.0.1',
          port: monitor.port,
          path,
          headers: { authorization: `Bearer ${TOKEN}`, ...headers },
          ...rest,
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  it('answers who has the token: memory, alerts, metrics', async () => {
    const memory = await ask('/monitoring/memory');
    assert.equal(memory.status, 200);
    const body = JSON.parse(memory.text) as { schema: number; machine: { totalBytes: number; usedFraction: number } };
    assert.equal(body.schema, 1);
    assert.ok(body.machine.totalBytes > 0 && body.machine.usedFraction > 0 && body.machine.usedFraction <= 1);
    const alerts = JSON.parse((await ask('/monitoring/memory-alerts')).text) as { active: unknown[] };
    assert.ok(Array.isArray(alerts.active));
    assert.equal(memory.headers['access-control-allow-origin'], undefined);
    assert.equal(memory.headers['cache-control'], 'no-store');
  });

  it('gives metrics that a strict parser of the format accepts', async () => {
    const { status, headers, text } = await ask('/metrics');
    assert.equal(status, 200);
    assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
    const samples = parsePrometheusText(text);
    assert.ok(samples.some(({ name, value }) => name === 'leakwright_samples_total' && value >= 1));
    assert.ok(samples.some(({ name }) => name === 'leakwright_machine_memory_bytes'));
    const promtool = process.env['LEAKWRIGHT_PROMTOOL'];
    if (promtool === undefined) return;
    const judged = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.equal(judged.status, 0, judged.stdout + judged.stderr);
  });

  it('tells a liveness probe that it lives, without a token, and nothing else', async () => {
    const { status, text } = await ask('/healthz', { headers: { authorization: '' } });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(JSON.parse(text) as object), ['status', 'uptimeSeconds']);
  });

  for (const path of ['/monitoring/memory', '/monitoring/memory-alerts', '/metrics', '/nothing/here']) {
    it(`tells nothing without the token: ${path}`, async () => {
      const { status, headers, text } = await ask(path, { headers: { authorization: '' } });
      assert.equal(status, 401);
      assert.match(headers['www-authenticate'] ?? '', /^Bearer/);
      assert.doesNotMatch(text, /pss|leakwright_/);
    });
  }

  it('ends nothing without the token', async () => {
    assert.equal(
      (await ask('/monitoring/memory/cleanup', { method: 'POST', headers: { authorization: '' } })).status,
      401,
    );
  });

  it('refuses a wrong token, a part of the right one, and another scheme', async () => {
    for (const authorization of [
      'Bearer wrong',
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN}x`,
      'Bearer ',
      `Basic ${TOKEN}`,
      TOKEN,
    ]) {
      assert.equal((await ask('/metrics', { headers: { authorization } })).status, 401, authorization);
    }
  });

  it('refuses another Host: a name that was rebound to this machine', async () => {
    for (const host of ['evil.example', `evil.example:${monitor.port}`, '127.0.0.1', '127.0.0.1:1']) {
      assert.equal((await ask('/metrics', { headers: { host } })).status, 421, host);
    }
    assert.equal((await ask('/metrics', { headers: { host: `localhost:${monitor.port}` } })).status, 200);
  });

  it('refuses pages of other origins, token or not', async () => {
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${monitor.port + 1}`]) {
      const reply = await ask('/monitoring/memory/cleanup', { method: 'POST', headers: { origin } });
      assert.equal(reply.status, 403, origin);
    }
    assert.equal((await ask('/metrics', { headers: { 'sec-fetch-site': 'cross-site' } })).status, 403);
    const preflight = await ask('/metrics', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET', authorization: '' },
    });
    assert.equal(preflight.status, 403);
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  });

  it('does not read a body that is too large, told or not', async () => {
    const body = JSON.stringify({ x: 'x'.repeat(MAX_BODY_BYTES) });
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const told = await ask('/monitoring/memory/cleanup', {
      ...post,
      body,
      headers: { ...post.headers, 'content-length': Buffer.byteLength(body) },
    });
    assert.equal(told.status, 413);
    const chunked = await ask('/monitoring/memory/cleanup', {
      ...post,
      body,
      headers: { ...post.headers, 'transfer-encoding': 'chunked' },
    });
    assert.equal(chunked.status, 413);
  });

  it('refuses what a form can send, what is no JSON, and what is none of its business', async () => {
    const post = (type: string, body: string) =>
      ask('/monitoring/memory/cleanup', { method: 'POST', body, headers: { 'content-type': type } });
    assert.equal((await post('application/x-www-form-urlencoded', 'dryRun=false')).status, 415);
    assert.equal((await post('text/plain', '{}')).status, 415);
    assert.equal((await post('application/json', '{')).status, 400);
    assert.equal((await post('application/json', '[]')).status, 400);
    assert.equal((await post('application/json', '{"dryRun":"no"}')).status, 400);
    assert.equal((await ask('/monitoring/memory/cleanup')).status, 405);
    assert.equal((await ask('/metrics', { method: 'DELETE' })).status, 405);
    assert.equal((await ask('/../../etc/passwd')).status, 404);
    assert.equal((await ask('/__proto__')).status, 404);
  });

  it('cleans up, and says what it would do when it is only asked', async () => {
    const reply = await ask('/monitoring/memory/cleanup', {
      method: 'POST',
      body: '{"dryRun":true}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(reply.status, 200);
    const { dryRun, summary } = JSON.parse(reply.text) as { dryRun: boolean; summary: { found: number } };
    assert.deepEqual([dryRun, summary.found], [true, 0]);
  });

  it('lets go of a client that never says what it wants', async () => {
    const socket = connect(monitor.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.write(`GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${monitor.port}\r\nX-Slow: `);
    // Byte after byte: a limit on silence alone would never be met.
    const drip = setInterval(() => socket.write('x'), 200);
    try {
      await closed;
    } finally {
      clearInterval(drip);
      socket.destroy();
    }
    assert.doesNotMatch(answer, /200 OK/);
    assert.equal((await ask('/healthz')).status, 200);
  });

  it(`answers 1,000 requests a second for ${FLOOD_SECONDS} s, and samples as before`, async function () {
    this.timeout(30_000 + FLOOD_SECONDS * 10_000);
    const samples = async () =>
      parsePrometheusText((await ask('/metrics')).text).find(({ name }) => name === 'leakwright_samples_total')!.value;
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const paths = ['/metrics', '/monitoring/memory', '/monitoring/memory-alerts', '/healthz'];
    const before = await samples();
    const statuses = new Map<number, number>();
    const started = performance.now();
    for (let slice = 0; slice < FLOOD_SECONDS * 10; slice += 1) {
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, index) => ask(paths[index % paths.length]!, { agent })),
      );
      for (const { status } of replies) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const early = started + (slice + 1) * 100 - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    }
    const seconds = (performance.now() - started) / 1000;
    agent.destroy();
    assert.deepEqual([...statuses], [[200, FLOOD_SECONDS * 1000]]);
    // The flood comes out of this very process, and the sampler slows down by itself where reading is slow: what must not
    // suffer is the beat that the monitor has by default, a sample in two seconds.
    const taken = (await samples()) - before;
    console.log(
      `      ${Math.round((FLOOD_SECONDS * 1000) / seconds)} requests/s, ${(taken / seconds).toFixed(1)} samples/s`,
    );
    assert.ok(taken >= seconds / 2 - 1, `${taken} samples in ${seconds.toFixed(1)} s`);
  });

  it('writes a token of its own where only this user can read it', async () => {
    const token = newToken();
    assert.match(token, /^[\da-f]{64}$/);
    const linked = join(stateFolder(), 'monitor-token-1');
    mkdirSync(stateFolder(), { recursive: true });
    writeFileSync(join(stateFolder(), 'theirs'), '');
    symlinkSync(join(stateFolder(), 'theirs'), linked);
    const file = await keepToken(token, 1);
    assert.equal(file, linked);
    assert.equal(readFileSync(join(stateFolder(), 'theirs'), 'utf8'), '', 'a link is replaced, not followed');
    assert.notEqual(await keepToken(newToken(), 2), file, 'another monitor has a file of its own');
    assert.equal(readFileSync(file, 'utf8').trim(), token);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('reads a token from a regular file only: a pipe that nobody writes into would be waited for', async function () {
    if (process.platform === 'win32') this.skip();
    const pipe = join(folder, 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    await assert.rejects(readToken(pipe), { code: 'usage' });
    await assert.rejects(readToken('/dev/zero'), { code: 'usage' });
  });
});
