import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserTree, findBrowserTrees } from '../../../src/browsers/index.ts';
import type { TreeProbe } from '../../../src/orphans/clients.ts';
import { endpointNotedIn } from '../../../src/orphans/endpointNotes.ts';
import { OwnerObservations, decideOwnership } from '../../../src/orphans/index.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const UID = 1000;
const MINUTE = 60_000;
const PUPPETEER = ['--enable-automation', '--user-data-dir=/tmp/puppeteer_dev_chrome_profile-abc123'];
const OWN = ['--headless', '--user-data-dir=/tmp/scrape-48151623'];

/** Its launcher has ended, nobody is connected at this moment, and it listens on a port that was chosen by chance. */
describe('A browser whose address a later script may know', () => {
  let world: FakeProcesses;

  beforeEach(() => {
    world = new FakeProcesses();
    world.start({ pid: 2, ppid: 0, name: 'kthreadd', commandLine: [], sessionId: 0, groupId: 0 });
  });

  interface Case {
    readonly switches?: readonly string[];
    readonly startedMinutesAgo?: number;
    /** `spawn(…, { detached: true })`. */
    readonly detached?: boolean;
    readonly probe?: Partial<TreeProbe>;
    /** Undefined for none. */
    readonly port?: number | undefined;
    readonly ppid?: number;
    readonly observations?: OwnerObservations;
  }

  async function decide(given: Case) {
    const { switches = OWN, startedMinutesAgo = 20, detached = true, ppid = 1, probe, observations } = given;
    const port = 'port' in given ? given.port : 0;
    const known = world.table().processes.get(200);
    world.start({
      pid: 200,
      ppid,
      ...(known && { startTime: known.startTime }),
      groupId: detached ? 200 : 100,
      sessionId: detached ? 200 : 100,
      name: 'chrome',
      commandLine: [
        '/opt/google/chrome/chrome',
        ...switches,
        ...(port === undefined ? [] : [`--remote-debugging-port=${port}`]),
      ],
      startedAtMs: world.clock.now() - startedMinutesAgo * MINUTE,
    });
    const table = world.table();
    const trees = findBrowserTrees(table, { home: '/home/me', uid: UID, platform: 'linux', env: {}, temp: '/tmp' });
    observations?.observe(trees, table);
    const all = await decideOwnership({
      trees,
      table,
      ...(observations && { observations }),
      journal: [],
      reader: world,
      ownUid: UID,
      selfPid: 90,
      platform: 'linux',
      tempFolders: ['/tmp'],
      probe: {
        countClients: () => Promise.resolve(0),
        isInOtherContainer: () => Promise.resolve(false),
        countLateClients: () => Promise.resolve(0),
        ...probe,
      },
    });
    const owned = all.find(({ tree }) => tree.root.pid === 200)!;
    return { status: owned.status, why: owned.evidence.at(-1)!.fact };
  }

  it('is unknown to who saw its launcher end, too: that may have exited. A debug session that is over was stopped', async () => {
    const observations = new OwnerObservations();
    world.start({ pid: 100, name: 'node', commandLine: ['node', 'agent.js', 'open'] });
    for (let look = 0; look < 3; look += 1) await decide({ startedMinutesAgo: 0.1, ppid: 100, observations });
    world.end(100);
    const given = { startedMinutesAgo: 0.1, observations };
    const left = await decide(given);
    assert.match(left.why, /told to outlive its launcher/);
    assert.equal(left.status, 'unknown');
    const owner = { kind: 'debug', id: '1', name: 'Launch agent' } as const;
    observations.noteOwner(world.table().processes.get(200)!, owner);
    observations.noteOwnerEnded(owner, world.clock.now());
    assert.equal((await decide(given)).status, 'orphan');
  });

  it('is an orphan with the driver that was left attached to it, where a program started it and no other is connected', async () => {
    world.start({ pid: 300, ppid: 1, name: 'chromedriver', commandLine: ['chromedriver', '--port=40123'] });
    const others = (count: number, ofProgram = true): Case => ({
      startedMinutesAgo: 0.1,
      port: 45_123,
      probe: {
        startedByProgram: () => Promise.resolve(ofProgram ? 'its output goes to /dev/null' : undefined),
        countClients: (tree, besides = []) =>
          Promise.resolve(tree.driver || besides.some(({ pid }) => pid === 300) ? count : count + 1),
      },
    });
    assert.equal((await decide(others(0))).status, 'orphan');
    assert.equal((await decide(others(1))).status, 'unknown');
    assert.equal((await decide(others(0, false))).status, 'unknown', 'a shell may know where to reach it');
    world.end(300);
    assert.equal((await decide(others(0))).status, 'unknown');
  });

  const late = (count: number) => ({ countLateClients: () => Promise.resolve(count) });
  const changed = (secondsAgo: number) => ({
    changedAtMs: () => Promise.resolve(world.clock.now() - secondsAgo * 1000),
  });
  const noted = { endpointNotedIn: () => Promise.resolve('/srv/shop/ws.txt') };

  for (const [name, given, why] of [
    ['a script that launched it detached has just exited', { startedMinutesAgo: 0.1 }, /told to outlive its launcher/],
    ['a script was connected 30 s ago', { probe: late(1) }, /less than a minute ago/],
    ['a script was connected 80 s ago and opened a page', { probe: changed(80) }, /worked 1 min ago/],
    ['its port was given, from those that the kernel gives by chance', { port: 45_123, probe: changed(80) }, /outlive/],
    ['its port was picked by hand and its profile is temporary', { port: 9222, probe: changed(80) }, /outlive/],
    [
      'its port was picked by hand and it has a window',
      { switches: ['--user-data-dir=/tmp/tmp.aB3dE5fG7h'], port: 9222 },
      /a person may use it/,
    ],
    [
      'its profile is kept, which says on which port it listens',
      { switches: ['--headless', '--user-data-dir=/srv/scrape/profile'] },
      /profile \/srv\/scrape\/profile is kept/,
    ],
    [
      'a living program holds the pipe through which it takes orders',
      {
        switches: ['--remote-debugging-pipe', ...OWN],
        port: undefined,
        probe: { ordersHeld: () => Promise.resolve(true) },
      },
      /takes orders/,
    ],
    [
      'it is printing a page',
      { switches: ['--print-to-pdf=/srv/a.pdf', ...OWN], port: undefined, startedMinutesAgo: 2 },
      /does one job/,
    ],
    ['its address is in a file', { probe: noted }, /noted in \/srv\/shop\/ws\.txt/],
    ['its address is in a file, though it stays in its job', { detached: false, probe: noted }, /noted in/],
    ['its address is in a file, though Puppeteer launched it', { switches: PUPPETEER, probe: noted }, /noted in/],
    ['several programs used Puppeteer’s in the last minute', { switches: PUPPETEER, probe: late(3) }, /3 times/],
    [
      'it ignores the end of its terminal (nohup)',
      { detached: false, probe: { ...changed(80), ignoresHangUp: () => Promise.resolve(true) } },
      /outlive/,
    ],
  ] as const satisfies readonly (readonly [string, Case, RegExp])[])
    it(`is unknown when ${name}`, async () => {
      const decided = await decide(given);
      assert.equal(decided.status, 'unknown', decided.why);
      assert.match(decided.why, why);
    });

  describe('since a living program knows its address, or is no such program', () => {
    for (const [commandLine, environment, status] of [
      [['node', 'b.js', 'http://127.0.0.1:45123'], {}, 'unknown'],
      [['socat', 'TCP-LISTEN:9223,fork', 'TCP:localhost:45123'], {}, 'unknown'],
      [['node', 'daemon.js', '--cdp', '45123'], {}, 'unknown'],
      [['crawler', '--port=45123'], {}, 'unknown'],
      [['node', 'server.js'], { BROWSER_WS: 'ws://[::1]:45123/devtools/browser/1' }, 'unknown'],
      [['node', 'server.js'], { CDP_PORT: '45123' }, 'unknown'],
      [['node', 'b.js', 'http://127.0.0.1:451234'], {}, 'orphan'],
      [['node', 'b.js', '1/45123'], {}, 'orphan'],
      [['node', 'server.js'], { SSH_AGENT_PID: '45123', LS_COLORS: 'or=01;31:45123abc' }, 'orphan'],
      // It uses no browser that it ends.
      [['node', '/x/cli.js', 'clean', '--yes'], { CDP_PORT: '45123' }, 'orphan'],
    ] as const)
      it(`${commandLine.join(' ')} ${JSON.stringify(environment)}: ${status}`, async () => {
        world.start({ pid: 300, name: commandLine[0], commandLine, environment });
        const decided = await decide({ port: 45_123 });
        assert.equal(decided.status, status, decided.why);
        if (status === 'unknown') assert.match(decided.why, /\(pid 300\) has its address/);
      });
  });

  it('is unknown when a process of it has started lately: a page was opened', async () => {
    world.start({
      pid: 201,
      ppid: 200,
      groupId: 200,
      sessionId: 200,
      name: 'chrome',
      commandLine: ['/opt/google/chrome/chrome', '--type=renderer', ...OWN],
      startedAtMs: world.clock.now() - 90_000,
    });
    assert.equal((await decide({})).status, 'unknown');
  });

  for (const [name, given] of [
    ['it has stood still for five minutes', { probe: changed(301) }],
    [
      'its port was picked by hand and it has a window, and the program that started it has ended',
      {
        switches: ['--user-data-dir=/tmp/e2e-48151623'],
        port: 9222,
        probe: {
          ...changed(301),
          startedByProgram: () => Promise.resolve('the program that held its input has ended'),
        },
      },
    ],
    [
      'its profile is kept, and nothing was to outlive its launcher',
      { switches: ['--headless', '--user-data-dir=/srv/scrape/profile'], detached: false },
    ],
    [
      'it was to print a page half an hour ago',
      { switches: ['--print-to-pdf=/srv/a.pdf', ...OWN], port: undefined, startedMinutesAgo: 31 },
    ],
    ['no page was opened for half an hour, though it writes by itself', { startedMinutesAgo: 31, probe: changed(1) }],
    [
      'Puppeteer’s script was killed a second ago, and with it its one connection',
      { switches: PUPPETEER, startedMinutesAgo: 0.1, probe: { ...late(1), ...changed(1) } },
    ],
    [
      'a script’s own spawn was killed in its job, a second ago',
      { detached: false, startedMinutesAgo: 0.1, probe: { ...late(1), ...changed(1) } },
    ],
  ] as const satisfies readonly (readonly [string, Case])[])
    it(`is an orphan when ${name}`, async () => {
      const decided = await decide(given);
      assert.equal(decided.status, 'orphan', decided.why);
    });

  describe('in a file', () => {
    let folder: string;
    let tree: BrowserTree;
    const ID = '0b7e6f1c-1f9d-4a3b-8a0e-0d2f7f6a9f11';

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lw-notes-'));
      await mkdir(join(folder, 'profile'));
      await mkdir(join(folder, 'work'));
      await mkdir(join(folder, 'proc', '200'), { recursive: true });
      await symlink(join(folder, 'work'), join(folder, 'proc', '200', 'cwd'));
      await writeFile(join(folder, 'profile', 'DevToolsActivePort'), `45123\n/devtools/browser/${ID}`);
      world.start({
        pid: 200,
        name: 'chrome',
        commandLine: [
          '/opt/google/chrome/chrome',
          '--remote-debugging-port=0',
          `--user-data-dir=${join(folder, 'profile')}`,
        ],
        startedAtMs: Date.now() - MINUTE,
      });
      tree = findBrowserTrees(world.table())[0]!;
    });

    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    const found = () => endpointNotedIn(tree, join(folder, 'proc'));

    for (const [name, text] of [
      ['work/ws.txt', `ws://127.0.0.1:45123/devtools/browser/${ID}`],
      ['work/.endpoint', `{"ws":"ws://172.17.0.2:9999/devtools/browser/${ID}"}`],
      ['browser.json', '{ "pid": 200, "port": 45123 }'],
      ['port', '45123\n'],
      ['work/url', 'http://localhost:45123\n'],
    ] as const)
      it(`${name} with ${text.trim()} is found`, async () => {
        await writeFile(join(folder, name), text);
        assert.equal(await found(), join(folder, name));
      });

    it('other files are not: older ones, logs of the browser, other ports, large ones, folders and links', async () => {
      const note = `ws://127.0.0.1:45123/devtools/browser/${ID}`;
      await writeFile(join(folder, 'work', 'old'), note);
      await utimes(join(folder, 'work', 'old'), new Date(), new Date(Date.now() - 2 * MINUTE));
      await writeFile(join(folder, 'work', 'chrome.log'), `\nDevTools listening on ${note}\n`);
      await writeFile(join(folder, 'work', 'other'), '{"port": 451234} http://127.0.0.1:4512 45123 apples');
      await writeFile(join(folder, 'work', 'large'), note + ' '.repeat(70_000));
      await mkdir(join(folder, 'work', 'sub'));
      await symlink(join(folder, 'profile', 'DevToolsActivePort'), join(folder, 'work', 'link'));
      assert.equal(await found(), undefined);
    });
  });
});
