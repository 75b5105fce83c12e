import assert from 'node:assert/strict';
import { NodeWatch } from '../../../src/machine/nodeWatch.ts';
import type { ProcessInfo, ProcessPlace } from '../../../src/processes/index.ts';
import { programFile } from '../../../src/support/index.ts';
import { FakeClock } from '../browsers/support/fakeClock.ts';
import { FakeMachine } from '../browsers/support/fakeMachine.ts';

const NODE = '/usr/bin/node';
const FOLDER = '/home/me/shop';

describe('Node programs of a workspace', () => {
  let clock: FakeClock;
  let machine: FakeMachine;
  let watch: NodeWatch;
  let places: Map<number, ProcessPlace>;
  let asked: number[][];
  beforeEach(() => {
    clock = new FakeClock();
    machine = new FakeMachine(clock);
    places = new Map();
    asked = [];
    watch = new NodeWatch({
      reader: machine,
      clock,
      places: (pids) => {
        asked.push([...pids]);
        return Promise.resolve(new Map(pids.map((pid) => [pid, places.get(pid) ?? {}])));
      },
    });
  });

  function start(
    pid: number,
    commandLine: readonly string[],
    place: ProcessPlace = { executable: NODE, folder: FOLDER },
    fields: Partial<ProcessInfo> = {},
  ): void {
    const uid = process.getuid?.() ?? -1;
    machine.set({ pid, commandLine, uid, startedAtMs: clock.now() - 60_000, name: 'node', ...fields });
    places.set(pid, place);
  }

  const look = async (folders = [FOLDER]) => await watch.look(await machine.readTable(), folders);
  const names = async (folders?: string[]) => (await look(folders)).map(({ name }) => name);

  it('are those that were started there, or whose script lies there', async () => {
    start(10, ['node', 'server.mjs']);
    start(11, [NODE, `${FOLDER}/node_modules/.bin/vite`, '--port', '5173']);
    start(12, ['/opt/node-24/bin/node', `${FOLDER}/jobs/nightly.js`], { executable: NODE, folder: '/' });
    start(13, ['node', '../tool/run.js'], { executable: NODE, folder: '/home/me/tool' });
    start(14, ['next-server (v15.1.0)']);
    start(15, ['node', '-e', 'setInterval(() => {}, 1000)'], { executable: NODE, folder: `${FOLDER}/packages/api` });
    start(16, ['python3', '-m', 'http.server'], { executable: '/usr/bin/python3', folder: FOLDER });
    start(17, ['bash'], { executable: '/usr/bin/bash', folder: FOLDER });
    start(18, ['node', 'server.js'], { executable: NODE, folder: '/home/me/shopping' });
    start(19, ['node', 'gone.js'], undefined, { state: 'zombie' });
    const found = await look();
    assert.deepEqual(
      found.map(({ info, name, within }) => [info.pid, name, within]),
      [
        [10, 'server', ''],
        [11, 'vite', ''],
        [12, 'nightly', ''],
        [14, 'next-server', ''],
        [15, 'node', 'packages/api'],
      ],
    );
  });

  // A row for each language server would bury the one server that leaks.
  it("are not what editors run for themselves, package managers, or Leakwright's own", async () => {
    start(10, [NODE, '/home/me/.vscode-server/cli/servers/Stable-1/server/out/server-main.js', '--port=0']);
    start(11, [NODE, '/srv/vscode/out/bootstrap-fork', '--type=extensionHost']);
    start(12, [NODE, `${FOLDER}/node_modules/typescript/lib/tsserver.js`, '--useInferredProjectPerProjectRoot']);
    start(13, [
      NODE,
      '/home/me/.vscode/extensions/dbaeumer.vscode-eslint-3.0.10/server/out/eslintServer.js',
      '--node-ipc',
    ]);
    start(14, [NODE, `${FOLDER}/node_modules/@vue/language-server/bin/vue-language-server.js`, '--stdio']);
    start(15, ['npm run dev']);
    start(16, ['node', '/usr/lib/node_modules/npm/bin/npx-cli.js', 'vite']);
    start(17, ['node', '/usr/bin/pnpm', 'dev']);
    start(18, ['node', programFile('cli').replace(/src.cli\.ts$/, 'dist/cli.js'), 'check', 'a.leak.mjs']);
    start(19, ['node', `${FOLDER}/node_modules/.bin/leakwright`, 'check']);
    start(process.pid, ['node', 'test.js']);
    assert.deepEqual(await names(), []);
    // The language server that one is writing is a program like any other.
    start(20, [NODE, `${FOLDER}/server/out/server.js`, '--node-ipc', '--clientProcessId=20']);
    assert.deepEqual(await names(), ['server']);
  });

  it("are this user's", async function () {
    if (process.getuid === undefined) this.skip();
    start(10, ['node', 'server.mjs'], undefined, { uid: process.getuid() + 1 });
    assert.deepEqual(await names(), []);
    assert.deepEqual(asked, []);
  });

  it('have their place read once, when they have settled', async () => {
    start(10, ['node', 'server.mjs']);
    start(11, ['bash', '-c', 'x']);
    start(12, ['node', 'young.mjs'], undefined, { startedAtMs: clock.now() - 200 });
    assert.deepEqual(await names(), ['server']);
    clock.spend(2000);
    assert.deepEqual(await names(), ['server', 'young']);
    await look();
    assert.deepEqual(asked, [[10], [12]]);
    machine.processes.delete(10);
    assert.deepEqual(await names(), ['young']);
  });

  it('are measured every five seconds at most, and not while they do nothing', async () => {
    start(10, ['node', 'server.mjs']);
    start(11, ['node', 'idle.mjs']);
    const [server] = await look();
    assert.equal(server!.memory!.pssBytes, 10 * 1024 * 1024);
    assert.equal(machine.memoryReads, 2);
    await look();
    assert.equal(machine.memoryReads, 2);
    for (let round = 1; round <= 10; round += 1) {
      clock.spend(6000);
      machine.set({ pid: 10, cpuMs: round * 10 }, 10 + round);
      await look();
    }
    assert.equal(machine.memoryReads, 12);
    const grown = (await look())[0]!;
    assert.equal(grown.memory!.pssBytes, 20 * 1024 * 1024);
    // 1 MB in 6 s.
    assert.ok(
      grown.trend && Math.abs(grown.trend.slopePerSecond * 6 - 1024 * 1024) < 10_000,
      JSON.stringify(grown.trend),
    );
  });
});
