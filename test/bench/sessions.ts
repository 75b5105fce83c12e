// What sessions cost: the clean-up beside `browser.close()` alone, heavy use, and much captured data.
// node test/bench/sessions.ts [close|many|heap|captured]
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SessionClient, openSession } from '../../src/sessions/index.ts';
import { createProcessReader } from '../../src/processes/index.ts';
import { MemoryRecordStore } from '../../src/stores/index.ts';
import { Sandbox } from '../real/sessions/sandbox.ts';

const MB = 1024 * 1024;
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const reader = createProcessReader();
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function close(runs = 30): Promise<void> {
  const ours: number[] = [];
  const plain: number[] = [];
  const request = { source: { kind: 'launch' }, purpose: 'session', url: 'data:text/html,<h1>hello</h1>' } as const;
  for (let run = 0; run < runs + 2; run += 1) {
    // In turns, so that whatever else the machine does falls on both.
    const one = await openSession(request);
    const begin = performance.now();
    await one.close();
    const oursMs = performance.now() - begin;
    const two = await openSession(request);
    const beginPlain = performance.now();
    await two.browser.close();
    const plainMs = performance.now() - beginPlain;
    await two.close();
    // The first two warm up.
    if (run >= 2) {
      ours.push(oursMs);
      plain.push(plainMs);
    }
  }
  const [a, b] = [median(ours), median(plain)];
  console.log(
    `close: ${a.toFixed(1)} ms, browser.close() alone ${b.toFixed(1)} ms, ratio ${(a / b).toFixed(2)} (${runs} each)`,
  );
}

async function many(sandbox: Sandbox): Promise<void> {
  const client = await SessionClient.start({ limits: { maxConcurrentSessions: 50 }, hostRestMs: 500 });
  const host = (await client.host())!;
  const rss = async () => ((await reader.readMemory(host))?.rssBytes ?? 0) / MB;
  const files = async () => await reader.countOpenFiles(host);
  const request = { source: { kind: 'launch' }, url: 'data:text/html,<h1>hello</h1>' } as const;
  // Kept open, or the host would be let go between two rounds.
  const kept = await client.launch(request);
  await client.close((await client.launch(request)).id);
  const before = { rss: await rss(), files: await files() };
  const begin = performance.now();
  let bad = 0;
  let peak = 0;
  for (let round = 0; round < 5; round += 1) {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => client.launch(request)));
    peak = Math.max(peak, await rss());
    const summaries = await Promise.all(sessions.map(({ id }) => client.close(id)));
    bad += summaries.filter(({ successful, errors }) => !successful || errors.length > 0).length;
  }
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `50 sessions, 10 at a time: ${seconds.toFixed(1)} s, ${bad} with errors; host RSS ${before.rss.toFixed(0)} -> peak ` +
      `${peak.toFixed(0)} -> ${(await rss()).toFixed(0)} MB, descriptors ${before.files} -> ${await files()}`,
  );
  await client.close(kept.id);
  while (await rss()) await new Promise((resolve) => setTimeout(resolve, 20));
  console.log('without a session the host is let go, and all of its memory with it');
  await client.dispose();
  console.log(`left after the host's end: ${(await sandbox.leftovers()).length}`);
}

/** The same in this process, where memory can be read exactly after a garbage collection: what 100 sessions leave in it. */
async function heap(): Promise<void> {
  const used = () => {
    for (let round = 0; round < 4; round += 1) gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { held: (heapUsed + external) / MB, rss: rss / MB };
  };
  const round = async () => {
    const request = { source: { kind: 'launch' }, purpose: 'session', url: 'data:text/html,<h1>hello</h1>' } as const;
    const sessions = await Promise.all(Array.from({ length: 10 }, () => openSession(request)));
    const open = used();
    await Promise.all(sessions.map((session) => session.close()));
    return open;
  };
  await round();
  const before = used();
  let peak = 0;
  for (let n = 0; n < 10; n += 1) peak = Math.max(peak, (await round()).held);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = used();
  console.log(
    `100 sessions, 10 at a time: heap + external ${before.held.toFixed(1)} -> peak ${peak.toFixed(1)} -> ${after.held.toFixed(1)} MB ` +
      `(${((1024 * (after.held - before.held)) / 100).toFixed(1)} KB a session stay), RSS ${before.rss.toFixed(0)} -> ${after.rss.toFixed(0)} MB`,
  );
}

/** In this process, where memory can be read exactly after a garbage collection. */
async function captured(): Promise<void> {
  const body = Buffer.alloc(100_000, 'x');
  const server = createServer((request, response) => {
    if (request.url !== '/') response.end(body);
    else {
      response.setHeader('content-type', 'text/html');
      response.end(
        '<script>(async () => { for (let i = 0; i < 1000; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => fetch("/" + (i + k)).then((r) => r.text()))) ; document.title = "done" })()</script>',
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const used = () => {
    for (let round = 0; round < 4; round += 1) gc();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / MB;
  };
  const store = new MemoryRecordStore<never>();
  let peakRss = 0;
  const watch = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage().rss / MB);
  }, 20);
  const run = async () => {
    const session = await openSession({
      source: { kind: 'launch' },
      purpose: 'session',
      store,
      capture: { enabled: true, maxRequests: 1000, maxBodyBytes: 100_000 },
    });
    const page = await session.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.title === 'done', undefined, { timeout: 120_000 });
    while ((await session.resources.counts()).requests + (await session.resources.counts()).requestsDropped < 1001) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const counts = await session.resources.counts();
    const held = used();
    await session.close();
    return { counts, held };
  };
  await run();
  const before = used();
  const { counts, held } = await run();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = used();
  clearInterval(watch);
  const back = (100 * (held - after)) / (held - before);
  console.log(
    `1,000 requests with 100 KB bodies: kept ${counts.requests}, dropped ${counts.requestsDropped} (bound 64 MB a session); ` +
      `RSS at most ${peakRss.toFixed(0)} MB; heap + external ${before.toFixed(1)} -> ${held.toFixed(1)} -> ${after.toFixed(1)} MB, ${back.toFixed(1)} % back`,
  );
  server.closeAllConnections();
  server.close();
}

const sandbox = new Sandbox();
try {
  const what = process.argv[2];
  if (!what || what === 'close') await close();
  if (!what || what === 'many') await many(sandbox);
  if (!what || what === 'heap') await heap();
  if (!what || what === 'captured') await captured();
} finally {
  await sandbox.dispose();
}
process.exit(0);
