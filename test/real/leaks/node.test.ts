import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CheckResult,
  type LeakEvent,
  type NodeTarget,
  checkLeaks,
  nodeOpener,
  requestScenario,
} from '../../../src/leaks/index.ts';
import { readScenario } from '../../../src/scenarios/index.ts';
import { freePort } from '../../support/ports.ts';
import { isAlive } from '../../support/owners.ts';

/** A server with handlers that leak, and with some that keep nothing: a late answer, a heartbeat, a cache of 20, entries that live for seconds. */
const SERVER = `
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { EventEmitter } from 'node:events';

const bus = new EventEmitter();
bus.setMaxListeners(0);
const cache = new Map();
let heartbeat;
let log = Buffer.alloc(0);
let number = 0;

createServer((request, response) => {
  if (request.url === '/leak') {
    const rows = new Array(50).fill(request.url);
    bus.on('change', () => rows.length);
    response.end('ok');
  } else if (request.url === '/file') {
    const stream = createReadStream(process.execPath);
    stream.once('readable', () => response.end(stream.read(10)));
  } else if (request.url === '/late') {
    const rows = new Array(50).fill(request.url);
    setTimeout(() => rows.length, 120);
    response.end('ok');
  } else if (request.url === '/for-a-while') {
    number += 1;
    const key = 'visit-' + number;
    cache.set(key, { number });
    setTimeout(() => cache.delete(key), 5_500);
    response.end('ok');
  } else if (request.url === '/for-minutes' || request.url === '/too-late') {
    number += 1;
    const key = 'visit-' + number;
    const ends = Date.now() + 600_000;
    cache.set(key, { number });
    setTimeout(() => Date.now() >= ends && request.url === '/for-minutes' && cache.delete(key), 600_000).unref();
    response.end('ok');
  } else if (request.url === '/socket') {
    const rows = new Array(50).fill(request.url);
    request.socket.setMaxListeners(0).on('close', () => rows.length);
    response.end('ok');
  } else if (request.url === '/log') {
    log = Buffer.concat([log, Buffer.from('a line of about a hundred characters, which is not written anywhere '.repeat(2))]);
    response.end('ok');
  } else if (request.url === '/heartbeat') {
    clearTimeout(heartbeat);
    heartbeat = setTimeout(() => (number = 0), 30_000);
    response.end('ok');
  } else {
    number += 1;
    cache.set('item-' + number, { number });
    if (cache.size > 20) cache.delete(cache.keys().next().value);
    response.end('ok');
  }
}).listen(Number(process.argv[2]), '127.0.0.1');
`;

const lineOf = (text: string): number => SERVER.split('\n').findIndex((line) => line.includes(text)) + 1;
const LINES = { '/socket': lineOf("on('close'"), '/log': lineOf('log = Buffer.concat') };

