import assert from 'node:assert/strict';
import { type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CleanUpReport } from '../../../src/orphans/cleanUpReport.ts';
import { type TestProgram, hasProgram } from '../../tools/obtainPrograms.ts';
import { Machine, type MachineOptions, canMakeMachines } from '../../support/machine.ts';
import { until } from '../../support/until.ts';
import { kill } from '../../tools/ownedProcesses.ts';

const OWNERS = join(import.meta.dirname, '..', '..', 'support', 'owners');
const SERVED = '--headless --no-sandbox --remote-debugging-port=9222 --user-data-dir=$TMPDIR/kept about:blank';
const owner = (name: string) => [process.execPath, join(OWNERS, name)].map((path) => Machine.inside(path));

/** One machine of its own, what happens in it, and what `clean --yes` must make of it. */
interface Scene {
  readonly name: string;
  readonly machine?: MachineOptions;
  /** Brings about the state that is judged; the browser is to run when it returns. */
  readonly happens?: (machine: Machine) => Promise<void>;
  readonly becomes: 'kept' | 'gone';
  /** Files that may stay where all is to go. */
  readonly stays?: RegExp;
  readonly says?: RegExp;
  readonly uid?: number;
  readonly needs?: TestProgram;
}

/** Runs a line of a shell with two pipes, whose other ends it holds. */
const PIPES = `import os, subprocess, sys, time
orders, mine = os.pipe()
answers, its = os.pipe()
def pass_on(): os.dup2(orders, 8); os.dup2(its, 9)
subprocess.run(['sh', '-c', sys.argv[1]], preexec_fn=pass_on, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
os.close(orders); os.close(its)
time.sleep(1000)`;

/** Starts a program as Python does, with pipes, and says so when it listens. */
const POPEN = `import subprocess, sys, time
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
while b'listening' not in child.stderr.readline(): pass
print('listens', flush=True)
time.sleep(1000)`;

const script = (lines: string) => ['sh', '-c', lines];

/** Starts a program in the machine and waits for its first line. */
async function started(machine: Machine, command: readonly string[], uid?: number): Promise<ChildProcess> {
  const child = machine.spawn(command, uid === undefined ? {} : { uid });
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', () => resolve());
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${errors.slice(-2000)}`)));
  });
  return child;
}

/** Kills whoever runs this script in the machine, and waits until they are gone. */
async function killed(machine: Machine, name: string): Promise<void> {
  const found = machine.processes().filter(({ command }) => command.includes(name) && /^\S*(?:node|sh) /.test(command));
  assert.ok(found.length > 0, `${name} runs`);
  for (const { outerPid } of found) kill(outerPid);
  const isOne = ({ outerPid }: { outerPid: number }) => found.some((one) => one.outerPid === outerPid);
  await until(`${name} is gone`, () => !machine.processes().some(isOne));
}

const leftBehind =
  (name: string, uid?: number) =>
  async (machine: Machine): Promise<void> => {
    await started(machine, owner(name), uid);
    await killed(machine, name);
  };

const runsUnder =
  (...command: string[]) =>
  async (machine: Machine) => {
    machine.spawn(command).unref();
    await Promise.resolve();
  };

/** A folder as s6 and runit supervise: its `run` becomes the browser. */
const serviceIn = (supervisor: string) => async (machine: Machine) => {
  const folder = join(machine.temp, 'service');
  mkdirSync(folder);
  writeFileSync(join(folder, 'run'), `#!/bin/sh\nexec chromium ${SERVED} >/dev/null 2>&1\n`);
  chmodSync(join(folder, 'run'), 0o755);
  await runsUnder(supervisor, folder)(machine);
};

/** What Firefox keeps in a home, and what it unpacks for a moment in a temporary folder, two seconds after its start. */
const OF_FIREFOX = /^(?:\.cache|\.config|\.mozilla|Downloads|remote-settings-startup-bundle-)(?:\/|$)/;

