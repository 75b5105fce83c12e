import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserTree, findBrowserTrees } from '../../../src/browsers/index.ts';
import { createTreeProbe } from '../../../src/orphans/clients.ts';
import { defined } from '../../../src/support/index.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

/** `/proc/net/tcp` as Linux 6 writes it: 9222 is 2406, 9515 is 252B, 40000 is 9C40. */
const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: number, remote: number, state: string, inode: number) => {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  return `   0: 0100007F:${hex(local)} 0100007F:${hex(remote)} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
};
const LISTEN = '0A';
const ESTABLISHED = '01';
const CLOSE_WAIT = '08';

describe('Who is connected to a browser', () => {
  let proc: string;

  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'lw-proc-'));
    await mkdir(join(proc, 'net'));
  });

  afterEach(async () => {
    await rm(proc, { recursive: true, force: true });
  });

  async function sockets(...rows: string[]): Promise<void> {
    await writeFile(join(proc, 'net', 'tcp'), HEAD + rows.join(''));
  }

  async function holds(pid: number, ...inodes: number[]): Promise<void> {
    const folder = join(proc, String(pid), 'fd');
    await mkdir(folder, { recursive: true });
    for (const inode of inodes) await symlink(`socket:[${inode}]`, join(folder, String(inode)));
  }

  function tree(...switches: string[]): BrowserTree {
    const world = new FakeProcesses();
    world.start({ pid: 200, name: 'chrome', commandLine: ['/opt/google/chrome/chrome', ...switches] });
    return findBrowserTrees(world.table())[0]!;
  }

  function driven(...switches: string[]): BrowserTree {
    const world = new FakeProcesses();
    world.start({ pid: 300, name: 'chromedriver', commandLine: ['chromedriver', ...switches] });
    world.start({
      pid: 200,
      ppid: 300,
      name: 'chrome',
      commandLine: ['/opt/google/chrome/chrome', '--remote-debugging-port=0'],
    });
    return findBrowserTrees(world.table())[0]!;
  }

  const count = (of: BrowserTree) => createTreeProbe(proc).countClients(of);

  it('a script that attached is counted, so its browser is not taken from it', async () => {
    await sockets(row(9222, 0, LISTEN, 1), row(9222, 40_000, ESTABLISHED, 2), row(40_000, 9222, ESTABLISHED, 3));
    assert.equal(await count(tree('--remote-debugging-port=9222')), 1);
  });

  it('connections of named processes can be left out', async () => {
    await sockets(row(9222, 0, LISTEN, 1), row(9222, 40_000, ESTABLISHED, 2), row(40_000, 9222, ESTABLISHED, 3));
    await holds(300, 3);
    const besides = async (pid: number) =>
      await createTreeProbe(proc).countClients(tree('--remote-debugging-port=9222'), [{ pid, startTime: 1 }]);
    assert.equal(await besides(300), 0);
    assert.equal(await besides(301), 1, 'it has no connection');
  });

  it('one that died is not, though a hung browser has not closed its end', async () => {
    await sockets(row(9222, 0, LISTEN, 1), row(9222, 40_000, CLOSE_WAIT, 2));
    assert.equal(await count(tree('--remote-debugging-port=9222')), 0);
  });

  it('the port a browser chose itself is the one it listens on', async () => {
    await sockets(row(41_234, 0, LISTEN, 77), row(41_234, 40_000, ESTABLISHED, 78), row(9222, 40_001, ESTABLISHED, 5));
    await holds(200, 77, 78);
    assert.equal(await count(tree('--remote-debugging-port=0')), 1);
  });

  it('a browser’s connections to web sites are no clients', async () => {
    await sockets(row(41_234, 0, LISTEN, 77), row(50_000, 443, ESTABLISHED, 79));
    await holds(200, 77, 79);
    assert.equal(await count(tree('--remote-debugging-port=0')), 0);
  });

  it('below a driver its clients count, and not the driver’s own connection to the browser', async () => {
    await sockets(row(9515, 0, LISTEN, 10), row(41_234, 0, LISTEN, 77), row(41_234, 40_000, ESTABLISHED, 78));
    await holds(300, 10);
    await holds(200, 77, 78);
    assert.equal(await count(driven('--port=0')), 0);
    await sockets(row(9515, 0, LISTEN, 10), row(9515, 40_000, ESTABLISHED, 11));
    assert.equal(await count(driven('--port=0')), 1);
  });

  it('a driver whose descriptors may not be read is judged by its command line', async () => {
    await sockets(row(9999, 0, LISTEN, 10), row(9999, 40_000, ESTABLISHED, 11));
    assert.equal(await count(driven('--port=9999')), 1);
    assert.equal(await count(driven('--port=0')), undefined, 'nothing tells');
  });

  it('a connection that was closed within the minute shows that it is in use, whichever end closed it', async () => {
    const lately = (of: BrowserTree) => createTreeProbe(proc).countLateClients!(of);
    const TIME_WAIT = '06';
    await sockets(row(9222, 0, LISTEN, 1), row(40_000, 9222, TIME_WAIT, 0));
    assert.equal(await lately(tree('--remote-debugging-port=9222')), 1, 'the client closed');
    await sockets(row(9222, 0, LISTEN, 1), row(9222, 40_000, TIME_WAIT, 0));
    assert.equal(await lately(tree('--remote-debugging-port=9222')), 1, 'the browser closed');
    await sockets(row(9222, 0, LISTEN, 1), row(40_000, 9223, TIME_WAIT, 0));
    assert.equal(await lately(tree('--remote-debugging-port=9222')), 0, 'another server’s');
    const elsewhere = row(40_000, 9222, TIME_WAIT, 0).replace('0100007F:2406', '0A00000A:2406');
    await sockets(row(9222, 0, LISTEN, 1), elsewhere);
    assert.equal(await lately(tree('--remote-debugging-port=9222')), 0, 'another machine’s');
  });

  it('the pipes of a launcher tell whether it lives, by what the kernel counts of them', async () => {
    await mkdir(join(proc, '200', 'net'), { recursive: true });
    await mkdir(join(proc, '200', 'fd'), { recursive: true });
    await symlink('/dev/null', join(proc, '200', 'fd', '0'));
    for (const fd of ['2', '4']) await symlink('socket:[28674]', join(proc, '200', 'fd', fd));
    const pipes = () => createTreeProbe(proc).launcherPipes!({ pid: 200, startTime: 1 });
    // As Linux 6.18 writes it, before and after the other end of the pair was closed.
    for (const [count, state] of [
      ['00000003', 'held'],
      ['00000002', 'closed'],
    ] as const) {
      const text = `Num       RefCount Protocol Flags    Type St Inode Path\n000000005333e7de: ${count} 00000000 00000000 0001 03 28674\n`;
      await writeFile(join(proc, '200', 'net', 'unix'), text);
      assert.equal(await pipes(), state);
      assert.equal(await createTreeProbe(proc).ordersHeld!({ pid: 200, startTime: 1 }), state === 'held');
    }
    await mkdir(join(proc, '1', 'fd'), { recursive: true });
    await symlink('socket:[28674]', join(proc, '1', 'fd', '1'));
    assert.equal(
      await createTreeProbe(proc).launcherPipes!({ pid: 200, ppid: 1, startTime: 1 }),
      'none',
      'what its parent has as well was inherited',
    );
    await rm(join(proc, '200', 'fd', '2'));
    assert.equal(await pipes(), 'none');
    assert.equal(await createTreeProbe(proc).launcherPipes!({ pid: 201, startTime: 1 }), undefined);
  });

  it('the pipes that a program made tell, too, and those of a shell’s line do not', async function () {
    if (process.platform !== 'linux' || spawnSync('python3', ['--version']).status !== 0) this.skip();
    const python = `import subprocess, sys, time
more = {'pipes': {}, 'both': {'stderr': subprocess.STDOUT}, 'line': {'stderr': subprocess.STDOUT, 'stdin': subprocess.DEVNULL}}[sys.argv[1]]
child = subprocess.Popen(['sleep', '30'], **{'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **more}, start_new_session=True)
print(child.pid, flush=True)
time.sleep(30)`;
    for (const [how, after] of [
      ['pipes', 'closed'],
      ['both', 'closed'],
      ['line', 'none'],
    ] as const) {
      const launcher = spawn('python3', ['-c', python, how], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [said] = (await once(launcher.stdout, 'data')) as [Buffer];
      const pid = Number(said.toString());
      try {
        const pipes = (ppid?: number) => createTreeProbe().launcherPipes!({ pid, startTime: 1, ...defined({ ppid }) });
        assert.equal(await pipes(launcher.pid), 'none', `${how}: its launcher lives`);
        launcher.kill('SIGKILL');
        await once(launcher, 'exit');
        assert.equal(await pipes(), after, `${how}: its launcher has ended`);
      } finally {
        process.kill(pid, 'SIGKILL');
      }
    }
  });

  it('nothing is claimed where the system does not tell', async () => {
    assert.equal(await count(tree('--remote-debugging-port=9222')), undefined);
    assert.equal(await createTreeProbe(proc).isInOtherContainer({ pid: 200, startTime: 1 }), undefined);
  });

  it('a browser in another pid namespace is in another container', async () => {
    for (const [pid, namespace] of [
      ['self', 'pid:[1]'],
      ['200', 'pid:[1]'],
      ['201', 'pid:[2]'],
    ] as const) {
      await mkdir(join(proc, pid, 'ns'), { recursive: true });
      await symlink(namespace, join(proc, pid, 'ns', 'pid'));
    }
    const probe = createTreeProbe(proc);
    assert.equal(await probe.isInOtherContainer({ pid: 200, startTime: 1 }), false);
    assert.equal(await probe.isInOtherContainer({ pid: 201, startTime: 1 }), true);
  });
});
