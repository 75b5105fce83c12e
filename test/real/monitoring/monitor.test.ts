import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { type AlertEvent, Monitor, webhookSink } from '../../../src/monitoring/index.ts';
import { alertDefaults } from '../../../src/machine/index.ts';
import { openHistory } from '../../../src/history/index.ts';
import { createReport } from '../../../src/reports/index.ts';
import { silentLog } from '../../../src/support/index.ts';
import { type CliHome, createCliHome } from '../../support/cli.ts';
import { until } from '../../support/until.ts';
import { decodeMetrics } from '../../support/otlpReceiver.ts';
import { Arena } from '../../support/owners.ts';
import { parsePrometheusText } from '../../support/prometheusText.ts';
import { sampleResult } from '../../unit/reports/sampleResult.ts';
import { removeFolder } from '../../support/removeFolder.ts';

const TOKEN = 'a-token-that-nobody-can-guess-4711';

interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** Takes what is posted to it. */
async function startReceiver(): Promise<{ origin: string; received: Received[]; server: Server }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    request.on('end', () => {
      const { authorization } = request.headers;
      received.push({ path: request.url ?? '', authorization, body: text === '' ? undefined : JSON.parse(text) });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, server };
}

describe('the monitor on a real machine', function () {
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let folder: string;
  const state = process.env['LEAKWRIGHT_STATE_DIR'];
  before(async function () {
    if (process.platform !== 'linux') this.skip();
    folder = mkdtempSync(join(tmpdir(), 'lw-monitor-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = join(folder, 'state');
    receiver = await startReceiver();
  });
  after(async () => {
    if (state === undefined) delete process.env['LEAKWRIGHT_STATE_DIR'];
    else process.env['LEAKWRIGHT_STATE_DIR'] = state;
    if (folder) removeFolder(folder);
    receiver?.server.closeAllConnections();
    await new Promise((resolve) => (receiver ? receiver.server.close(resolve) : resolve(undefined)));
  });
  beforeEach(() => {
    receiver.received.length = 0;
  });

  it('tells of a browser that was left behind, shows it, and ends it when asked', async () => {
    const arena = await Arena.open();
    let monitor: Monitor | undefined;
    try {
      const owner = await arena.start('puppeteer');
      monitor = await Monitor.start({
        port: 0,
        token: TOKEN,
        intervalMs: 500,
        log: silentLog,
        thresholds: { ...alertDefaults, orphanMs: 0 },
        sinks: [webhookSink(`${receiver.origin}/hook/secret`, 'hook-token')],
        otlp: { endpoint: `${receiver.origin}/v1/metrics` },
        scope: {
          tempFolder: arena.folder,
          filter: ({ tree }) =>
            tree.processes.some(({ info }) => info.commandLine.some((argument) => argument.includes(arena.folder))),
        },
      });
      const ask = async (path: string, method = 'GET') => {
        const headers = { authorization: `Bearer ${TOKEN}` };
        const response = await fetch(`http://127.0.0.1:${monitor!.port}${path}`, { method, headers });
        assert.equal(response.status, 200, path);
        return await response.text();
      };
      const seen = await monitor.refresh();
      assert.deepEqual(
        seen.trees.map(({ status, automatedBy }) => [status, automatedBy]),
        [['owned', 'puppeteer']],
      );
      assert.ok(seen.trees[0]!.pssBytes > 20 * 1024 * 1024, 'a browser costs something');

      await arena.end(owner.process, 'SIGKILL');
      await until('the browser is an orphan', async () => (await monitor!.refresh()).trees[0]?.status === 'orphan');
      await until('the webhook was told', () => receiver.received.some(({ path }) => path === '/hook/secret'));
      const told = receiver.received.find(({ path }) => path === '/hook/secret')!;
      assert.equal(told.authorization, 'Bearer hook-token');
      const { type, alert } = told.body as AlertEvent;
      assert.deepEqual([type, alert.kind, alert.level], ['raised', 'orphan', 'warning']);
      assert.match((told.body as { text: string }).text, /^Leakwright: .*was left behind/);

      const samples = parsePrometheusText(await ask('/metrics'));
      const orphan = samples.find(
        ({ name, labels }) => name === 'leakwright_browser_memory_bytes' && labels['status'] === 'orphan',
      );
      assert.ok(orphan && orphan.value > 20 * 1024 * 1024);
      assert.equal(orphan.labels['automated_by'], 'puppeteer');

      await monitor.exportNow();
      const exported = receiver.received.find(({ path }) => path === '/v1/metrics');
      assert.ok(exported, 'the collector was sent metrics');
      const { resource, points } = decodeMetrics(exported.body);
      assert.equal(resource['service.name'], 'leakwright');
      const cost = points.find(({ name }) => name === 'leakwright_browser_memory_bytes');
      assert.ok(cost?.kind === 'gauge' && cost.value > 20 * 1024 * 1024);
      assert.equal(points.find(({ name }) => name === 'leakwright_samples_total')?.kind, 'sum');

      const report = JSON.parse(await ask('/monitoring/memory/cleanup', 'POST')) as { summary: { ended: number } };
      assert.equal(report.summary.ended, 1);
      assert.deepEqual(arena.survivors(), []);
      await monitor.refresh();
      const alerts = JSON.parse(await ask('/monitoring/memory-alerts')) as { active: { kind: string }[] };
      assert.deepEqual(
        alerts.active.filter(({ kind }) => kind === 'orphan'),
        [],
      );
      await until('the webhook is told that it is over', () =>
        receiver.received.some(({ body }) => (body as Partial<AlertEvent>)?.type === 'resolved'),
      );
    } finally {
      await monitor?.stop();
      await arena.close();
    }
  });

  it('says that a collector is not there, once', async () => {
    const said: string[] = [];
    const monitor = await Monitor.start({
      port: 0,
      token: TOKEN,
      log: { ...silentLog, warn: (message) => said.push(message) },
      otlp: { endpoint: 'http://127.0.0.1:9/v1/metrics' },
      scope: { tempFolder: folder, filter: () => false },
    });
    try {
      await monitor.refresh();
      await monitor.exportNow().catch(() => undefined);
    } finally {
      await monitor.stop();
    }
    // The export of the end failed as well, and is no news.
    assert.equal(said.length, 1, said.join('; '));
    assert.match(said[0]!, /collector does not take/);
  });

  describe('leakwright monitor', () => {
    let home: CliHome;
    beforeEach(() => {
      home = createCliHome();
    });
    afterEach(() => {
      const left = home.leftFiles();
      home.dispose();
      assert.deepEqual(left, [], 'nothing is left in the temp folder');
    });

    it('serves until it is interrupted, with the newest runs of a history among its metrics', async () => {
      const place = join(folder, 'history.sqlite');
      const history = await openHistory(place);
      await history.record(createReport([sampleResult()], { startedAt: '2026-11-21T10:00:00.000Z', durationMs: 1000 }));
      await history.close();
      const tokenFile = join(folder, 'token');
      writeFileSync(tokenFile, `${TOKEN}\n`);
      const args = ['--port', '0', '--json', '--token-file', tokenFile, '--history', place, '--interval', '500'];
      const run = home.start(['monitor', ...args]);
      await until('it says where it listens', () => run.stdout().includes('\n'));
      const { type, port } = JSON.parse(run.stdout().split('\n')[0]!) as { type: string; port: number };
      assert.equal(type, 'listening');
      const scrape = async () => {
        const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
        return await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
      };
      await until('the history is exported', async () => (await scrape()).includes('leakwright_scenario_leaks{'));
      const leaked = parsePrometheusText(await scrape()).find(
        ({ name }) => name === 'leakwright_scenario_leaked_bytes_per_iteration',
      );
      assert.equal(leaked?.value, 2048);
      run.child.kill('SIGINT');
      const { code, stderr } = await run.done;
      assert.equal(code, 130, stderr);
    });

    it('says so when the port is taken, or the token is no secret', async () => {
      const { port } = new URL(receiver.origin);
      // Whoever serves there, in another window, is asked with the token of this file.
      const state = mkdtempSync(join(folder, 'serves-'));
      writeFileSync(join(state, `monitor-token-${port}`), TOKEN);
      const taken = await home.run(['monitor', '--port', port], { env: { LEAKWRIGHT_STATE_DIR: state } });
      assert.equal(taken.code, 3);
      assert.match(taken.stderr, new RegExp(`Port ${port} is taken`));
      assert.equal(readFileSync(join(state, `monitor-token-${port}`), 'utf8'), TOKEN);
      const short = join(folder, 'short');
      writeFileSync(short, 'abc');
      const weak = await home.run(['monitor', '--port', '0', '--token-file', short]);
      assert.equal(weak.code, 3);
      assert.match(weak.stderr, /at least 16 characters/);
      assert.deepEqual(readdirSync(home.tempFolder), []);
    });
  });
});