const scenes: readonly Scene[] = [
  {
    name: 'the service of a container under tini',
    needs: 'tini',
    machine: { init: ['tini', '--', ...script(`exec chromium ${SERVED}`)] },
    becomes: 'kept',
  },
  {
    name: 'the service of a container under dumb-init',
    needs: 'dumb-init',
    machine: { init: ['dumb-init', ...script(`exec chromium ${SERVED}`)] },
    becomes: 'kept',
  },
  {
    name: 'a program that tini -s runs as a subreaper',
    needs: 'tini',
    happens: runsUnder('tini', '-s', '--', ...script(`exec chromium ${SERVED}`)),
    becomes: 'kept',
  },
  { name: 'a service of s6', happens: serviceIn('s6-supervise'), needs: 's6-supervise', becomes: 'kept' },
  { name: 'a service of runit', happens: serviceIn('runsv'), needs: 'runsv', becomes: 'kept' },
  {
    name: 'a service of a systemd that only sets INVOCATION_ID',
    needs: 'tini',
    happens: async (machine) => {
      copyFileSync('/usr/bin/tini', join(machine.temp, 'systemd'));
      chmodSync(join(machine.temp, 'systemd'), 0o755);
      await runsUnder(
        join(machine.temp, 'systemd'),
        '-s',
        '--',
        ...script(`INVOCATION_ID=0123456789abcdef exec chromium ${SERVED}`),
      )(machine);
    },
    becomes: 'kept',
  },
  {
    name: 'a living test’s browser, where the test runner is pid 1 and sets its marks while it runs',
    machine: { init: owner('pidOne.mjs') },
    becomes: 'kept',
  },
  {
    name: 'one whose launcher is pid 1 and has let go of it',
    machine: { init: [...owner('pidOne.mjs'), 'disconnect'] },
    becomes: 'kept',
  },
  {
    name: 'a driver that was told to outlive its shell, between two commands of a test',
    needs: 'chromedriver',
    happens: async (machine) => {
      const { code, err } = await machine.run(
        script('(setsid nohup chromedriver --port=9515 >/dev/null 2>&1 &); exec "$0" "$1"').concat(
          owner('seleniumOnce.mjs'),
        ),
      );
      assert.equal(code, 0, err);
    },
    becomes: 'kept',
  },
  {
    name: 'a browser at a fixed port with a kept profile, whose step is over',
    happens: async (machine) => {
      await machine.run(script(`setsid chromium ${SERVED} >/dev/null 2>&1 &`));
    },
    becomes: 'kept',
  },
  {
    name: 'one that a program drives through a pipe, for which a shell started it in the background',
    happens: async (machine) => {
      const line = `chromium ${SERVED.replace('port=9222', 'pipe').replace('kept', 'e2e-48151623')} 3<&8 4>&9 &`;
      machine.spawn(['/usr/bin/python3', '-c', PIPES, line]).unref();
      await until('it runs', () => machine.browsers().length > 0);
    },
    becomes: 'kept',
  },
  {
    name: 'one that an entry script had started before it became tini',
    needs: 'tini',
    machine: {
      init: script(`chromium ${SERVED.replace('9222', '0').replace('kept', 'e2e-48151623')} & exec tini -- sleep 1000`),
    },
    becomes: 'kept',
  },
  {
    name: 'a script’s browser under tini',
    needs: 'tini',
    machine: { init: ['tini', '--', 'sleep', 'infinity'] },
    happens: leftBehind('puppeteer.ts'),
    becomes: 'gone',
  },
  {
    name: 'a driver and its browser under dumb-init',
    needs: 'dumb-init',
    machine: { init: ['dumb-init', 'sh', '-c', 'sleep 1000; :'] },
    happens: leftBehind('chromedriver.ts'),
    becomes: 'gone',
  },
  {
    name: 'a script’s own spawn, with its profile',
    happens: leftBehind('ownSpawn.ts'),
    becomes: 'gone',
    stays: /^playwright-artifacts-/,
  },
  {
    name: 'a killed worker’s, where there is no init and the runner is pid 1',
    machine: { init: owner('runner.mjs') },
    happens: async (machine) => {
      await until('the worker has a browser', () => machine.browsers().length > 0);
      await killed(machine, 'puppeteer.ts');
    },
    becomes: 'gone',
  },
  {
    name: 'a killed Python script’s, where there is no init and a server is pid 1',
    machine: { init: owner('server.mjs') },
    happens: async (machine) => {
      const profile = join(machine.temp, 'tmpk3x9q_ab');
      const browser = ['/usr/lib/chromium/chromium', ...OWN, `--user-data-dir=${profile}`];
      const child = machine.spawn(['/usr/bin/python3', '-c', POPEN, 'popen.py', ...browser]);
      await new Promise((resolve) => child.stdout!.once('data', resolve));
      kill(machine.processes().find(({ command }) => command.includes('popen.py'))!.outerPid);
      await until('it has ended', () => !machine.processes().some(({ command }) => command.includes('popen.py')));
    },
    becomes: 'gone',
  },
  ...[
    'karma-48151623',
    'agent-browser-chrome-6f1c2f3e-1f9d-4a3b-8a0e-0d2f7f6a9f11',
    'chromedp-runner3141592653',
    'tmpk3x9q_ab',
  ].map((name): Scene => ({
    name: `one with a profile under a name that no list has (${name})`,
    happens: (machine) => spawnedAndLeft('chromium', ...OWN, `--user-data-dir=${join(machine.temp, name)}`)(machine),
    becomes: 'gone',
  })),
  {
    name: 'one whose temp folder is not ours',
    happens: async (machine) => {
      mkdirSync(join(machine.temp, 'theirs'));
      await spawnedAndLeft(
        'env',
        `TMPDIR=${join(machine.temp, 'theirs')}`,
        'chromium',
        ...OWN,
        `--user-data-dir=${join(machine.temp, 'theirs', 'profile-48151623')}`,
      )(machine);
    },
    becomes: 'gone',
    stays: /^theirs$/,
  },
  {
    name: 'a headless shell as Debian packages it',
    needs: 'chromium-headless-shell',
    happens: (machine) =>
      spawnedAndLeft(
        'chromium-headless-shell',
        ...OWN,
        `--user-data-dir=${join(machine.temp, 'rod-48151623')}`,
      )(machine),
    becomes: 'gone',
  },
  {
    name: 'one in a display of its own (xvfb-run)',
    needs: 'xvfb-run',
    happens: (machine) =>
      spawnedAndLeft(
        'xvfb-run',
        '-a',
        'chromium',
        '--no-sandbox',
        '--remote-debugging-port=0',
        `--user-data-dir=${join(machine.temp, 'e2e-48151623')}`,
        'about:blank',
      )(machine),
    becomes: 'gone',
  },
  {
    name: 'one in a display that its script had started',
    needs: 'xvfb-run',
    happens: async (machine) => {
      const browser = ['--no-sandbox', '--remote-debugging-port=0', 'about:blank'];
      const profile = `--user-data-dir=${join(machine.temp, 'e2e-48151623')}`;
      await started(machine, [...owner('ownDisplay.mjs'), 'chromium', ...browser, profile]);
      await killed(machine, 'ownDisplay.mjs');
    },
    becomes: 'gone',
    says: /Xvfb \(pid \d+\), its display :\d+/,
  },
  {
    name: 'Firefox, which a script drives',
    happens: leftBehind('puppeteerFirefox.ts'),
    needs: 'firefox-esr',
    becomes: 'gone',
    stays: OF_FIREFOX,
  },
  {
    name: 'Firefox, which a script started in its own session',
    happens: (machine) => {
      mkdirSync(join(machine.temp, 'rust_mozprofileA1b2C3'));
      return spawnedAndLeft(
        'firefox-esr',
        '--headless',
        '--remote-debugging-port=0',
        '--profile',
        join(machine.temp, 'rust_mozprofileA1b2C3'),
        'about:blank',
      )(machine);
    },
    needs: 'firefox-esr',
    becomes: 'gone',
    stays: OF_FIREFOX,
  },
  {
    name: 'a user’s own, where other users’ processes are hidden',
    machine: { hidePid: true },
    happens: leftBehind('puppeteer.ts', 1000),
    uid: 1000,
    becomes: 'gone',
  },
];

