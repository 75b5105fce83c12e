import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  type EndTreeEvent,
  type EndTreeOptions,
  type ProcessIdentity,
  type ProcessReader,
  createProcessReader,
  endTree,
  identityOf,
  membersOf,
} from '../../../src/processes/index.ts';
import { takePid } from '../../support/takePid.ts';
import { Arena, isAlive, stateOf } from '../../support/owners.ts';
import { until } from '../../support/until.ts';

describe('Ending real process trees', function () {
  const reader: ProcessReader = createProcessReader();
  let arena: Arena;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  beforeEach(async () => {
    arena = await Arena.open();
  });

  afterEach(async () => {
    await arena.close();
  });

  async function identify(pid: number): Promise<ProcessIdentity> {
    const info = await reader.readProcess(pid);
    assert.ok(info, `pid ${pid} lives`);
    return identityOf(info);
  }

  const end = (root: ProcessIdentity, options: Partial<EndTreeOptions> = {}) => endTree(root, { reader, ...options });

  /** A shell script, started in a session of its own; resolves when it says that it is ready. */
  async function script(text: string): Promise<ChildProcess> {
    const child = arena.spawn('/bin/bash', ['-c', text]);
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', () => resolve());
      child.once('exit', () => reject(new Error('the script ended before it was ready')));
    });
    return child;
  }

  it('a browser asked politely leaves nothing, and its events come in order', async () => {
    const owner = await arena.start('puppeteer');
    const root = await identify(owner.browser);
    const members = membersOf(await reader.readTable(), root).map(({ pid }) => pid);
    assert.ok(members.length >= 5);
    const events: EndTreeEvent['type'][] = [];
    const result = await end(root, { onEvent: (event) => events.push(event.type) });
    assert.ok(result.outcome === 'ended' && !result.forced, JSON.stringify(result));
    for (const pid of members) assert.ok(!isAlive(pid), `${pid} survived`);
    assert.equal(events[0], 'asked');
    assert.equal(events.at(-1), 'gone');
    assert.ok(isAlive(owner.pid), 'the owner is not of the tree');
  });

  it('a browser that hangs is forced at once', async () => {
    const owner = await arena.start('puppeteer');
    process.kill(owner.browser, 'SIGSTOP');
    await until('it stops', () => stateOf(owner.browser) === 'T');
    const result = await end(await identify(owner.browser), { graceMs: 20_000 });
    assert.ok(result.outcome === 'ended' && result.forced);
    assert.ok(result.durationMs < 5_000, `took ${result.durationMs} ms`);
    assert.ok(isAlive(owner.pid));
  });

  it('a script that ignores SIGTERM, with children in sessions of their own, is forced', async () => {
    const shell = await script(`
      trap '' TERM
      setsid bash -c 'trap "" TERM; sleep 301 & sleep 302; true' &
      sleep 303 &
      (sleep 304 & sleep 305; true) &
      sleep 0.2; echo ready; wait`);
    await until('all of them run', () => arena.survivors().length >= 6);
    const result = await end(await identify(shell.pid!), { graceMs: 100 });
    assert.ok(result.outcome === 'ended' && result.forced, JSON.stringify(result));
    assert.deepEqual(arena.survivors(), []);
  });

  it('children that forked twice to get away are still of the session', async () => {
    const shell = await script(`
      for i in 1 2 3; do ( ( trap '' TERM; sleep 30$i ) & ) ; done
      sleep 0.2; echo ready; exec sleep 310`);
    await until('all of them run', () => arena.survivors().length >= 4);
    const result = await end(await identify(shell.pid!), { graceMs: 50 });
    assert.equal(result.outcome, 'ended');
    assert.deepEqual(arena.survivors(), []);
  });

  for (const own of [true, false]) {
    it(`a fork bomb is ended ${own ? 'by its group' : 'though it shares its group with others'}`, async () => {
      // Each shell starts two until 400 have been, and goes on starting as they are ended; a bystander shares the group.
      const bomb = `
        f() { [ -e "$TMPDIR/stop" ] && return; n=$(ls "$TMPDIR" | wc -l); [ "$n" -gt 400 ] && { sleep 30; return; }
              mktemp "$TMPDIR/fork.XXXXXX" >/dev/null; f & f & sleep 30; }
        trap '' TERM; f & f & echo ready; wait`;
      const shell = await script(own ? bomb : `sleep 333 & bash -c '${bomb.replaceAll("'", `'\\''`)}'`);
      let rootPid = shell.pid!;
      if (!own) {
        const table = await reader.readTable();
        rootPid = [...table.processes.values()].find(({ ppid, name }) => ppid === shell.pid && name === 'bash')!.pid;
      }
      // Half of them may be about to end by themselves: what lists and counts files.
      await until('it grows', () => arena.survivors().length > 60);
      const result = await end(await identify(rootPid), { graceMs: 30, forceMs: 15_000 });
      assert.equal(result.outcome, 'ended', JSON.stringify(result).slice(0, 500));
      assert.ok(result.outcome === 'ended' && result.ended > 30);
      const left = arena.survivors().map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
      // Its parent goes on when the bomb is gone, and ends.
      assert.deepEqual(
        left.filter((line) => !line.startsWith('sleep 333') && !line.includes('sleep 333 &')),
        [],
      );
      if (!own)
        assert.ok(
          left.some((line) => line.startsWith('sleep 333')),
          'the bystander in its group lives',
        );
    });
  }

  it('refuses our own ancestors and ourselves', async () => {
    for (const pid of [process.pid, process.ppid]) {
      const result = await end(await identify(pid));
      assert.equal(result.outcome, 'refused');
    }
  });

  it('a shell pipeline it is run from is not ended with its neighbour', async () => {
    // The neighbour leads the job's group, as in `chromium … | leakwright kill PID`.
    const module = new URL('../../../src/processes/index.ts', import.meta.url).href;
    const program = `
      import { createProcessReader, endTree } from '${module}';
      const reader = createProcessReader();
      const result = await endTree(await reader.readProcess(process.ppid === 0 ? 0 : Number(process.argv[1])), { reader, graceMs: 50 });
      console.log(result.outcome);`;
    const child = arena.spawn('/bin/bash', [
      '-c',
      `set -m; bash -c 'trap "" TERM; echo $$ > "$TMPDIR/pid"; sleep 300; true' | (while [ ! -s "$TMPDIR/pid" ]; do sleep 0.01; done; exec "${process.execPath}" --input-type=module -e "$0" -- $(cat "$TMPDIR/pid"))`,
      program,
    ]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    assert.match(said, /^ended$/m, errors);
  });

  it('a process that got the pid of one that ended between the listing and the ending', async function () {
    const sleeper = spawn('sleep', ['300'], { stdio: 'ignore' });
    const listed = await identify(sleeper.pid!);
    await arena.end(sleeper, 'SIGKILL');
    const bystander = await takePid(listed);
    if (!bystander) this.skip();
    try {
      const result = await end(listed, { graceMs: 0, members: [listed] });
      assert.equal(result.outcome, 'alreadyGone');
      assert.match(result.outcome === 'alreadyGone' ? result.reason : '', /another process/);
      assert.ok(isAlive(listed.pid), 'the bystander with the same pid lives');
    } finally {
      await arena.end(bystander, 'SIGKILL');
    }
  });
});
