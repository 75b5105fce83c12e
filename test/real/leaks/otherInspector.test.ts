import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, type LeakEvent, checkLeaks, nodeOpener, requestScenario } from '../../../src/leaks/index.ts';
import { createProcessReader } from '../../../src/processes/index.ts';
import { freePort } from '../../support/ports.ts';
import { check, useStateFolder } from './checking.ts';

/** Keeps something of each request to /leak, and the last 20 of the others. */
const SERVER = `
import { createServer } from 'node:http';
const kept = [];
createServer((request, response) => {
  kept.push({ url: request.url, rows: new Array(50).fill(kept.length) });
  if (request.url !== '/leak' && kept.length > 20) kept.shift();
  response.end('ok');
}).listen(Number(process.argv[2]), '127.0.0.1');
`;

const PAGE = `<button onclick="kept.push({ rows: new Array(50).fill(kept.length) })">Keep</button><script>const kept = [];</script>`;

/** Another inspector comes, uses the heap profiler, and goes: V8 then numbers all objects anew, for every session. */
async function comeAndGo(address: string): Promise<void> {
  const targets = (await (await fetch(`${address}/json/list`)).json()) as {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const { webSocketDebuggerUrl } = targets.find(({ type }) => type === 'page' || type === 'node')!;
  const socket = new WebSocket(webSocketDebuggerUrl);
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.enable' }));
  await once(socket, 'message');
  socket.close();
  await once(socket, 'close');
}

describe('A check beside another inspector', () => {
  useStateFolder();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'leakwright-inspector-'));
    writeFileSync(join(folder, 'server.mjs'), SERVER);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** @param disturb says after which events the other inspector comes and goes */
  async function checkNode(path: string, disturb: (event: LeakEvent) => boolean): Promise<CheckResult> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const events = checkLeaks(
      requestScenario(url, [`GET ${path}`], path),
      {},
      {
        openBrowser: nodeOpener({ kind: 'start', command: ['server.mjs', String(port)], cwd: folder, url }),
        workspaceFolder: folder,
      },
    );
    let address = '';
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      if (next.value.type === 'browserReady') {
        const program = await createProcessReader().readProcess(next.value.pid);
        address = /--inspect=(\S+)/.exec(program!.commandLine.join(' '))![1]!;
      }
      if (disturb(next.value)) await comeAndGo(`http://${address}`);
    }
  }

  const onceAt = (phase: string, iteration: number): ((event: LeakEvent) => boolean) => {
    let came = false;
    return (event) => {
      const comes = !came && event.type === 'iteration' && event.phase === phase && event.iteration === iteration;
      came ||= comes;
      return comes;
    };
  };

  it('counts anew, and finds the leak of a Node program, whenever the other goes', async () => {
    for (const [phase, iteration] of [
      ['count', 5],
      ['escalate', 3],
    ] as const) {
      const result = await checkNode('/leak', onceAt(phase, iteration));
      assert.equal(result.verdict, 'leak', JSON.stringify([result.error, result.because]));
      assert.deepEqual([result.findings[0]?.holder, result.findings[0]?.keptAt?.line], ['kept', 5]);
      assert.match(result.warnings.join('\n'), /Another inspector .* The count began anew/);
    }
  });

  it('calls what is bounded no leak for it', async () => {
    const result = await checkNode('/bounded', onceAt('count', 6));
    assert.equal(result.verdict, 'clean', JSON.stringify([result.error, result.because, result.findings]));
  });

  it('cannot say where others come again and again', async () => {
    const isThird = (event: LeakEvent): boolean =>
      event.type === 'iteration' && event.phase === 'count' && event.iteration === 6;
    const result = await checkNode('/leak', isThird);
    assert.equal(result.verdict, 'inconclusive', JSON.stringify([result.error, result.because]));
    assert.match(result.because?.reason ?? '', /Another inspector of the same heap/);
  });

  it('finds the leak of a page beside which DevTools were closed', async () => {
    const port = await freePort();
    const comes = onceAt('count', 5);
    let gone: Promise<void> | undefined;
    const { result } = await check(
      {
        name: 'page',
        url: `data:text/html,${encodeURIComponent(PAGE)}`,
        iteration: async (page) => {
          await gone;
          await page.click('button');
        },
      },
      {
        args: [`--remote-debugging-port=${port}`],
        onEvent: (event) => {
          if (comes(event)) gone = comeAndGo(`http://127.0.0.1:${port}`);
        },
      },
    );
    assert.equal(result.verdict, 'leak', JSON.stringify([result.error, result.because]));
    assert.equal(result.findings[0]?.holder, 'kept');
    assert.match(result.warnings.join('\n'), /The count began anew/);
  });
});
