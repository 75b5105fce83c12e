import assert from 'node:assert/strict';
import { findBrowserTrees } from '../../../src/browsers/index.ts';
import type { JournalEntry } from '../../../src/journal/index.ts';
import { type OwnedTree, OwnerObservations, decideOwnership } from '../../../src/orphans/index.ts';
import { type DecideOwnershipOptions } from '../../../src/orphans/decideOwnership.ts';
import type { ProcessInfo } from '../../../src/processes/index.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const SELF = 90;
const UID = 1000;

describe('Whose tree is it', () => {
  let world: FakeProcesses;

  beforeEach(() => {
    world = new FakeProcesses();
    world.start({ pid: 2, ppid: 0, name: 'kthreadd', commandLine: [], sessionId: 0, groupId: 0 });
    world.start({
      pid: 80,
      name: 'systemd',
      commandLine: ['/usr/lib/systemd/systemd', '--user'],
      groupId: 80,
      sessionId: 80,
    });
    world.start({ pid: SELF, ppid: 80, name: 'leakwright', groupId: SELF, sessionId: SELF });
  });

  const puppeteerSwitches = [
    '--enable-automation',
    '--headless=new',
    '--remote-debugging-port=0',
    '--user-data-dir=/tmp/puppeteer_dev_chrome_profile-a1B2c3',
  ];

  function startBrowser(
    more: Partial<ProcessInfo> & { environment?: Record<string, string> } = {},
    switches = puppeteerSwitches,
  ) {
    return world.start({
      pid: 200,
      ppid: 100,
      groupId: 200,
      sessionId: 200,
      name: 'chrome',
      commandLine: ['/opt/google/chrome/chrome', ...switches],
      uid: UID,
      ...more,
    });
  }

  function startOwner(more: Partial<ProcessInfo> = {}) {
    return world.start({
      pid: 100,
      ppid: 80,
      groupId: 100,
      sessionId: 95,
      name: 'node',
      commandLine: ['node', '/home/me/shop/e2e/run.js'],
      uid: UID,
      ...more,
    });
  }

  async function decideAll(more: Partial<DecideOwnershipOptions> = {}): Promise<OwnedTree[]> {
    const table = world.table();
    const trees = findBrowserTrees(table, { home: '/home/me', uid: UID, platform: 'linux', env: {}, temp: '/tmp' });
    more.observations?.observe(trees, table);
    return await decideOwnership({
      trees,
      table,
      journal: [],
      reader: world,
      ownUid: UID,
      selfPid: SELF,
      platform: 'linux',
      tempFolders: ['/tmp'],
      probe: { countClients: () => Promise.resolve(0), isInOtherContainer: () => Promise.resolve(false) },
      ...more,
    });
  }

  async function decide(more: Partial<DecideOwnershipOptions> = {}): Promise<OwnedTree> {
    const [tree, ...others] = await decideAll(more);
    assert.ok(tree && others.length === 0, `one tree, not ${others.length + (tree ? 1 : 0)}`);
    return tree;
  }

  const facts = (owned: OwnedTree) => owned.evidence.map(({ fact }) => fact).join('\n');

  it('an Electron application under test is owned while its runner lives, an orphan then, and never a person’s', async () => {
    const switches = ['--inspect=0', '--remote-debugging-port=0', '/home/me/shop/main.js'];
    const commandLine = ['/home/me/shop/node_modules/electron/dist/electron', ...switches];
    startOwner();
    startBrowser({ commandLine });
    const [owned] = await decideAll();
    assert.equal(owned?.status, 'owned');
    world.end(100);
    startBrowser({ commandLine, ppid: 80 });
    const [left] = await decideAll();
    assert.equal(left?.status, 'orphan', JSON.stringify(left?.evidence));
    startBrowser({ commandLine: [commandLine[0]!, '/home/me/shop/main.js'], ppid: 80 });
    assert.deepEqual(await decideAll(), []);
  });

  it('never says a password or token of a command line', async () => {
    startOwner({ commandLine: ['node', 'https://ann:hunter2@shop.test/run.js?token=hunter2'] });
    startBrowser({}, [...puppeteerSwitches, '--user-data-dir=/tmp/p?password=hunter2']);
    const [owned] = await decideAll();
    assert.doesNotMatch(JSON.stringify([owned!.owner, owned!.evidence]), /hunter2/);
    assert.match(owned!.owner!.name, /run\.js/);
  });

  describe('an orphan is', () => {
    it('Puppeteer’s browser after its script was killed, adopted by the user’s systemd', async () => {
      startOwner();
      startBrowser();
      const before = await decide();
      assert.equal(before.status, 'owned', facts(before));
      assert.equal(before.owner?.name, 'node run.js (pid 100)');
      world.end(100);
      world.end(200);
      startBrowser({ ppid: 80 });
      const after = await decide();
      assert.equal(after.status, 'orphan', facts(after));
      assert.match(facts(after), /Its launcher has ended/);
    });

    it('named after the script it was launched by, where its environment tells and nobody saw it', async () => {
      startBrowser({
        ppid: 80,
        environment: {
          npm_lifecycle_event: 'e2e',
          npm_package_name: 'shop',
          npm_config_user_agent: 'pnpm/9.1.0 npm/? node/v22',
          PWD: '/home/me/shop',
          SECRET: 'not to be shown',
        },
      });
      const tree = await decide();
      assert.equal(tree.status, 'orphan', facts(tree));
      assert.deepEqual(tree.owner, { kind: 'process', name: 'pnpm run e2e (shop)', alive: false });
      assert.match(facts(tree), /It was started by pnpm run e2e \(shop\) in \/home\/me\/shop/);
      assert.doesNotMatch(facts(tree), /not to be shown/);
    });

    for (const [name, commandLine] of [
      ['init', ['/sbin/init']],
      ['tini', ['/usr/bin/tini', '--', 'node', 'server.js']],
      ['docker-init', ['/sbin/docker-init', '--', 'sleep', 'infinity']],
      ['dumb-init', ['/usr/bin/dumb-init', 'node', 'server.js']],
      ['containerd-shim', ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby']],
      ['Relay(123)', ['/init']],
      ['sleep', ['sleep', 'infinity']],
    ] as const) {
      it(`a browser that ${name} adopted`, async () => {
        world.end(2);
        world.end(1);
        const reaper = world.start({
          pid: name === 'sleep' ? 1 : 70,
          ppid: 0,
          name,
          commandLine,
          groupId: 1,
          sessionId: 1,
        });
        world.start({
          pid: 75,
          ppid: reaper.pid,
          name: 'node',
          commandLine: ['node', 'server.js'],
          groupId: 75,
          sessionId: 75,
        });
        startBrowser({ ppid: reaper.pid });
        const tree = await decide();
        assert.equal(tree.status, 'orphan', facts(tree));
      });
    }

    it('chromedriver with its browser after the test was killed, though both are in the dead test’s group', async () => {
      const driver = world.start({
        pid: 300,
        ppid: 80,
        groupId: 100,
        sessionId: 95,
        name: 'chromedriver',
        commandLine: ['chromedriver', '--port=41000'],
        uid: UID,
      });
      startBrowser({ ppid: driver.pid, groupId: 100, sessionId: 95 }, [
        '--enable-automation',
        '--test-type=webdriver',
        '--remote-debugging-port=0',
        '--user-data-dir=/tmp/org.chromium.Chromium.scoped_dir.a1B2c3',
      ]);
      const tree = await decide();
      assert.equal(tree.status, 'orphan', facts(tree));
      assert.equal(tree.tree.root.pid, 300, 'the driver is ended first');
    });

    it('what a dead browser left frozen, even while its launcher lives', async () => {
      startOwner();
      world.start({
        pid: 201,
        ppid: 80,
        groupId: 200,
        sessionId: 200,
        name: 'chrome',
        state: 'stopped',
        uid: UID,
        commandLine: [
          '/opt/google/chrome/chrome --type=renderer --headless --user-data-dir=/tmp/puppeteer_dev_chrome_profile-a1B2c3',
        ],
      });
      const tree = await decide();
      assert.equal(tree.status, 'orphan', facts(tree));
    });

    it('one that a subreaper without a known name adopted, when its launcher was seen', async () => {
      const observations = new OwnerObservations();
      world.start({
        pid: 70,
        ppid: 1,
        name: 'supervise',
        commandLine: ['/opt/ci/supervise'],
        groupId: 70,
        sessionId: 70,
      });
      startOwner({ ppid: 70 });
      const root = startBrowser();
      await decide({ observations });
      await decide({ observations });
      world.end(100);
      // The kernel gives it to the subreaper and not to init.
      world.start({ ...root, ppid: 70 });
      const tree = await decide({ observations });
      assert.equal(tree.status, 'orphan', facts(tree));
      assert.equal(tree.owner?.name, 'node run.js (pid 100)');
      assert.equal(tree.owner?.alive, false);
      assert.match(facts(tree), /was seen running under node run\.js/);
      assert.equal((await decide()).status, 'owned', 'without having seen it, the subreaper passes for the launcher');
    });

    for (const commandLine of [
      ['sleep', 'infinity'],
      ['tail', '-f', '/dev/null'],
      ['s6-svscan', '/s'],
    ])
      it(`one that a script left in the session of ${commandLine.join(' ')}, not what an entry script had started before`, async () => {
        world.end(2);
        world.end(1);
        world.start({ pid: 1, ppid: 0, name: commandLine[0]!, commandLine, groupId: 1, sessionId: 1 });
        startBrowser({ ppid: 1, groupId: 1, sessionId: 1 });
        const saying = (startedByProgram: string | undefined) => ({
          countClients: () => Promise.resolve(0),
          isInOtherContainer: () => Promise.resolve(false),
          launcherPipes: () => Promise.resolve('none' as const),
          startedByProgram: () => Promise.resolve(startedByProgram),
        });
        const entry = await decide({ probe: saying(undefined) });
        assert.equal(entry.status, 'unknown', facts(entry));
        const left = await decide({ probe: saying('its output goes to /dev/null, opened as programs open it') });
        assert.equal(left.status, 'orphan', facts(left));
      });

    it('one in a container whose pid 1 is a server, when another’s marks are in its environment', async () => {
      world.end(2);
      world.end(1);
      world.start({ pid: 1, ppid: 0, name: 'node', commandLine: ['node', 'server.js'], groupId: 1, sessionId: 1 });
      startBrowser({ ppid: 1 });
      assert.equal((await decide()).status, 'unknown', 'the server itself may have launched it');
      world.end(200);
      startBrowser({ ppid: 1, environment: { npm_lifecycle_event: 'e2e' } });
      const tree = await decide();
      assert.equal(tree.status, 'orphan', facts(tree));
    });

    it('one in a container whose pid 1 is a shell, since a shell starts nothing in a session of its own', async () => {
      world.end(2);
      world.end(1);
      world.start({
        pid: 1,
        ppid: 0,
        name: 'sh',
        commandLine: ['/bin/sh', '-c', 'while sleep 1; do :; done'],
        groupId: 1,
        sessionId: 1,
      });
      startBrowser({ ppid: 1 });
      assert.equal((await decide()).status, 'orphan');
      world.end(200);
      startBrowser({ ppid: 1, sessionId: 1, groupId: 1 });
      assert.equal((await decide()).status, 'unknown', 'this one it may have started');
    });

    it('what the journal has with a dead host, and says which session it was', async () => {
      startBrowser({ ppid: 1 }, ['--remote-debugging-pipe', '--user-data-dir=/tmp/leakwright-a1B2c3/profile']);
      const tree = await decide({ journal: [entry({ host: { pid: 555, startTime: 5 } })] });
      assert.equal(tree.status, 'orphan');
      assert.equal(tree.journalId, 'session-1');
      assert.match(facts(tree), /session-1/);
    });

    it('named after the debug session that left it behind', async () => {
      const observations = new OwnerObservations();
      startOwner();
      const root = startBrowser();
      observations.noteOwner(root, { kind: 'debug', id: 'd1', name: 'Launch e2e' });
      await decide({ observations });
      await decide({ observations });
      world.end(100);
      observations.noteOwnerEnded({ kind: 'debug', id: 'd1' }, world.clock.now());
      const tree = await decide({ observations });
      assert.equal(tree.status, 'orphan', facts(tree));
      assert.equal(tree.owner?.name, 'Launch e2e');
      assert.match(facts(tree), /left behind by the debug session 'Launch e2e'/);
    });

    it('counted from when it was first seen as one, for the alert', async () => {
      const observations = new OwnerObservations();
      startBrowser({ ppid: 80 });
      assert.equal((await decide({ observations })).orphanForMs, 0);
      await world.clock.sleep(31_000);
      assert.equal((await decide({ observations })).orphanForMs, 31_000);
    });
  });

  describe('an owner is named', () => {
    for (const [commandLine, above, name] of [
      [
        ['node', '/home/me/.npm/_npx/1/node_modules/@playwright/mcp/cli.js'],
        ['claude'],
        'Playwright MCP of claude (pid 100)',
      ],
      [
        ['node', '/x/node_modules/chrome-devtools-mcp/build/src/index.js'],
        ['/usr/bin/cursor'],
        'Chrome DevTools MCP of cursor (pid 100)',
      ],
      [['node', '/x/node_modules/jest/bin/jest.js', '-i'], ['bash'], 'node jest/jest.js (pid 100)'],
      [['node', '/home/me/shop/cli.js'], ['bash'], 'node cli.js (pid 100)'],
    ] as const)
      it(`${name}, and not just node cli.js`, async () => {
        world.start({ pid: 95, ppid: 80, name: 'x', commandLine: above, groupId: 95, sessionId: 95 });
        world.start({ pid: 96, ppid: 95, name: 'npm', commandLine: ['npm exec @playwright/mcp'] });
        startOwner({ ppid: 96, commandLine });
        startBrowser();
        assert.equal((await decide()).owner?.name, name);
      });
  });

  describe('a supervisor', () => {
    const served = ['--headless', '--remote-debugging-port=9222', '--user-data-dir=/srv/profile'];
    for (const [name, commandLine] of [
      ['s6-supervise', ['s6-supervise', 'web']],
      ['runsv', ['runsv', 'web']],
      ['tini', ['tini', '--', 'entry.sh']],
      ['dumb-init', ['dumb-init', 'entry.sh']],
      ['containerd-shim', ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', '5f']],
      ['conmon', ['/usr/bin/conmon', '-c', '5f']],
      ['catatonit', ['catatonit', '--', 'entry.sh']],
    ] as const)
      it(`${name} keeps the browser it was started to run`, async () => {
        const parent = world.start({ pid: 70, ppid: 1, name, commandLine, groupId: 70, sessionId: 70 });
        startBrowser({ ppid: parent.pid }, served);
        assert.equal((await decide()).status, 'owned');
      });

    it('tini keeps what an entry script had started before it became tini, whatever that runs then', async () => {
      const commandLine = ['tini', '--', 'node', 'server.js'];
      world.start({ pid: 70, ppid: 1, name: 'tini', commandLine, groupId: 70, sessionId: 70 });
      startBrowser({ ppid: 70, groupId: 70, sessionId: 70 });
      world.start({ pid: 75, ppid: 70, name: 'node', commandLine: commandLine.slice(2), groupId: 75, sessionId: 70 });
      assert.equal((await decide()).status, 'owned');
    });

    it('tini’s other children are adopted, whatever an entry script had started before it', async () => {
      world.start({
        pid: 70,
        ppid: 1,
        name: 'tini',
        commandLine: ['tini', '--', 'entry.sh'],
        groupId: 70,
        sessionId: 70,
      });
      world.start({ pid: 71, ppid: 70, name: 'Xvfb', commandLine: ['Xvfb', ':99'], groupId: 70, sessionId: 70 });
      world.start({
        pid: 72,
        ppid: 70,
        name: 'java',
        commandLine: ['java', '-jar', 'ci.jar'],
        groupId: 72,
        sessionId: 70,
      });
      startBrowser({ ppid: 70 });
      const tree = await decide();
      assert.equal(tree.status, 'orphan', facts(tree));
    });

    for (const [unit, more, status] of [
      ['kiosk.service', {}, 'owned'],
      ['session-3.scope', {}, 'orphan'],
      [undefined, {}, 'unknown'],
      ['ci.service', { sibling: true }, 'orphan'],
      ['kiosk.service', { execPid: '77' }, 'orphan'],
    ] as const)
      it(`an old systemd’s INVOCATION_ID in ${unit ?? 'an unknown unit'} ${JSON.stringify(more)} makes it ${status}`, async () => {
        const environment = { INVOCATION_ID: 'f00', ...('execPid' in more ? { SYSTEMD_EXEC_PID: more.execPid } : {}) };
        if ('sibling' in more) world.start({ pid: 150, ppid: 80, name: 'java', commandLine: ['java'], environment });
        startBrowser({ ppid: 80, environment });
        const tree = await decide({
          probe: {
            countClients: () => Promise.resolve(0),
            isInOtherContainer: () => Promise.resolve(false),
            unitOf: () => Promise.resolve(unit),
          },
        });
        assert.equal(tree.status, status, facts(tree));
      });
  });

  describe('what its launcher’s pipes tell', () => {
    const probe = (pipes: 'closed' | 'held' | 'none') => ({
      countClients: () => Promise.resolve(0),
      isInOtherContainer: () => Promise.resolve(false),
      launcherPipes: () => Promise.resolve(pipes),
    });

    for (const [pipes, status] of [
      ['closed', 'orphan'],
      ['held', 'owned'],
      ['none', 'unknown'],
    ] as const)
      it(`${pipes}, under a server that is pid 1 of a container: ${status}`, async () => {
        world.end(2);
        world.end(1);
        world.start({ pid: 1, ppid: 0, name: 'node', commandLine: ['node', 'server.js'], groupId: 1, sessionId: 1 });
        startBrowser({ ppid: 1 });
        const tree = await decide({ probe: probe(pipes) });
        assert.equal(tree.status, status, facts(tree));
      });

    it('closed, under an ordinary program: it may be a subreaper, and is not called the launcher', async () => {
      startOwner();
      startBrowser({}, ['--headless', '--remote-debugging-port=0', '--user-data-dir=/tmp/e2e-48151623']);
      const tree = await decide({ probe: probe('closed') });
      assert.equal(tree.status, 'unknown', facts(tree));
      assert.doesNotMatch(facts(tree), /launched it and still runs/);
    });

    it('held by Playwright’s driver, whose own are closed: the script that it served has ended', async () => {
      startOwner({ commandLine: ['node', '/venv/playwright/driver/package/cli.js', 'run-driver'] });
      startBrowser({}, [
        '--headless',
        '--remote-debugging-pipe',
        '--user-data-dir=/tmp/puppeteer_dev_chrome_profile-x',
      ]);
      const pipes = ({ pid }: { pid: number }) =>
        Promise.resolve(pid === 100 ? ('closed' as const) : ('held' as const));
      const tree = await decide({
        probe: { ...probe('held'), launcherPipes: pipes, ordersHeld: () => Promise.resolve(true) },
      });
      assert.equal(tree.status, 'orphan', facts(tree));
    });

    it('closed, under an ordinary program: it is a subreaper where Puppeteer launched and it has one thread', async () => {
      startOwner({ threads: 8 });
      startBrowser();
      assert.equal((await decide({ probe: probe('closed') })).status, 'unknown', 'a script may close them itself');
      world.end(100);
      startOwner({ threads: 1 });
      const closed = probe('closed');
      assert.equal((await decide({ probe: closed })).status, 'orphan');
      assert.equal((await decide({ probe: { ...closed, countClients: () => Promise.resolve(1) } })).status, 'unknown');
    });
  });

  describe('pid 1 sets its own marks', () => {
    for (const [mark, pidOne] of [
      ['JEST_WORKER_ID', ['node', 'jest.js', '-i']],
      ['PLAYWRIGHT_BROWSERS_PATH', ['node', 'server.js']],
      ['VITEST_WORKER_ID', ['node', 'vitest.mjs']],
      ['npm_lifecycle_event', ['npm', 'start']],
      ['npm_lifecycle_event', ['node', '/usr/lib/node_modules/npm/bin/npm-cli.js', 'start']],
      ['PLAYWRIGHT_BROWSERS_PATH', ['sh', '-c', '. ./.env; chromium']],
    ] as const)
      it(`${mark} under ${pidOne.join(' ')} proves nothing`, async () => {
        world.end(2);
        world.end(1);
        world.start({ pid: 1, ppid: 0, name: 'x', commandLine: pidOne, groupId: 1, sessionId: 1 });
        startBrowser({ ppid: 1, groupId: 1, sessionId: 1, environment: { [mark]: '1' } });
        const tree = await decide();
        assert.equal(tree.status, 'unknown', facts(tree));
      });
  });

  describe('a port that was picked by hand', () => {
    const at = (port: number, profile: string) => [
      '--headless',
      `--remote-debugging-port=${port}`,
      `--user-data-dir=${profile}`,
    ];
    for (const [switches, status, why] of [
      [at(9222, '/srv/ci/profile'), 'unknown', 'a script comes back to a kept profile'],
      [at(9222, '/tmp/chrome-debug'), 'unknown', 'a script knows such a name'],
      [at(9222, '/tmp/karma-48151623'), 'orphan', 'nobody knows such a name'],
      [at(0, '/srv/ci/profile'), 'unknown', 'the kept profile says which port it is'],
      [
        [...at(9222, '/srv/ci/profile'), '--enable-automation', '--generate-pdf-document-outline'],
        'orphan',
        'a tool launched it',
      ],
    ] as const)
      it(`${switches.join(' ')}: ${status}, since ${why}`, async () => {
        startBrowser({ ppid: 80, startedAtMs: world.clock.now() - 600_000 }, [...switches]);
        const tree = await decide();
        assert.equal(tree.status, status, facts(tree));
      });

    it('of a driver keeps it for who comes back, unless a program that read its output has ended', async () => {
      const driver = (port: string) =>
        world.start({
          pid: 300,
          ppid: 80,
          groupId: 100,
          sessionId: 95,
          name: 'chromedriver',
          commandLine: ['chromedriver', port],
        });
      const probe = (more: object) => ({
        countClients: () => Promise.resolve(0),
        isInOtherContainer: () => Promise.resolve(false),
        ...more,
      });
      driver('--port=9515');
      startBrowser({ ppid: 300, groupId: 100, sessionId: 95 });
      assert.equal((await decide()).status, 'unknown');
      const closed = { launcherPipes: () => Promise.resolve('closed' as const) };
      assert.equal((await decide({ probe: probe(closed) })).status, 'orphan');
      assert.equal(
        (await decide({ probe: probe({ ...closed, ignoresHangUp: () => Promise.resolve(true) }) })).status,
        'unknown',
      );
      assert.equal(
        (await decide({ probe: probe({ ...closed, countLateClients: () => Promise.resolve(1) }) })).status,
        'unknown',
      );
    });
  });

  describe('no orphan is', () => {
    it('a browser whose owner lives', async () => {
      startOwner();
      startBrowser();
      assert.equal((await decide()).status, 'owned');
    });

    it('a browser whose owner lives as a service of its own under init', async () => {
      startOwner({ ppid: 1 });
      startBrowser();
      assert.equal((await decide()).status, 'owned');
    });

    it('a browser on the person’s own profile, with a debugging port or without', async () => {
      for (const switches of [
        [],
        ['--remote-debugging-port=9222'],
        ['--remote-debugging-port=0', '--headless', '--enable-automation'],
        ['--user-data-dir=/home/me/.config/google-chrome', '--remote-debugging-port=9222'],
      ]) {
        startBrowser({ ppid: 80 }, switches);
        const tree = await decide();
        assert.equal(tree.status, 'personal', `${switches.join(' ')}\n${facts(tree)}`);
        world.end(200);
      }
    });

    it('a browser with a second profile that nothing drives', async () => {
      startBrowser({ ppid: 80 }, ['--user-data-dir=/home/me/work-profile']);
      assert.equal((await decide()).status, 'personal');
    });

    it('a person’s browser with a debugging port and a profile of its own, started from a terminal that is closed', async () => {
      startBrowser({ ppid: 80, sessionId: 95, groupId: 150 }, [
        '--user-data-dir=/home/me/dev-profile',
        '--remote-debugging-port=9222',
      ]);
      const tree = await decide();
      assert.equal(tree.status, 'unknown', facts(tree));
      assert.match(facts(tree), /a person may use it/);
    });

    it('another user’s browser', async () => {
      startBrowser({ ppid: 80, uid: 1001 });
      const tree = await decide();
      assert.equal(tree.status, 'unknown');
      assert.match(facts(tree), /another user/);
    });

    it('an Electron app, which is no browser at all', async () => {
      startBrowser({ ppid: 80, name: 'code' }, []);
      world.end(200);
      world.start({
        pid: 200,
        ppid: 80,
        name: 'code',
        uid: UID,
        commandLine: ['/usr/share/code/code', '--remote-debugging-port=9222', '--user-data-dir=/tmp/code-test'],
      });
      world.start({
        pid: 201,
        ppid: 200,
        name: 'code',
        uid: UID,
        commandLine: ['/usr/share/code/code --type=renderer --app-path=/usr/share/code'],
      });
      assert.deepEqual(await decideAll(), []);
    });

    it('one that somebody is connected to', async () => {
      startBrowser({ ppid: 80 });
      const tree = await decide({
        probe: { countClients: () => Promise.resolve(1), isInOtherContainer: () => Promise.resolve(false) },
      });
      assert.equal(tree.status, 'unknown');
      assert.match(facts(tree), /connected to it/);
    });

    it('one in another container', async () => {
      startBrowser({ ppid: 80 });
      const tree = await decide({
        probe: { countClients: () => Promise.resolve(0), isInOtherContainer: () => Promise.resolve(true) },
      });
      assert.equal(tree.status, 'unknown');
    });

    it('one that a shell handed on for a script that still runs in the same job', async () => {
      startOwner();
      startBrowser({ ppid: 80, groupId: 100, sessionId: 95 });
      const tree = await decide();
      assert.equal(tree.status, 'unknown', facts(tree));
      assert.match(facts(tree), /node run\.js \(pid 100\) of the job it was started in still runs/);
    });

    it('one that systemd runs as a service', async () => {
      startBrowser({ ppid: 80, environment: { SYSTEMD_EXEC_PID: '200' } });
      const tree = await decide();
      assert.equal(tree.status, 'owned', facts(tree));
    });

    it('one that inherited a service’s environment is: SYSTEMD_EXEC_PID is then another’s', async () => {
      startBrowser({ ppid: 80, environment: { SYSTEMD_EXEC_PID: '100' } });
      assert.equal((await decide()).status, 'orphan');
    });

    it('a driver without a browser: it may be kept running on purpose', async () => {
      world.start({ pid: 300, ppid: 80, name: 'chromedriver', commandLine: ['chromedriver', '--port=9515'], uid: UID });
      assert.equal((await decide()).status, 'unknown');
    });

    for (const [name, port, more, answers, status] of [
      ['a shell started', 45_123, {}, { launcherPipes: 'none' }, 'unknown'],
      ['a program started that has ended', 45_123, {}, {}, 'orphan'],
      ['a program started on a port for others', 9515, {}, { late: 1 }, 'unknown'],
      ['was told to outlive the program', 45_123, { sessionId: 300, groupId: 300 }, {}, 'unknown'],
      ['ignores the end of its terminal', 45_123, {}, { ignoresHangUp: true }, 'unknown'],
      ['has a client', 45_123, {}, { clients: 1 }, 'unknown'],
      ['is noted in a file', 45_123, {}, { noted: '/srv/shop/driver.txt' }, 'unknown'],
    ] as const)
      it(`a driver without a browser that ${name}: ${status}`, async () => {
        const given: {
          launcherPipes?: 'none';
          clients?: number;
          late?: number;
          ignoresHangUp?: boolean;
          noted?: string;
        } = answers;
        world.start({
          pid: 300,
          ppid: 80,
          groupId: 100,
          sessionId: 95,
          name: 'chromedriver',
          commandLine: ['chromedriver', `--port=${port}`],
          uid: UID,
          ...more,
        });
        const tree = await decide({
          probe: {
            countClients: () => Promise.resolve(given.clients ?? 0),
            countLateClients: () => Promise.resolve(given.late ?? 0),
            isInOtherContainer: () => Promise.resolve(false),
            launcherPipes: () => Promise.resolve(given.launcherPipes ?? 'closed'),
            ignoresHangUp: () => Promise.resolve(given.ignoresHangUp ?? false),
            endpointNotedIn: () => Promise.resolve(given.noted),
          },
        });
        assert.equal(tree.status, status, facts(tree));
      });

    it('one that a shell left in a group that began outside of its container, where a program of that group goes on', async () => {
      const outside = { groupId: 0, sessionId: 0 };
      world.start({ pid: 1, ppid: 0, name: 'sleep', commandLine: ['sleep', 'infinity'], ...outside });
      startBrowser({ ppid: 1, ...outside });
      const table = { tempFolders: ['/tmp'] };
      const alone = await decide(table);
      assert.equal(alone.status, 'orphan', facts(alone));
      world.start({ pid: 110, ppid: 1, name: 'python3', commandLine: ['python3', 'serve.py'], uid: UID, ...outside });
      const used = await decide(table);
      assert.equal(used.status, 'unknown', facts(used));
      assert.match(facts(used), /serve\.py \(pid 110\) of the job it was started in still runs/);
      const ofProgram = await decide({
        probe: {
          countClients: () => Promise.resolve(0),
          isInOtherContainer: () => Promise.resolve(false),
          launcherPipes: () => Promise.resolve('closed' as const),
        },
      });
      assert.equal(ofProgram.status, 'orphan', 'a program that has ended started it, and serve.py is of another job');
    });

    it('one whose launcher is a wrapper: who waits for the wrapper counts', async () => {
      startOwner();
      world.start({
        pid: 150,
        ppid: 100,
        name: 'sh',
        uid: UID,
        commandLine: ['/bin/sh', '-c', `chrome ${puppeteerSwitches.join(' ')}`],
      });
      const root = startBrowser({ ppid: 150 });
      const alive = await decide();
      assert.equal(alive.status, 'owned', facts(alive));
      assert.equal(alive.owner?.name, 'node run.js (pid 100)');
      world.end(100);
      world.end(150);
      world.start({
        pid: 150,
        ppid: 80,
        name: 'sh',
        uid: UID,
        commandLine: ['/bin/sh', '-c', `chrome ${puppeteerSwitches.join(' ')}`],
      });
      world.start({ ...root, pid: 200, ppid: 150, startTime: 999_999 });
      const orphaned = await decide();
      assert.equal(orphaned.status, 'orphan', facts(orphaned));
    });

    for (const [name, ...commandLine] of [
      ['tini', 'tini', '-s', '--', 'chrome'],
      ['script', 'script', '-qec', `chrome ${puppeteerSwitches.join(' ')}`, '/dev/null'],
      ['su', 'runuser', '-u', 'ci', '--', '/opt/google/chrome/chrome'],
      ['flock', 'flock', '/run/lock/e2e', '/usr/bin/google-chrome'],
    ] as const)
      it(`one below ${name} that only runs it: it is left once who ran that is gone`, async () => {
        const all = commandLine.some((text) => text.includes(' '))
          ? commandLine
          : [...commandLine, ...puppeteerSwitches];
        startOwner();
        world.start({ pid: 150, ppid: 100, name, uid: UID, commandLine: all });
        const root = startBrowser({ ppid: 150 });
        // What a subreaper is given.
        startBrowser({ pid: 201, ppid: 150 }, ['--type=utility', ...puppeteerSwitches]);
        assert.equal((await decide()).owner?.name, 'node run.js (pid 100)');
        world.end(100);
        world.start({ pid: 150, ppid: 80, name, uid: UID, commandLine: all });
        world.start({ ...root, pid: 200, ppid: 150, startTime: 999_999 });
        const left = await decide();
        assert.equal(left.status, 'orphan', facts(left));
        assert.deepEqual(
          left.companions?.map(({ pid }) => pid),
          [150],
        );
      });

    it('one that a program runs with more than the browser on its command line', async () => {
      const commandLine = ['crawler', '--chrome', '/usr/bin/google-chrome', ...puppeteerSwitches, '--depth=3'];
      world.start({ pid: 150, ppid: 80, name: 'crawler', uid: UID, commandLine });
      startBrowser({ ppid: 150 });
      assert.equal((await decide()).owner?.name, 'crawler (pid 150)');
    });

    it('one launched by a script that takes the same switches as the browser', async () => {
      startOwner({ ppid: 80, commandLine: ['node', 'run.js', '--remote-debugging-port=0'] });
      startBrowser();
      assert.equal((await decide()).status, 'owned');
    });

    it('one launched beside the tests by a shell that runs both', async () => {
      world.start({
        pid: 150,
        ppid: 80,
        name: 'sh',
        uid: UID,
        commandLine: ['/bin/sh', '-c', `chrome ${puppeteerSwitches.join(' ')} & node test.js`],
      });
      world.start({ pid: 151, ppid: 150, name: 'node', uid: UID, commandLine: ['node', 'test.js'] });
      startBrowser({ ppid: 150 });
      assert.equal((await decide()).status, 'owned');
    });

    it('one whose parent was just ending when it was looked at', async () => {
      startBrowser({ ppid: 12_345 });
      assert.equal((await decide()).status, 'unknown');
    });

    it('one started from outside of the container', async () => {
      startBrowser({ ppid: 0 });
      assert.equal((await decide()).status, 'unknown');
    });

    it('one of Leakwright’s whose session host lives', async () => {
      const host = world.start({ pid: 120, name: 'node' });
      startBrowser({ ppid: 120 }, ['--remote-debugging-pipe', '--user-data-dir=/tmp/leakwright-a1B2c3/profile']);
      const tree = await decide({ journal: [entry({ host })] });
      assert.equal(tree.status, 'managed');
      assert.equal(tree.owner?.alive, true);
    });

    it('one that a journal entry of another boot names by chance', async () => {
      startOwner();
      const root = startBrowser();
      const journal = [entry({ bootId: 'another boot', browser: { ...root, executable: '/usr/bin/chrome' } })];
      const tree = await decide({ journal });
      assert.notEqual(tree.status, 'orphan', facts(tree));
      assert.equal(tree.journalId, undefined);
    });
  });

  describe('on Windows, where a dead parent’s pid stays', () => {
    it('a parent that is gone is gone', async () => {
      startBrowser({ ppid: 4321, groupId: 0, sessionId: 0 });
      assert.equal((await decide({ platform: 'win32' })).status, 'orphan');
    });

    it('a parent that is younger than its child never launched it', async () => {
      startBrowser({ ppid: 100, groupId: 0, sessionId: 0 });
      startOwner();
      assert.equal((await decide({ platform: 'win32' })).status, 'orphan');
    });
  });

  describe('abandoned is', () => {
    it('one that its living owner left idle past the limit, and not before', async () => {
      const observations = new OwnerObservations();
      startOwner();
      startBrowser();
      await decide({ observations, idleLimitMs: 60_000 });
      await world.clock.sleep(59_000);
      assert.equal((await decide({ observations, idleLimitMs: 60_000 })).status, 'owned');
      await world.clock.sleep(2_000);
      const tree = await decide({ observations, idleLimitMs: 60_000 });
      assert.equal(tree.status, 'abandoned', facts(tree));
      assert.equal((await decide({ observations, idleLimitMs: 0 })).status, 'owned', '0 turns it off');
    });

    it('not one whose owner works', async () => {
      const observations = new OwnerObservations();
      const owner = startOwner();
      startBrowser();
      await decide({ observations, idleLimitMs: 60_000 });
      await world.clock.sleep(61_000);
      world.start({ ...owner, cpuMs: 30_000 });
      assert.equal((await decide({ observations, idleLimitMs: 60_000 })).status, 'owned');
    });

    it('one whose debug session is over while the process that launched it goes on', async () => {
      const observations = new OwnerObservations();
      startOwner();
      const root = startBrowser();
      observations.noteOwner(root, { kind: 'debug', id: 'd1', name: 'Launch Chrome' });
      observations.noteOwnerEnded({ kind: 'debug', id: 'd1' }, world.clock.now());
      assert.equal((await decide({ observations })).status, 'abandoned');
    });
  });

  it('forgets what it observed beyond its bound, so that it cannot leak itself', () => {
    const observations = new OwnerObservations({ capacity: 10 });
    for (let pid = 100; pid < 10_100; pid += 1)
      observations.noteOwner({ pid, startTime: pid }, { kind: 'task', id: String(pid), name: 'e2e' });
    assert.equal(observations.size, 10);
  });

  function entry(more: Partial<JournalEntry>): JournalEntry {
    return {
      schema: 1,
      id: 'session-1',
      createdAt: '2026-01-01T00:00:00Z',
      host: { pid: 120, startTime: 1 },
      client: { pid: 121, startTime: 1 },
      folder: '/tmp/leakwright-a1B2c3',
      purpose: 'session',
      ...more,
    };
  }
});
