import assert from 'node:assert/strict';
import { CIM_QUERY, parseCim, splitWindowsArguments, createCimSource } from '../../../../src/processes/command/cim.ts';
import { findBrowserTrees } from '../../../../src/browsers/index.ts';
import { tableOf } from '../support/tables.ts';

const CHROME = String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`;
const PROFILE = String.raw`C:\Users\ada\AppData\Local\Temp\playwright_chromiumdev_profile-a1B2c3`;

// As Windows PowerShell 5.1 answers the query on Windows 11, shortened.
const WINDOWS = JSON.stringify([
  {
    pid: 0,
    ppid: 0,
    name: 'System Idle Process',
    path: null,
    args: null,
    started: null,
    kernel: 9e12,
    user: 0,
    rss: 8192,
    own: 61_440,
    threads: 8,
    handles: 0,
  },
  {
    pid: 4,
    ppid: 0,
    name: 'System',
    path: null,
    args: null,
    started: null,
    kernel: 1_234_567_890,
    user: 0,
    rss: 147_456,
    own: 40_960,
    threads: 210,
    handles: 5000,
  },
  {
    pid: 900,
    ppid: 700,
    name: 'lsass.exe',
    path: null,
    args: null,
    started: 1_795_000_000_100,
    kernel: 1,
    user: 1,
    rss: 20_000,
    own: 9000,
    threads: 9,
    handles: 1500,
  },
  {
    pid: 8000,
    ppid: 700,
    name: 'chrome.exe',
    path: CHROME,
    args: `"${CHROME}" --headless --user-data-dir="${PROFILE}" --remote-debugging-pipe`,
    started: 1_795_000_100_000,
    kernel: 5_000_000,
    user: 10_000_000,
    rss: 210_000_000,
    own: 90_000_000,
    threads: 40,
    handles: 1200,
  },
  {
    pid: 240,
    ppid: 8000,
    name: 'chrome.exe',
    path: CHROME,
    args: `"${CHROME}" --type=renderer --user-data-dir="${PROFILE}"`,
    started: 1_795_000_101_000,
    kernel: '0',
    user: '20000',
    rss: '110000000',
    own: 60_000_000,
    threads: 18,
    handles: 300,
  },
  // The pid of its dead parent now belongs to a younger process.
  {
    pid: 8100,
    ppid: 8200,
    name: 'orphan (1).exe',
    path: String.raw`C:\Program Files (x86)\x\orphan (1).exe`,
    args: '',
    started: 1_795_000_102_000,
    kernel: 0,
    user: 0,
    rss: 1,
    own: 1,
    threads: 1,
    handles: 1,
  },
  {
    pid: 8200,
    ppid: 700,
    name: 'later.exe',
    path: null,
    args: null,
    started: 1_795_000_103_000,
    kernel: 0,
    user: 0,
    rss: 1,
    own: 1,
    threads: 1,
    handles: 1,
  },
  null,
  {},
]);

describe('reading Windows', () => {
  const rows = () => new Map(parseCim(WINDOWS).map((row) => [row.info.pid, row]));

  it('gives every field there is, in bytes and milliseconds', () => {
    const { info, privateBytes, openFiles } = rows().get(8000)!;
    assert.deepEqual(info, {
      pid: 8000,
      startTime: 1_795_000_100_000,
      ppid: 700,
      groupId: 0,
      sessionId: 0,
      state: 'running',
      name: 'chrome',
      commandLine: [CHROME, '--headless', `--user-data-dir=${PROFILE}`, '--remote-debugging-pipe'],
      uid: -1,
      startedAtMs: 1_795_000_100_000,
      cpuMs: 1500,
      rssBytes: 210_000_000,
      threads: 40,
    });
    assert.equal(privateBytes, 90_000_000);
    assert.equal(openFiles, 1200);
    assert.equal(rows().get(240)!.info.cpuMs, 2);
    assert.equal(rows().get(240)!.info.rssBytes, 110_000_000);
  });

  it('keeps processes it may not look into, and drops what is none', () => {
    assert.deepEqual([...rows().keys()], [4, 900, 8000, 240, 8100, 8200]);
    assert.deepEqual(rows().get(900)!.info.commandLine, []);
    assert.deepEqual(rows().get(8100)!.info.commandLine, [String.raw`C:\Program Files (x86)\x\orphan (1).exe`]);
  });

  it('never takes a younger process for a parent, whose pid was reused', () => {
    assert.equal(rows().get(8100)!.info.ppid, 0);
  });

  it('makes a browser tree of it', () => {
    const context = {
      home: String.raw`C:\Users\ada`,
      platform: 'win32' as const,
      env: {},
      temp: String.raw`C:\Users\ada\AppData\Local\Temp`,
      uid: -1,
    };
    const trees = findBrowserTrees(tableOf([...rows().values()].map(({ info }) => info)), context);
    assert.deepEqual(
      trees.map(({ product, automatedBy, profile, processes }) => [
        product,
        automatedBy,
        profile?.kind,
        processes.length,
      ]),
      [['Chrome', 'playwright', 'temporary', 2]],
    );
  });

  it('reads one process that comes without a list, a byte-order mark, and nothing', () => {
    assert.equal(parseCim('\uFEFF{"pid": 5, "ppid": 1, "name": "a.exe"}\r\n').length, 1);
    assert.deepEqual(parseCim(''), []);
  });

  it('says what powershell said when that is no answer', async () => {
    const source = createCimSource(() => Promise.resolve('Get-CimInstance : Access denied'), {});
    await assert.rejects(source(), { code: 'processes.unreadable', message: /Access denied/ });
  });

  it("runs Windows' own powershell, never one in the current folder, with the query as one argument", async () => {
    let ran: readonly string[] = [];
    await createCimSource(
      (program, args) => {
        ran = [program, ...args];
        return Promise.resolve('[]');
      },
      { SystemRoot: String.raw`D:\Windows` },
    )();
    assert.deepEqual(ran, [
      String.raw`D:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      CIM_QUERY,
    ]);
  });

  it('splits command lines as Windows does', () => {
    // The examples of Microsoft's "Parsing C command-line arguments", and paths with spaces.
    const cases: readonly (readonly [string, readonly string[]])[] = [
      [String.raw`x "abc" d e`, ['x', 'abc', 'd', 'e']],
      [String.raw`x a\\b d"e f"g h`, ['x', String.raw`a\\b`, 'de fg', 'h']],
      [String.raw`x a\\\"b c d`, ['x', String.raw`a\"b`, 'c', 'd']],
      [String.raw`x a\\\\"b c" d e`, ['x', String.raw`a\\b c`, 'd', 'e']],
      [
        String.raw`"C:\a b\c.exe" "" "x""y" --p="C:\d e\\"`,
        [String.raw`C:\a b\c.exe`, '', 'x"y', String.raw`--p=C:\d e` + '\\'],
      ],
      ['x', ['x']],
    ];
    for (const [line, expected] of cases) assert.deepEqual(splitWindowsArguments(line), expected, line);
  });
});
