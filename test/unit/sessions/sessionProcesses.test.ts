import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { JournalEntry } from '../../../src/journal/index.ts';
import {
  SESSION_VARIABLE,
  findSessionProcesses,
  rootsAmong,
  tracesOf,
} from '../../../src/sessions/sessionProcesses.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const folder = '/tmp/leakwright-abc123';
const uid = process.getuid?.() ?? 1000;

// These are the processes that get ended after a crash: one too many is somebody's work, one too few stays for ever.
describe('the processes of a session whose host is gone', () => {
  let system: FakeProcesses;
  beforeEach(() => {
    system = new FakeProcesses();
  });

  const find = async (more: object = {}) =>
    (await findSessionProcesses(system, { id: 's1', folder, ...more })).map(({ pid }) => pid).sort((a, b) => a - b);

  function chromium(pid: number, userDataDir = `${folder}/playwright_chromiumdev_profile-x`) {
    return system.start({
      pid,
      uid,
      groupId: pid,
      sessionId: pid,
      commandLine: ['/usr/bin/chromium', '--headless', `--user-data-dir=${userDataDir}`],
    });
  }

  it('are the browser with its profile in the folder, and all below it', async () => {
    chromium(100);
    system.start({ pid: 101, ppid: 100, uid, commandLine: ['chromium', '--type=zygote'] });
    system.start({ pid: 102, ppid: 101, uid, commandLine: ['chromium', '--type=renderer'] });
    assert.deepEqual(await find(), [100, 101, 102]);
    const found = await findSessionProcesses(system, { id: 's1', folder });
    assert.deepEqual(
      rootsAmong(found).map(({ pid }) => pid),
      [100],
    );
  });

  it('are found for Firefox too', async () => {
    system.start({ pid: 100, uid, commandLine: ['firefox', '-profile', `${folder}/playwright_firefoxdev_profile-x`] });
    assert.deepEqual(await find(), [100]);
  });

  it('are not an editor, a shell or a search that names the folder', async () => {
    system.start({ pid: 100, uid, commandLine: ['vim', `${folder}/session.json`] });
    system.start({ pid: 101, uid, commandLine: ['grep', '-r', 'x', folder] });
    system.start({ pid: 102, uid, commandLine: ['bash', '-c', `ls ${folder}/`] });
    assert.deepEqual(await find(), []);
  });

  it('are not a browser whose profile folder only begins alike', async () => {
    chromium(100, `${folder}4/profile`);
    assert.deepEqual(await find(), []);
  });

  it("are not another user's", async () => {
    if (!process.getuid) return;
    system.start({ pid: 100, uid: uid + 1, commandLine: ['chromium', `--user-data-dir=${folder}/p`] });
    assert.deepEqual(await find(), []);
  });

  it('are not a process that got the recorded pid later', async () => {
    const browser = system.start({ pid: 100, uid, commandLine: ['sleep', '1000'] });
    assert.deepEqual(await find({ browser: { pid: 100, startTime: browser.startTime - 1 } }), []);
    assert.deepEqual(await find({ browser: browser }), [100]);
  });

  it('are not this very process or its ancestors, whatever the record says', async () => {
    const self = system.start({ pid: process.pid, ppid: 50, uid, commandLine: ['node'] });
    const parent = system.start({ pid: 50, uid, commandLine: ['bash', `--user-data-dir=${folder}/p`] });
    system.start({ pid: 51, ppid: 50, uid, commandLine: ['a job in the same shell'] });
    assert.deepEqual(await find({ browser: self }), []);
    assert.deepEqual(await find({ browser: parent }), []);
  });

  it('of a kept profile are only those started for this session: a person may use the profile too', async () => {
    const profile = '/home/me/profile';
    const [theirs, ours] = [100, 200];
    for (const [pid, environment] of [
      [theirs, {}],
      [ours, { [SESSION_VARIABLE]: 's1' }],
      [300, { [SESSION_VARIABLE]: 'another' }],
    ] as const) {
      system.start({ pid, uid, commandLine: ['chromium', `--user-data-dir=${profile}`], environment });
    }
    assert.deepEqual(await find({ profile }), [ours]);
  });

  it('are those left of its session when the browser itself is dead', async () => {
    const browser = { pid: 100, startTime: 5 };
    const environment = { [SESSION_VARIABLE]: 's1' };
    system.start({ pid: 102, uid, groupId: 100, sessionId: 100, commandLine: ['chromium', '--type=gpu'], environment });
    system.start({ pid: 103, uid, groupId: 100, sessionId: 100, commandLine: ['a later session of the same number'] });
    assert.deepEqual(await find({ browser }), [102]);
  });

  it('are not what bore these numbers before a restart of the machine', () => {
    const entry: JournalEntry = {
      schema: 1,
      id: 's1',
      createdAt: '2026-11-21T10:00:00.000Z',
      bootId: 'an earlier boot',
      host: { pid: 10, startTime: 1 },
      client: { pid: 9, startTime: 1 },
      browser: { pid: 100, startTime: 5, executable: '/usr/bin/chromium' },
      folder,
      purpose: 'session',
    };
    if (process.platform === 'linux') assert.equal(tracesOf(entry).browser, undefined);
  });
});