/** Starts a browser as a script does that cares for nothing, then kills that script. */
const spawnedAndLeft =
  (...command: string[]) =>
  async (machine: Machine): Promise<void> => {
    await started(machine, [...owner('spawnsAndWaits.mjs'), ...command]);
    await killed(machine, 'spawnsAndWaits.mjs');
  };
const OWN = '--headless --no-sandbox --remote-debugging-port=0 about:blank'.split(' ');

describe('Browsers on machines of their own', function () {
  before(function () {
    if (!canMakeMachines()) this.skip();
  });

  for (const scene of scenes) {
    it(`${scene.name}: ${scene.becomes}`, async function () {
      if (scene.needs !== undefined && !hasProgram(scene.needs)) this.skip();
      const machine = await Machine.start(scene.machine);
      try {
        await scene.happens?.(machine);
        await until('a browser runs', () => machine.browsers().length > 0);
        const before = machine.browsers();
        const report = await machine.clean(['--yes'], scene.uid === undefined ? {} : { uid: scene.uid });
        if (scene.becomes === 'kept') assertKept(machine, before, report);
        else assertGone(machine, report, scene.stays);
        if (scene.says) assert.match(told(report), scene.says);
      } finally {
        await machine.stop();
      }
    });
  }
});

describe('A part of what was left behind', function () {
  before(function () {
    if (!canMakeMachines()) this.skip();
  });

  it('is chosen by age, tool, checkout and idleness, and a browser nobody can judge goes with its profile when it is named', async () => {
    const machine = await Machine.start();
    try {
      const checkout = join(machine.temp, 'shop');
      mkdirSync(join(checkout, '.git'), { recursive: true });
      await started(machine, owner('puppeteer.ts'));
      await killed(machine, 'puppeteer.ts');
      const ends = async (...args: string[]) => {
        const { trees } = await machine.clean(['--dry-run', ...args]);
        return trees.filter(({ action }) => action === 'end').length;
      };
      assert.equal(await ends(), 1);
      assert.equal(await ends('--older-than', '1h'), 0);
      assert.equal(await ends('--tool', 'puppeteer'), 1);
      assert.equal(await ends('--tool', 'selenium'), 0);
      assert.equal(await ends('--here'), 1, 'it was started in this folder');
      const elsewhere = await machine.clean(['--dry-run', '--here'], { cwd: checkout });
      assert.equal(elsewhere.trees.filter(({ action }) => action === 'end').length, 0, 'and not in that checkout');

      // Its owner lives, and it has stood still: told, and ended only on request.
      await started(machine, owner('puppeteer.ts'));
      assert.equal(await ends('--idle', '10h'), 1);
      // A browser that has just started works for a while, longer on a busy machine.
      await until('the second stands still', async () => (await ends('--idle', '1ms')) === 2);
      const { trees } = await machine.clean(['--dry-run', '--idle', '1ms']);
      assert.ok(trees.every(({ idleSeconds }) => idleSeconds !== undefined));

      await machine.run(script(`setsid chromium ${SERVED} >/dev/null 2>&1 &`));
      await until('it runs', () => machine.browsers().some(({ command }) => command.includes('9222')));
      const served = machine.browsers().find(({ command }) => command.includes('9222'))!;
      await until('it has its profile', () => machine.files().includes('kept/SingletonLock'));
      const { code, out } = await machine.run([...machine.cli, 'kill', String(served.pid), '--yes']);
      assert.equal(code, 0, out);
      assert.deepEqual(
        machine.files().filter((name) => name.startsWith('kept')),
        [],
      );
    } finally {
      await machine.stop();
    }
  });
});

