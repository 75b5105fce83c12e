import assert from 'node:assert/strict';
import { findBrowserTrees } from '../../../src/browsers/index.ts';
import { type OwnedTree, OwnerObservations, type WatchedOwner, decideOwnership } from '../../../src/orphans/index.ts';
import { identityOf } from '../../../src/processes/index.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const UID = 1000;
const SHELL = 60;
const HEADLESS = [
  '--headless=new',
  '--remote-debugging-port=0',
  '--user-data-dir=/tmp/puppeteer_dev_chrome_profile-a1B2c3',
];

/** What is typed in a terminal is a person's doing, what a program there leaves behind is not. */
describe('Browsers of an integrated terminal', () => {
  let world: FakeProcesses;
  let observations: OwnerObservations;
  let terminal: WatchedOwner;

  beforeEach(() => {
    world = new FakeProcesses();
    observations = new OwnerObservations();
    world.start({ pid: 2, ppid: 0, name: 'kthreadd', commandLine: [], sessionId: 0, groupId: 0 });
    world.start({ pid: 50, name: 'code', commandLine: ['/usr/bin/code'], uid: UID });
    const shell = world.start({
      pid: SHELL,
      ppid: 50,
      name: 'zsh',
      commandLine: ['/usr/bin/zsh', '-i'],
      groupId: SHELL,
      sessionId: SHELL,
      uid: UID,
    });
    terminal = { kind: 'terminal', id: String(SHELL), name: 'zsh', identity: identityOf(shell) };
  });

  function startScript() {
    world.start({
      pid: 100,
      ppid: SHELL,
      groupId: 100,
      sessionId: SHELL,
      name: 'node',
      commandLine: ['node', 'e2e.js'],
      uid: UID,
    });
  }

  function startBrowser(ppid: number, own = { groupId: 200, sessionId: 200 }) {
    return world.start({
      pid: 200,
      ppid,
      ...own,
      name: 'chrome',
      commandLine: ['/opt/google/chrome/chrome', ...HEADLESS],
      uid: UID,
    });
  }

  async function decide(): Promise<OwnedTree> {
    const table = world.table();
    const trees = findBrowserTrees(table, { home: '/home/me', uid: UID, platform: 'linux', env: {}, temp: '/tmp' });
    observations.observe(trees, table);
    for (const { root } of trees) observations.noteOwner(root, terminal);
    const [owned] = await decideOwnership({
      trees,
      table,
      journal: [],
      reader: world,
      observations,
      ownUid: UID,
      selfPid: 50,
      platform: 'linux',
      tempFolders: ['/tmp'],
      probe: { countClients: () => Promise.resolve(0), isInOtherContainer: () => Promise.resolve(false) },
    });
    assert.ok(owned);
    return owned;
  }

  const facts = (owned: OwnedTree) => `${owned.status}: ${owned.evidence.map(({ fact }) => fact).join('\n')}`;
  const close = () => observations.noteOwnerEnded(terminal, world.clock.now());

  it('are left behind by name when the terminal closes over the script that launched them', async () => {
    startScript();
    startBrowser(100);
    await decide();
    const before = await decide();
    assert.equal(before.status, 'owned', facts(before));
    assert.equal(before.owner?.name, 'zsh');
    world.end(100);
    world.end(SHELL);
    close();
    const after = await decide();
    assert.equal(after.status, 'orphan', facts(after));
    assert.equal(after.evidence.at(-1)?.fact, "It was left behind by the terminal 'zsh'");
  });

  it('are orphans as well while the terminal is still open: their script is gone', async () => {
    startScript();
    startBrowser(100);
    await decide();
    await decide();
    world.end(100);
    assert.equal((await decide()).status, 'orphan');
  });

  it('belong to whoever typed `chromium … &`, before and after the terminal closes', async () => {
    startBrowser(SHELL, { groupId: 200, sessionId: SHELL });
    await decide();
    assert.equal((await decide()).status, 'owned');
    world.end(SHELL);
    close();
    const after = await decide();
    assert.equal(after.status, 'unknown', facts(after));
    assert.match(facts(after), /started by hand in the terminal 'zsh' and told to outlive it/);
  });

  it('belong to the open terminal they are a background job of, `(chromium … &)`, though nobody is above them', async () => {
    startBrowser(1, { groupId: 199, sessionId: SHELL });
    await decide();
    const job = await decide();
    assert.equal(job.status, 'unknown', facts(job));
    assert.match(facts(job), /background job of the terminal 'zsh', which is open/);
  });

  it('stay owned when the script goes on after its terminal (nohup)', async () => {
    startScript();
    startBrowser(100);
    await decide();
    await decide();
    world.end(SHELL);
    close();
    assert.equal((await decide()).status, 'owned');
  });

  it('are told of by the task or debug session that runs in the terminal, once that is known', async () => {
    startScript();
    const { root } = (await (startBrowser(100), decide())).tree;
    observations.noteOwner(root, { kind: 'debug', id: 'd1', name: 'Launch e2e' });
    observations.noteOwner(root, { kind: 'task', id: 't1', name: 'e2e' });
    assert.equal((await decide()).owner?.name, 'Launch e2e');
  });
});
