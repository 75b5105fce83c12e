import type { CleanUpOptions } from '../../src/orphans/index.ts';
import { FakeProcesses } from './fakeProcesses.ts';

export const UID = 1000;

/**
 * A machine with one orphan of Puppeteer's (pid 200), one browser whose owner lives (300), one person's own (400), and another
 * user's (500).
 */
export function busyMachine(): FakeProcesses {
  const world = new FakeProcesses();
  const chrome = (pid: number, ppid: number, switches: string[], uid = UID) =>
    world.start({
      pid,
      ppid,
      groupId: pid,
      sessionId: pid,
      name: 'chrome',
      commandLine: ['/opt/google/chrome/chrome', ...switches],
      uid,
    });
  const puppeteer = (id: string) => [
    '--enable-automation',
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=/tmp/puppeteer_dev_chrome_profile-${id}`,
  ];
  world.start({ pid: 2, ppid: 0, name: 'kthreadd', commandLine: [], sessionId: 0, groupId: 0 });
  chrome(200, 1, puppeteer('orphan'));
  world.start({
    pid: 201,
    ppid: 200,
    name: 'chrome',
    uid: UID,
    commandLine: ['/opt/google/chrome/chrome --type=renderer --user-data-dir=/tmp/puppeteer_dev_chrome_profile-orphan'],
  });
  world.start({ pid: 100, name: 'node', commandLine: ['node', 'run.js'], uid: UID, groupId: 100, sessionId: 100 });
  chrome(300, 100, puppeteer('livin0'));
  chrome(400, 1, []);
  chrome(500, 1, puppeteer('theirs'), 1001);
  return world;
}

/** A clean-up of that machine, with nothing of this one in it. */
export function cleanUpOf(
  world: FakeProcesses,
  tempFolder: string,
  more: Partial<CleanUpOptions> = {},
): CleanUpOptions {
  return {
    reader: world,
    tempFolder,
    cacheFolder: '',
    ownUid: UID,
    platform: 'linux',
    probe: { countClients: () => Promise.resolve(0), isInOtherContainer: () => Promise.resolve(false) },
    ending: { send: world.send, clock: world.clock, graceMs: 100, forceMs: 200 },
    ...more,
  };
}

/** A terminal that nobody sits at, unless `answer` is given. */
export function fakeTerminal(answer?: boolean) {
  const terminal = {
    stdout: '',
    stderr: '',
    questions: [] as string[],
    isTty: answer !== undefined,
    colour: false,
    out: (text: string) => {
      terminal.stdout += text;
    },
    err: (text: string) => {
      terminal.stderr += text;
    },
    confirm: (question: string) => {
      terminal.questions.push(question);
      return Promise.resolve(answer ?? false);
    },
  };
  return terminal;
}
