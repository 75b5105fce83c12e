import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createProcessReader, readBootId } from '../../../../src/processes/index.ts';
import { FakeProc } from '../support/fakeProc.ts';

describe('the Linux reader', () => {
  let proc: FakeProc;
  beforeEach(() => {
    proc = new FakeProc();
  });
  afterEach(() => proc.remove());

  const reader = () => createProcessReader({ platform: 'linux', procRoot: proc.root });

  it('gives the fields of a process in bytes and milliseconds', async () => {
    proc.set(20, {
      ppid: 7,
      name: 'a (b)',
      startTicks: 5000,
      cpuTicks: 250,
      rssPages: 3,
      commandLine: ['/a', '-b'],
      uid: 5,
    });
    const before = Date.now();
    const { processes } = await reader().readTable();
    const { startedAtMs, ...rest } = processes.get(20)!;
    assert.deepEqual(rest, {
      pid: 20,
      startTime: 5000,
      ppid: 7,
      groupId: 20,
      sessionId: 20,
      state: 'running',
      name: 'a (b)',
      commandLine: ['/a', '-b'],
      uid: 5,
      cpuMs: 2500,
      rssBytes: 3 * 4096,
      threads: 1,
    });
    // Up for 1000 s, started 50 s after boot.
    assert.ok(Math.abs(startedAtMs - (before - 950_000)) < 5000, String(startedAtMs));
  });

  it('leaves out what vanished, is empty, is garbage or belongs to another pid namespace, and keeps the rest', async () => {
    proc.set(20);
    proc.write('21/stat', '');
    proc.write('22/stat', 'garbage');
    proc.write('23/stat', '24 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 1 10\n');
    mkdirSync(join(proc.root, '25'));
    mkdirSync(join(proc.root, '26', 'stat'), { recursive: true });
    symlinkSync('/nowhere', join(proc.root, '27'));
    proc.write('self/stat', 'x');
    proc.write('99999999999999999999/stat', 'x');
    assert.deepEqual([...(await reader().readTable()).processes.keys()], [20]);
  });

  it('shows the new command line after an exec that kept pid, start time and name', async () => {
    proc.set(20, { name: 'chromium', commandLine: ['/bin/sh', '/usr/bin/chromium'], argStart: 1000 });
    const r = reader();
    await r.readTable();
    proc.set(20, { name: 'chromium', commandLine: ['/usr/lib/chromium/chromium'], argStart: 2000 });
    assert.deepEqual((await r.readTable()).processes.get(20)?.commandLine, ['/usr/lib/chromium/chromium']);
  });

  it('shows the title a young process writes over its arguments, and one an old process writes within a minute', async () => {
    proc.uptime(10);
    proc.set(20, { startTicks: 900, commandLine: ['--type=zygote'] });
    const r = reader();
    const title = async () => (await r.readTable()).processes.get(20)?.commandLine[0];
    assert.equal(await title(), '--type=zygote');
    proc.set(20, { startTicks: 900, commandLine: ['--type=renderer'] });
    proc.uptime(20);
    assert.equal(await title(), '--type=renderer');
    proc.set(20, { startTicks: 900, commandLine: ['late'] });
    proc.uptime(40);
    assert.equal(await title(), '--type=renderer');
    proc.uptime(81);
    assert.equal(await title(), 'late');
  });

  it('never gives a reused pid the command line of the process that had it before', async () => {
    proc.set(20, { startTicks: 100, commandLine: ['old'] });
    const r = reader();
    await r.readTable();
    proc.set(20, { startTicks: 200, commandLine: ['new'] });
    const now = (await r.readTable()).processes.get(20)!;
    assert.deepEqual(now.commandLine, ['new']);
    assert.equal(now.startTime, 200);
  });

  it('hands out the same object while nothing changes, which is what makes comparing samples cheap', async () => {
    proc.set(20);
    proc.set(21, { state: 'Z' });
    const r = reader();
    const first = await r.readTable();
    const second = await r.readTable();
    assert.equal(second.processes.get(20), first.processes.get(20));
    assert.equal(second.processes.get(21), first.processes.get(21));
    proc.set(20, { rssPages: 11 });
    assert.notEqual((await r.readTable()).processes.get(20), first.processes.get(20));
  });

  it('reads only what was asked for and what is new in a cheap sample, and still notices ends', async () => {
    for (const pid of [20, 21, 22]) proc.set(pid);
    const r = reader();
    await r.readTable();
    for (const pid of [20, 21]) proc.set(pid, { cpuTicks: 50 });
    proc.end(22);
    proc.set(23, { cpuTicks: 50 });
    const { processes } = await r.readTable({ only: new Set([20]) });
    assert.deepEqual(
      [20, 21, 22, 23].filter((pid) => processes.has(pid)).map((pid) => [pid, processes.get(pid)!.cpuMs]),
      [
        [20, 500],
        [21, 10],
        [23, 500],
      ],
    );
    assert.equal((await r.readTable()).processes.get(21)?.cpuMs, 500);
  });

  it('reads kernel threads now and then only, and notices all the same when they end', async () => {
    for (const pid of [2, 3]) proc.set(pid, { kernelThread: true, cpuTicks: 1 });
    const r = reader();
    await r.readTable();
    for (const pid of [2, 3]) proc.set(pid, { kernelThread: true, cpuTicks: 5 });
    proc.uptime(1005);
    assert.equal((await r.readTable()).processes.get(2)?.cpuMs, 10);
    proc.end(3);
    assert.deepEqual([...(await r.readTable()).processes.keys()], [2]);
    proc.uptime(1011);
    assert.equal((await r.readTable()).processes.get(2)?.cpuMs, 50);
    proc.uptime(1020);
    await r.readTable();
    // And its pid may come to mean a program.
    proc.set(2, { startTicks: 90_000, commandLine: ['chromium'] });
    proc.uptime(1022);
    assert.deepEqual((await r.readTable()).processes.get(2)?.commandLine, ['chromium']);
  });

  it('says what is missing when there is no proc file system', () => {
    assert.throws(() => createProcessReader({ platform: 'linux', procRoot: '/nowhere' }), {
      code: 'processes.unreadable',
      message: /\/nowhere/,
    });
  });

  it('gives exact memory from smaps_rollup', async () => {
    proc.set(20);
    proc.write(
      '20/smaps_rollup',
      '0-1 ---p 0 00:00 0 [rollup]\nRss: 900 kB\nPss: 500 kB\nPss_Anon: 300 kB\nPss_Shmem: 20 kB\nPrivate_Clean: 7 kB\nPrivate_Dirty: 301 kB\n',
    );
    assert.deepEqual(await reader().readMemory({ pid: 20, startTime: 100 }), {
      pssBytes: 500 * 1024,
      ussBytes: 308 * 1024,
      anonBytes: 320 * 1024,
      rssBytes: 900 * 1024,
      exact: true,
    });
  });

  it("says that it is not exact where the kernel's accounting is not readable", async () => {
    proc.set(20);
    proc.write('20/status', 'VmRSS:\t 900 kB\nRssAnon:\t 200 kB\nRssFile:\t 690 kB\nRssShmem:\t 10 kB\n');
    assert.deepEqual(await reader().readMemory({ pid: 20, startTime: 100 }), {
      pssBytes: 900 * 1024,
      ussBytes: 900 * 1024,
      anonBytes: 210 * 1024,
      rssBytes: 900 * 1024,
      exact: false,
    });
  });

  it('answers nothing about an identity whose pid now belongs to another', async () => {
    proc.set(20, { startTicks: 200 });
    proc.write('20/smaps_rollup', 'Rss: 900 kB\nPss: 500 kB\n');
    proc.write('20/environ', 'SECRET=1\0');
    mkdirSync(join(proc.root, '20', 'fd'));
    const r = reader();
    const gone = { pid: 20, startTime: 100 };
    assert.equal(await r.readMemory(gone), undefined);
    assert.equal(await r.readEnvironment(gone), undefined);
    assert.equal(await r.countOpenFiles(gone), undefined);
    assert.equal(await r.readProcess(21), undefined);
    assert.deepEqual({ ...(await r.readEnvironment({ pid: 20, startTime: 200 })) }, { SECRET: '1' });
    assert.equal(await r.countOpenFiles({ pid: 20, startTime: 200 }), 0);
  });

  it('reads the boot id, without which a written start time means nothing', () => {
    proc.write('sys/kernel/random/boot_id', '487dc214-791a-407e-9e41-1b6ef90c9193\n');
    assert.equal(readBootId(proc.root), '487dc214-791a-407e-9e41-1b6ef90c9193');
    assert.equal(readBootId('/nowhere'), undefined);
  });
});
