import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUpReport } from '../../../src/orphans/cleanUpReport.ts';
import { runKill } from '../../../src/terminal/killCommand.ts';
import { busyMachine, cleanUpOf, fakeTerminal } from '../../support/cleanUpWorld.ts';
import type { FakeProcesses } from '../../support/fakeProcesses.ts';

describe('leakwright kill', () => {
  let temp: string;
  let world: FakeProcesses;

  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'lw-kill-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = join(temp, 'state');
    world = busyMachine();
  });

  afterEach(async () => {
    delete process.env['LEAKWRIGHT_STATE_DIR'];
    await rm(temp, { recursive: true, force: true });
  });

  const alive = () => [100, 200, 201, 300, 400, 500].filter((pid) => world.isAlive(pid));
  const kill = (pid: number, io: ReturnType<typeof fakeTerminal>, options: { yes?: boolean; json?: boolean } = {}) =>
    runKill(pid, options, io, new AbortController().signal, cleanUpOf(world, temp));

  it('ends just the tree that has the process, the root with it', async () => {
    const io = fakeTerminal();
    assert.equal(await kill(201, io, { yes: true }), 0, io.stderr);
    assert.deepEqual(alive(), [100, 300, 400, 500]);
  });

  it('ends one with a living owner, who is named in the question', async () => {
    const io = fakeTerminal(true);
    assert.equal(await kill(300, io), 0);
    assert.match(io.stdout, /owned by node run\.js \(pid 100\)/);
    assert.deepEqual(io.questions, ['End Chrome (pid 300, puppeteer)?']);
    assert.deepEqual(alive(), [100, 200, 201, 400, 500]);
  });

  it('asks, and does nothing without an answer', async () => {
    assert.equal(await kill(300, fakeTerminal(false)), 2);
    assert.equal(await kill(300, fakeTerminal()), 2);
    assert.deepEqual(world.signals, []);
  });

  for (const [pid, what, reason] of [
    [400, 'a person’s own browser', /person’s own browser/],
    [500, 'another user’s browser', /another user/],
    [100, 'a process that is no browser', /no part of a browser/],
    [1, 'init', /no part of a browser/],
    [4242, 'a pid nobody has', /No process 4242/],
  ] as const) {
    it(`refuses ${what}, whatever is said`, async () => {
      const io = fakeTerminal(true);
      assert.equal(await kill(pid, io, { yes: true }), 2);
      assert.match(io.stderr, reason);
      assert.deepEqual(world.signals, []);
      const json = fakeTerminal(true);
      assert.equal(await kill(pid, json, { yes: true, json: true }), 2);
      const report = JSON.parse(json.stdout) as CleanUpReport;
      assert.match(report.summary.errors.join(), reason);
      assert.equal(report.summary.ended, 0);
      assert.deepEqual(world.signals, []);
    });
  }
});