describe('A check of a Node program', function () {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'leakwright-node-'));
    writeFileSync(join(folder, 'server.mjs'), SERVER);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function check(
    path: string,
    onEvent: (event: LeakEvent) => void = () => {},
    signal?: AbortSignal,
    program = 'server.mjs',
  ): Promise<CheckResult> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const target: NodeTarget = { kind: 'start', command: [program, String(port)], cwd: folder, url };
    const events = checkLeaks(
      requestScenario(url, [`GET ${path}`], path),
      {},
      { openBrowser: nodeOpener(target), workspaceFolder: folder, ...(signal ? { signal } : {}) },
    );
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      onEvent(next.value);
    }
  }

  it('names the listeners that requests leave, with their line, holder and reason, and ends the program', async () => {
    let pid = 0;
    const result = await check('/leak', (event) => {
      if (event.type === 'browserReady') ({ pid } = event);
    });
    assert.equal(result.verdict, 'leak', JSON.stringify(result.error));
    assert.equal(result.browser.name, 'Node');
    const [finding] = result.findings;
    assert.equal(finding?.holder, 'bus._events.change');
    assert.deepEqual([finding?.allocatedAt?.file, finding?.allocatedAt?.line], ['server.mjs', 16]);
    assert.ok(finding?.because);
    assert.ok(pid > 0 && !isAlive(pid), 'the program goes on after its check');
    assert.equal(result.cleanup.successful, true);
  });

  it('names files that are left open, though nothing in the heap holds them any more', async function () {
    if (process.platform !== 'linux') this.skip();
    const result = await check('/file');
    assert.equal(result.verdict, 'leak', JSON.stringify([result.error, result.because]));
    const [finding] = result.findings;
    assert.equal(finding?.name, 'open file descriptor');
    assert.deepEqual([finding?.allocatedAt?.file, finding?.allocatedAt?.line], ['server.mjs', 19]);
    assert.match(finding?.advice ?? '', /^Close each file/);
    assert.ok(
      result.warnings.some((warning) => warning.includes(process.execPath)),
      result.warnings.join('\n'),
    );
  });

  // A heartbeat's timer is due in 30 s for ever: such a server was never clean.
  for (const [path, what] of [
    ['/late', 'a timer that a request started'],
    ['/heartbeat', 'a timer that is set anew'],
    ['/for-a-while', 'entries that live for seconds'],
    ['/cache', 'a cache that stops growing'],
  ] as const)
    it(`calls ${what} no leak`, async () => {
      const { verdict, error, findings, growth } = await check(path);
      assert.equal(verdict, 'clean', JSON.stringify([error, findings, growth]));
    });

  // Waiting for them would take ten minutes: they were called leaks.
  it('moves the time of the program on, so that entries which live for minutes are no leak, and those that stay are', async () => {
    const result = await check('/for-minutes');
    assert.equal(result.verdict, 'clean', JSON.stringify([result.error, result.findings]));
    const twin = await check('/too-late');
    assert.equal(twin.verdict, 'leak', JSON.stringify([twin.error, twin.because]));
    assert.deepEqual(
      twin.findings.map(({ holder }) => holder),
      ['cache'],
    );
  });

  // A listener of a socket goes with its connection, and small Buffers share their memory: both were clean.
  it('finds what requests leave at a connection that is kept, and a Buffer that grows by little', async () => {
    const socket = await check('/socket');
    assert.equal(socket.verdict, 'leak', JSON.stringify([socket.error, socket.because]));
    assert.equal(socket.findings[0]?.allocatedAt?.line, LINES['/socket']);
    const log = await check('/log');
    assert.equal(log.verdict, 'leak', JSON.stringify([log.error, log.because]));
    assert.deepEqual([log.findings[0]?.holder, log.findings[0]?.keptAt?.line], ['log', LINES['/log']]);
  });

  // tsx and nodemon are such programs. They do nothing themselves: each server was clean.
  for (const [kind, program] of [
    [
      'a process that the program starts',
      "spawn(process.execPath, ['server.mjs', process.argv[2]], { stdio: 'inherit' });",
    ],
    [
      'the worker of its cluster',
      "cluster.setupPrimary({ exec: 'server.mjs', args: [process.argv[2]] });\ncluster.fork();",
    ],
  ] as const)
    it(`looks into ${kind}, where that answers, and ends both`, async () => {
      const imports = "import cluster from 'node:cluster';\nimport { spawn } from 'node:child_process';\n";
      writeFileSync(join(folder, 'runner.mjs'), imports + program);
      let pid = 0;
      const result = await check(
        '/leak',
        (event) => {
          if (event.type === 'browserReady') ({ pid } = event);
        },
        undefined,
        'runner.mjs',
      );
      assert.equal(result.verdict, 'leak', JSON.stringify([result.error, result.because]));
      assert.equal(result.findings[0]?.holder, 'bus._events.change');
      assert.match(result.warnings.join('\n'), new RegExp(`Process ${pid}, which the program started, answers`));
      assert.ok(pid > 0 && !isAlive(pid), 'the process that answered goes on after the check');
      assert.equal(result.cleanup.successful, true);
    });

  // An extension's command, a job: what no request reaches.
  it('has the program run code in each iteration, and names the line in it that leaks', async () => {
    writeFileSync(
      join(folder, 'jobs.cjs'),
      'exports.done = [];\nexports.run = (name) => {\n  exports.done.push({ name, at: [] });\n};\n',
    );
    writeFileSync(join(folder, 'worker.cjs'), "require('./jobs.cjs');\nsetInterval(() => {}, 60_000);\n");
    const iteration = async ({ evaluate }: { readonly evaluate: (code: string) => Promise<unknown> }) =>
      assert.equal(await evaluate("require('./jobs.cjs').run('nightly'); return 1;"), 1);
    const scenario = readScenario({ iteration }, { url: 'http://127.0.0.1/' });
    const target: NodeTarget = { kind: 'start', command: ['worker.cjs'], cwd: folder };
    const events = checkLeaks(scenario, {}, { openBrowser: nodeOpener(target), workspaceFolder: folder });
    let next = await events.next();
    while (!next.done) next = await events.next();
    const { verdict, error, findings } = next.value;
    assert.equal(verdict, 'leak', JSON.stringify(error));
    const [finding] = findings;
    assert.deepEqual([finding?.allocatedAt?.file, finding?.allocatedAt?.line], ['jobs.cjs', 3]);
    assert.deepEqual([finding?.keptAt?.file, finding?.keptAt?.line], ['jobs.cjs', 3]);
  });

  // A program that ends waits for its inspector: the error was that a request took 30 s, or none at all of what it printed.
  for (const [when, text, says] of [
    ['while it starts', "await 1; throw new Error('no database');", /ended with exit code 1.*no database/s],
    [
      'in an iteration',
      `import { createServer } from 'node:http';
       let n = 0;
       createServer((request, response) => {
         n += 1;
         if (n === 5) { console.error('no licence'); process.exit(3); }
         response.end('ok');
       }).listen(Number(process.argv[2]), '127.0.0.1');`,
      /ended with exit code 3.*no licence/s,
    ],
  ] as const)
    it(`tells what a program printed that ends ${when}`, async () => {
      writeFileSync(join(folder, 'ends.mjs'), text);
      const { error } = await check('/', undefined, undefined, 'ends.mjs');
      assert.match(error?.message ?? '', says);
      assert.doesNotMatch(error?.message ?? '', /Debugger listening/);
    });

  it('ends the program when the check is stopped', async () => {
    let pid = 0;
    const stop = new AbortController();
    const result = await check(
      '/leak',
      (event) => {
        if (event.type === 'browserReady') ({ pid } = event);
        if (event.type === 'iteration') stop.abort();
      },
      stop.signal,
    );
    assert.equal(result.error?.code, 'aborted');
    assert.ok(pid > 0 && !isAlive(pid), 'the program outlives its check');
  });
});