describe('A server whose client died', function () {
  before(function () {
    if (!canMakeMachines()) this.skip();
  });

  it('is told of with its browser, or without one, and ended only when that is named; a driver that served one script goes with it', async () => {
    const machine = await Machine.start();
    try {
      const serverAt = async (path: string, code = `import('${owner('agentServer.mjs')[1]}');`) => {
        const file = join(machine.temp, 'node_modules', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, code);
        await started(machine, [...owner('spawnsAndWaits.mjs'), owner('')[0]!, file, 'run-driver']);
        await killed(machine, 'spawnsAndWaits.mjs');
      };
      await serverAt('@playwright/mcp/cli.js');
      await serverAt('playwright/cli.js');
      const { out } = await machine.run([...machine.cli, 'tree', '--json']);
      const { trees, servers } = JSON.parse(out) as {
        trees: { status: string; root: { pid: number } }[];
        servers: { name: string; browsers: number[] }[];
      };
      assert.deepEqual(
        trees.map(({ status }) => status),
        ['abandoned', 'orphan'],
        out,
      );
      assert.deepEqual(
        servers.map(({ name, browsers }) => [name, browsers]),
        [
          ['Playwright MCP', [trees[0]!.root.pid]],
          ['Playwright driver', [trees[1]!.root.pid]],
        ],
      );
      const report = await machine.clean();
      assert.deepEqual(
        machine.browsers().map(({ pid }) => pid),
        [trees[0]!.root.pid],
        told(report),
      );
      assert.ok(!machine.processes().some(({ command }) => command.includes('/playwright/cli.js')), told(report));

      const { code, err } = await machine.run([...machine.cli, 'kill', String(trees[0]!.root.pid), '--yes']);
      assert.equal(code, 0, err);
      // One without a browser, too.
      await serverAt('chrome-devtools-mcp/cli.js', `console.error('DevTools listening'); setInterval(() => {}, 1e6)`);
      const alone = machine.processes().find(({ command: line }) => line.includes('chrome-devtools-mcp'))!;
      await machine.clean();
      assert.ok(
        machine.processes().some(({ pid }) => pid === alone.pid),
        'not by itself',
      );
      const named = await machine.run([...machine.cli, 'kill', String(alone.pid), '--yes']);
      assert.equal(named.code, 0, named.err);
      assert.match(named.out, /1 server to end:[^]*Chrome DevTools MCP[^]*Ended: Chrome DevTools MCP/);
      assert.deepEqual(
        machine.processes().filter(({ command }) => !command.startsWith('sleep')),
        [],
      );
    } finally {
      await machine.stop();
    }
  });
});

