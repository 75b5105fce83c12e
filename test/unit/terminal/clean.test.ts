import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUpReport } from '../../../src/orphans/cleanUpReport.ts';
import { runClean } from '../../../src/terminal/cleanCommand.ts';
import { UID, busyMachine, cleanUpOf, fakeTerminal } from '../../support/cleanUpWorld.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

describe('leakwright clean', () => {
  let temp: string;
  let world: FakeProcesses;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'lw-clean-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = join(temp, 'state');
    world = busyMachine();
  });

  afterEach(async () => {
    delete process.env['LEAKWRIGHT_STATE_DIR'];
    await rm(temp, { recursive: true, force: true });
  });

  const alive = () => [200, 201, 300, 400, 500].filter((pid) => world.isAlive(pid));

  it('ends the orphan and nothing else, and its exit code says that nothing is left', async () => {
    const io = fakeTerminal();
    assert.equal(await runClean({ yes: true }, io, signal, cleanUpOf(world, temp)), 0, io.stdout + io.stderr);
    assert.deepEqual(alive(), [300, 400, 500]);
    assert.match(io.stdout, /1 browser to end:\n {2}Chrome \(pid 200, puppeteer\), 2 processes/);
    assert.match(io.stdout, /Its launcher has ended/);
    assert.match(io.stdout, /Ended: Chrome \(pid 200, puppeteer\)/);
    assert.match(io.stdout, /Chrome \(pid 300, puppeteer\): owned by node run\.js \(pid 100\)/);
    assert.match(io.stdout, /Chrome \(pid 400\): personal/);
    assert.match(io.stdout, /Chrome \(pid 500, puppeteer\): unknown/);
  });

  it('calls a driver that has no browser a driver', async () => {
    world.start({
      pid: 600,
      ppid: 1,
      groupId: 590,
      sessionId: 590,
      name: 'chromedriver',
      commandLine: ['chromedriver', '--port=45123'],
      uid: UID,
    });
    const io = fakeTerminal();
    const options = cleanUpOf(world, temp);
    const launcherPipes = ({ pid }: { readonly pid: number }) =>
      Promise.resolve(pid === 600 ? ('closed' as const) : ('none' as const));
    const probe = { ...options.probe!, launcherPipes };
    await runClean({ dryRun: true }, io, signal, { ...options, probe });
    assert.match(io.stdout, /^1 browser and 1 driver to end:\n/);
    assert.match(io.stdout, /chromedriver \(pid 600, selenium\), 1 process/);
  });

  it('asks a person first, naming what it would end', async () => {
    const no = fakeTerminal(false);
    assert.equal(await runClean({}, no, signal, cleanUpOf(world, temp)), 2);
    assert.deepEqual(no.questions, ['End Chrome (pid 200, puppeteer)?']);
    assert.deepEqual(alive(), [200, 201, 300, 400, 500]);
    const yes = fakeTerminal(true);
    assert.equal(await runClean({}, yes, signal, cleanUpOf(world, temp)), 0);
    assert.deepEqual(alive(), [300, 400, 500]);
  });

  it('ends nothing where nobody can be asked and nobody said yes', async () => {
    const io = fakeTerminal();
    assert.equal(await runClean({}, io, signal, cleanUpOf(world, temp)), 2);
    assert.deepEqual(world.signals, []);
    assert.deepEqual(io.questions, []);
    assert.match(io.stderr, /--yes/);
  });

  it('does nothing in a dry run, even with --yes', async () => {
    const io = fakeTerminal(true);
    assert.equal(await runClean({ dryRun: true, yes: true, json: true }, io, signal, cleanUpOf(world, temp)), 2);
    assert.deepEqual(world.signals, []);
    const report = JSON.parse(io.stdout) as CleanUpReport;
    assert.deepEqual(
      report.trees.map(({ root, status, action, outcome }) => [root.pid, status, action, outcome]),
      [
        [200, 'orphan', 'end', 'planned'],
        [300, 'owned', 'leave', 'left'],
        [400, 'personal', 'leave', 'left'],
        [500, 'unknown', 'leave', 'left'],
      ],
    );
  });

  it('prints JSON of the agreed shape and nothing else on standard output', async () => {
    const io = fakeTerminal();
    await runClean({ yes: true, json: true }, io, signal, cleanUpOf(world, temp));
    const report = JSON.parse(io.stdout) as CleanUpReport;
    assert.equal(report.schema, 1);
    const [orphan] = report.trees;
    assert.ok(orphan);
    assert.deepEqual(Object.keys(orphan).sort(), [
      'action',
      'automatedBy',
      'evidence',
      'family',
      'memoryBytes',
      'outcome',
      'owner',
      'processes',
      'product',
      'root',
      'status',
    ]);
    assert.equal(orphan.outcome, 'ended');
    assert.equal(orphan.automatedBy, 'puppeteer');
    assert.ok(orphan.evidence.length > 2 && orphan.evidence.every(({ source, fact }) => source && fact));
    assert.deepEqual(report.summary, {
      found: 1,
      ended: 1,
      survived: 0,
      removed: 0,
      refused: 0,
      bytesFreed: 0,
      memoryBytesFreed: 0,
      effectivenessPercentage: 100,
      errors: [],
    });
  });

  it('says who survived and exits with 2', async () => {
    world.start({ pid: 202, ppid: 200, name: 'in the kernel', behaviour: 'unkillable', groupId: 200, sessionId: 200 });
    const io = fakeTerminal();
    assert.equal(await runClean({ yes: true, json: true }, io, signal, cleanUpOf(world, temp)), 2);
    const report = JSON.parse(io.stdout) as CleanUpReport;
    assert.equal(report.trees[0]?.outcome, 'survived');
    assert.match(report.trees[0]?.reason ?? '', /in the kernel \(pid 202\)/);
    assert.equal(report.summary.survived, 1);
    assert.equal(report.summary.effectivenessPercentage, 0);
    assert.equal(report.summary.errors.length, 1);
  });

  it('refuses a tree that somebody came to use after it was listed', async () => {
    let asked = 0;
    const io = fakeTerminal();
    const engine = cleanUpOf(world, temp, {
      probe: {
        countClients: () => Promise.resolve(asked++ === 0 ? 0 : 1),
        isInOtherContainer: () => Promise.resolve(false),
      },
    });
    assert.equal(await runClean({ yes: true, json: true }, io, signal, engine), 2);
    const report = JSON.parse(io.stdout) as CleanUpReport;
    assert.equal(report.trees[0]?.outcome, 'refused');
    assert.match(report.trees[0]?.reason ?? '', /unknown by now: A program is connected/);
    assert.deepEqual(world.signals, []);
  });

  it('leaves a tree alone whose pid went to another process after it was listed', async () => {
    const io = fakeTerminal(true);
    const confirm = io.confirm;
    io.confirm = async (question) => {
      world.end(201);
      world.end(200);
      world.start({ pid: 200, name: 'editor', commandLine: ['/usr/bin/vim'], uid: 1000 });
      return await confirm(question);
    };
    assert.equal(await runClean({}, io, signal, cleanUpOf(world, temp)), 0);
    assert.deepEqual(world.signals, []);
    assert.ok(world.isAlive(200));
    assert.match(io.stdout, /Already gone: .*another process/);
  });

  it('does nothing once it was interrupted', async () => {
    const io = fakeTerminal(true);
    const controller = new AbortController();
    const confirm = io.confirm;
    io.confirm = async (question) => {
      controller.abort();
      return await confirm(question);
    };
    await assert.rejects(runClean({}, io, controller.signal, cleanUpOf(world, temp)), /abort/i);
    assert.deepEqual(world.signals, []);
  });

  it('has nothing to do on a machine without orphans, and asks nothing', async () => {
    const io = fakeTerminal(true);
    assert.equal(await runClean({}, io, signal, cleanUpOf(new FakeProcesses(), temp)), 0);
    assert.match(io.stdout, /Nothing was left behind/);
    assert.deepEqual(io.questions, []);
  });

  it('prints no control characters that a process put into its name', async () => {
    world.start({ pid: 100, name: 'node', commandLine: ['node', 'evil\u001b]0;owned\u0007.js'], uid: 1000 });
    const io = fakeTerminal();
    await runClean({ dryRun: true }, io, signal, cleanUpOf(world, temp));
    // eslint-disable-next-line no-control-regex -- that is what must not be there
    assert.doesNotMatch(io.stdout, /[\u001b\u0007]/);
  });
});
