import assert from 'node:assert/strict';
import {
  parseCpuTime,
  parsePs,
  parsePsNames,
  splitArguments,
  createPsSource,
} from '../../../../src/processes/command/ps.ts';
import { findBrowserTrees } from '../../../../src/browsers/index.ts';
import { tableOf } from '../support/tables.ts';

// As macOS 15 prints `ps -axww -o pid= -o ppid= …`, with user names and paths shortened.
const CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const HELPER =
  '/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome Framework.framework/Versions/131.0.6778.86/Helpers/Google Chrome Helper (Renderer).app/Contents/MacOS/Google Chrome Helper (Renderer)';
const PROFILE = '/var/folders/x1/abc/T/playwright_chromiumdev_profile-a1B2c3';
const MACOS = `
    1     0     1     0 Ss    12345   2:34.56 Thu Nov 19 08:00:01 2026 /sbin/launchd
  501     1   501   501 S     98304 123:45.67 Thu Nov 19 08:01:12 2026 /System/Library/CoreServices/Finder.app/Contents/MacOS/Finder
99000   501 99000   501 S    250000   0:12.30 Sat Nov 21 02:29:08 2026 ${CHROME} --headless --user-data-dir=${PROFILE} --remote-debugging-pipe
  312 99000 99000   501 S    120000   0:03.10 Sat Nov 21 02:29:09 2026 ${HELPER} --type=renderer --user-data-dir=${PROFILE} --lang=en-US
99003 99000 99000   501 Z         0   0:00.00 Sat Nov 21 02:29:10 2026 (Google Chrome He)
99004   501 99004   501 T      1000   0:00.01 Sat Nov  1 02:29:10 2026 vim notes (old).txt
99005   501 99005   501 R+     2000   1-02:03:04 Sat Nov 21 02:29:10 2026
`;
const NAMES = `
    1 /sbin/launchd
  501 /System/Library/CoreServices/Finder.app/Contents/MacOS/Finder
99000 ${CHROME}
  312 ${HELPER}
99003 (Google Chrome He)
99004 vim
`;

describe('reading ps', () => {
  const rows = () => new Map(parsePs(MACOS, parsePsNames(NAMES)).map(({ info }) => [info.pid, info]));

  it('gives every field there is, in bytes and milliseconds', () => {
    assert.deepEqual(rows().get(501), {
      pid: 501,
      startTime: Date.UTC(2026, 10, 19, 8, 1, 12),
      ppid: 1,
      groupId: 501,
      sessionId: 0,
      state: 'running',
      name: 'Finder',
      commandLine: ['/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder'],
      uid: 501,
      startedAtMs: Date.UTC(2026, 10, 19, 8, 1, 12),
      cpuMs: (123 * 60 + 45.67) * 1000,
      rssBytes: 98_304 * 1024,
      threads: 0,
    });
  });

  it('tells programs with spaces and parentheses from their arguments', () => {
    assert.deepEqual(rows().get(99_000)?.commandLine, [
      CHROME,
      '--headless',
      `--user-data-dir=${PROFILE}`,
      '--remote-debugging-pipe',
    ]);
    assert.equal(rows().get(312)?.name, 'Google Chrome Helper (Renderer)');
    assert.deepEqual(rows().get(312)?.commandLine.slice(1), [
      '--type=renderer',
      `--user-data-dir=${PROFILE}`,
      '--lang=en-US',
    ]);
    assert.deepEqual(rows().get(99_004)?.commandLine, ['vim', 'notes', '(old).txt']);
  });

  it('knows states, zombies without a command line among them', () => {
    assert.deepEqual(
      [501, 99_003, 99_004].map((pid) => rows().get(pid)?.state),
      ['running', 'zombie', 'stopped'],
    );
    assert.deepEqual(rows().get(99_003)?.commandLine, []);
    assert.deepEqual(rows().get(99_005)?.commandLine, []);
  });

  it('makes a browser tree of it, although pids have wrapped', () => {
    const context = {
      home: '/Users/ada',
      platform: 'darwin' as const,
      env: {},
      temp: '/var/folders/x1/abc/T',
      uid: 501,
    };
    const trees = findBrowserTrees(tableOf([...rows().values()]), context);
    assert.equal(trees.length, 1);
    assert.deepEqual(
      trees[0]!.processes.map(({ info, role }) => [info.pid, role]),
      [
        [99_000, 'browser'],
        [312, 'renderer'],
        [99_003, 'other'],
      ],
    );
    assert.equal(trees[0]!.automatedBy, 'playwright');
    assert.equal(trees[0]!.profile?.kind, 'temporary');
  });

  it('leaves out lines that are none and never throws', () => {
    assert.deepEqual(parsePs('', new Map()), []);
    assert.deepEqual(
      parsePs('ps: illegal option\n  PID TTY\n\n 1 2\n7 8 9 1 S 1 0:00 Sat Xxx 21 02:29:08 2026 x\n', new Map()),
      [],
    );
    const cut = MACOS.slice(0, 300);
    assert.ok(parsePs(cut, new Map()).length >= 1);
  });

  it('reads CPU times as each system writes them', () => {
    assert.deepEqual(
      ['0:00.05', '12:34.56', '1234:00.00', '00:00:09', '01:02:03', '1-02:03:04', '0:01,50', 'x', ''].map((text) =>
        parseCpuTime(text),
      ),
      [50, 754_560, 74_040_000, 9000, 3_723_000, 93_784_000, 1500, undefined, undefined],
    );
  });

  it('keeps values with spaces whole, and URLs after them apart', () => {
    assert.deepEqual(
      splitArguments(
        '/bin/x --user-data-dir=/Users/ada/Library/Application Support/x y about:blank -profile /a b',
        '/bin/x',
      ),
      ['/bin/x', '--user-data-dir=/Users/ada/Library/Application Support/x y', 'about:blank', '-profile', '/a', 'b'],
    );
    assert.deepEqual(splitArguments('', 'x'), []);
    assert.deepEqual(splitArguments('node a.js', 'MainThread'), ['node', 'a.js']);
  });

  it('asks which program a process runs only when there is a new one', async () => {
    let asked: string[] = [];
    let listing = MACOS;
    const source = createPsSource((_program, args) => {
      const names = args.includes('comm=');
      asked.push(names ? 'names' : 'all');
      return Promise.resolve(names ? NAMES : listing);
    });
    const first = await source();
    assert.deepEqual(asked, ['all', 'names']);
    asked = [];
    assert.deepEqual(await source(), first);
    assert.deepEqual(asked, ['all']);
    asked = [];
    listing = MACOS.replace('Thu Nov 19 08:01:12', 'Sat Nov 21 08:01:12');
    await source();
    assert.deepEqual(asked, ['all', 'names']);
  });
});