describe('Machines that share their files', function () {
  let [one, other]: Machine[] = [];
  before(async function () {
    if (!canMakeMachines() || !hasProgram('chromium-headless-shell')) this.skip();
    one = await Machine.start();
    other = await Machine.start({ shares: one });
    await started(one, owner('puppeteer.ts'));
    await started(one, owner('playwright.ts'));
    await started(one, [
      ...owner('spawnsAndWaits.mjs'),
      'chromium-headless-shell',
      ...OWN,
      `--user-data-dir=${join(one.temp, 'puppeteer_dev_chrome_profile-hEADls')}`,
    ]);
  });
  after(async () => {
    await other?.stop();
    await one?.stop();
  });

  it('keep what browsers of the other use, though their locks name processes that cannot be seen', async () => {
    const before = one!.files().filter((name) => !name.includes('/'));
    // An hour later, as far as the folders tell.
    for (const name of before) utimesSync(join(one!.temp, name), 1_700_000_000, 1_700_000_000);
    const report = await other!.clean();
    assert.deepEqual(
      report.leftovers.filter(({ action }) => action === 'remove'),
      [],
    );
    assert.deepEqual(
      one!.files().filter((name) => !name.includes('/')),
      before,
    );
  });

  it('keep the sessions of the other, whose hosts cannot be seen, when a session host starts and when it cleans up', async () => {
    const client = Machine.inside(join(OWNERS, '..', '..', 'real', 'sessions', 'clientProgram.ts'));
    const child = one!.spawn([Machine.inside(process.execPath), client]);
    const lines = createInterface({ input: child.stdout! });
    await new Promise<void>((resolve) => lines.on('line', (line) => line.includes('"session"') && resolve()));
    const kept = () =>
      one!
        .files()
        .filter((name) => /^leakwright-\w+(?:\/session\.json)?$/.test(name))
        .sort();
    const entries = () => readdirSync(join(one!.state, 'journal'));
    const [folders, journal] = [kept(), entries()];
    assert.equal(folders.length, 2);
    assert.equal(journal.length, 1);
    const idle = other!.spawn([Machine.inside(process.execPath), client, 'idle']);
    await new Promise<void>((resolve) => createInterface({ input: idle.stdout! }).once('line', () => resolve()));
    await other!.clean();
    assert.deepEqual(kept(), folders);
    assert.deepEqual(entries(), journal);
    await killed(one!, 'clientProgram.ts');
    await until('its own host cleans up after it', () => entries().length === 0);
  });

  it('empty nothing that is mounted in a leftover', async () => {
    const profile = join(one!.temp, 'puppeteer_dev_chrome_profile-mOUn73');
    mkdirSync(join(profile, 'downloads'), { recursive: true });
    mkdirSync(join(one!.temp, 'photos', 'last'), { recursive: true });
    await one!.run(['mount', '--bind', join(one!.temp, 'photos'), join(profile, 'downloads')]);
    utimesSync(join(profile, 'downloads'), 1_700_000_000, 1_700_000_000);
    await one!.run([
      'touch',
      '-d',
      '2023-11-14',
      join(one!.temp, 'photos'),
      join(one!.temp, 'photos', 'last'),
      profile,
      join(profile, 'downloads'),
    ]);
    const report = await one!.clean();
    const leftover = report.leftovers.find(({ path }) => path === profile);
    assert.match(leftover?.reason ?? '', /is mounted in it/, JSON.stringify(report.leftovers));
    assert.ok(one!.files().includes('photos/last'));
    await one!.run(['umount', join(profile, 'downloads')]);
  });

  it('let three clean-ups at once end all, and none blames another', async () => {
    await killed(one!, 'puppeteer.ts');
    await killed(one!, 'spawnsAndWaits.mjs');
    const reports = await Promise.all([one!.clean(), one!.clean(), one!.clean()]);
    assert.deepEqual(
      reports.map(({ code, summary }) => [code, summary.errors]),
      reports.map(() => [0, []]),
      reports.map(told).join('\n---\n'),
    );
    assert.equal(one!.browsers().length, 1, 'Playwright’s still runs');
    assert.deepEqual(
      one!.files().filter((name) => name.startsWith('leakwright-removing')),
      [],
    );
  });
});

const told = (report: CleanUpReport) =>
  report.trees
    .map(({ status, outcome, reason, evidence }) =>
      [status, outcome, reason, ...evidence.map(({ fact }) => fact)].join('\n'),
    )
    .join('\n\n');

function assertKept(machine: Machine, before: readonly { readonly pid: number }[], report: CleanUpReport): void {
  assert.deepEqual(
    before.filter(({ pid }) => !machine.browsers().some((now) => now.pid === pid)),
    [],
    told(report),
  );
  assert.ok(report.trees.length > 0, 'it is seen');
}

function assertGone(machine: Machine, report: CleanUpReport & { readonly code: number | null }, stays = /^$/): void {
  const idle = /^(?:sleep|tini|dumb-init|sh -c sleep|\S*node \S*(?:runner|\/server)\.mjs)\b/;
  assert.deepEqual(
    machine.processes().filter(({ command }) => !idle.test(command)),
    [],
    told(report),
  );
  assert.deepEqual(
    machine.files().filter((name) => !stays.test(name)),
    [],
    JSON.stringify(report.leftovers),
  );
  assert.equal(report.code, 0, told(report));
}
