import assert from 'node:assert/strict';
import {
  parseAuxv,
  parseCommandLine,
  parseEnvironment,
  parseKilobytes,
  parseRealUid,
  parseStat,
} from '../../../../src/processes/linux/procFiles.ts';

// Recorded from a Chromium zygote, Linux 6.18.
const ZYGOTE =
  '7144 (chromium) S 7124 7124 7124 0 -1 4194560 4891 0 4 0 1 5 0 0 20 0 1 0 129378 56217985024 18400 18446744073709551615 ' +
  '93921959833600 93922195859472 140731340521088 0 0 0 0 4098 65536 1 0 0 17 1 0 0 0 0 0 93922207739904 93922208759809 ' +
  '93922751012864 140731340527284 140731340527569 140731340527569 140731340529629 0 \n';

function stat(text: string) {
  const bytes = Buffer.from(text);
  return parseStat(bytes, bytes.length);
}

const named = (name: string) => ZYGOTE.replace('(chromium)', `(${name})`);

describe('parseStat', () => {
  it('reads every field a tree is built from', () => {
    assert.deepEqual(stat(ZYGOTE), {
      pid: 7144,
      name: 'chromium',
      state: 'running',
      ppid: 7124,
      groupId: 7124,
      sessionId: 7124,
      kernelThread: false,
      cpuTicks: 6,
      threads: 1,
      startTicks: 129378,
      rssPages: 18400,
      argStart: 140731340527284,
    });
  });

  for (const name of ['a b', ')', '(', ') S 1 1 (', 'a\nb', '', 'tmux: server', '((x)) R 9']) {
    it(`does not lose a process named ${JSON.stringify(name)}, nor take its name for fields`, () => {
      const parsed = stat(named(name));
      assert.equal(parsed?.name, name);
      assert.equal(parsed?.ppid, 7124);
      assert.equal(parsed?.startTicks, 129378);
    });
  }

  it('survives a name that is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('12 ('), Buffer.from([0xff, 0x29, 0xfe]), Buffer.from(ZYGOTE.slice(14))]);
    assert.equal(parseStat(bytes, bytes.length)?.pid, 12);
  });

  it('tells stopped and dead processes from living ones', () => {
    const states = ['R', 'S', 'D', 'I', 'T', 't', 'Z', 'X', '?'].map(
      (state) => stat(ZYGOTE.replace(' S ', ` ${state} `))?.state,
    );
    assert.deepEqual(states, [
      'running',
      'running',
      'running',
      'running',
      'stopped',
      'stopped',
      'zombie',
      'zombie',
      'unknown',
    ]);
  });

  it('does not call a process dead before its last thread, which closes its files and sockets', () => {
    const zombie = ZYGOTE.replace(' S ', ' Z ');
    assert.equal(stat(zombie)?.state, 'zombie');
    const fields = zombie.split(' ');
    fields[19] = '27';
    assert.equal(stat(fields.join(' '))?.threads, 27);
    assert.equal(stat(fields.join(' '))?.state, 'running');
  });

  it('knows kernel threads, which have no command line to read', () => {
    assert.equal(stat(ZYGOTE.replace('4194560', '2129984'))?.kernelThread, true);
  });

  it('gives nothing for what is cut short, at any byte before the fields it needs, and never throws', () => {
    const rss = ZYGOTE.indexOf('18400');
    for (let length = 0; length < ZYGOTE.length; length += 1) {
      const parsed = stat(ZYGOTE.slice(0, length));
      if (length <= rss) assert.equal(parsed, undefined, `cut at ${length}`);
    }
  });

  it('gives nothing for garbage', () => {
    for (const text of [
      '',
      '(',
      ')',
      'x',
      '1',
      '1 (',
      '1 (a',
      '1 (a)',
      '1 (a) ',
      'x (a) S 1 1 1',
      `-1${ZYGOTE.slice(4)}`,
      '\0\0\0',
    ])
      assert.equal(stat(text), undefined, JSON.stringify(text));
  });

  it('never reads past the length given, since the buffer holds an older, longer file behind it', () => {
    const bytes = Buffer.from(ZYGOTE);
    assert.equal(parseStat(bytes, 20), undefined);
  });
});

describe('the other /proc parsers', () => {
  it('splits a command line at NULs and keeps empty arguments inside it', () => {
    assert.deepEqual(parseCommandLine(Buffer.from('/bin/x\0\0--a b\0')), ['/bin/x', '', '--a b']);
    assert.deepEqual(parseCommandLine(Buffer.alloc(0)), []);
    assert.deepEqual(parseCommandLine(Buffer.alloc(30)), []);
  });

  it('takes a title that a program wrote over its arguments, padded with NULs, for one string', () => {
    const title = '/usr/lib/chromium/chromium --type=renderer --enable-crash-reporter=,built on Debian';
    assert.deepEqual(parseCommandLine(Buffer.from(`${title}${'\0'.repeat(200)}`)), [title]);
  });

  it('reads an environment, also one a program has written into', () => {
    assert.deepEqual(
      { ...parseEnvironment('A=1\0B=x=y\0ight\0\0=\0C=\0__proto__=7\0') },
      { A: '1', B: 'x=y', C: '', ['__proto__']: '7' },
    );
  });

  it('reads the real user id, not the effective one', () => {
    assert.equal(parseRealUid('Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\n'), 1000);
    assert.equal(parseRealUid('Name:\tUid:\t7\n'), undefined);
  });

  it('reads kB lines as bytes', () => {
    const values = parseKilobytes(
      '00-7f ---p 00000000 00:00 0 [rollup]\nRss:    1768 kB\nPss_Anon:  112 kB\nThreads: 4\n',
    );
    assert.deepEqual(
      [...values],
      [
        ['Rss', 1768 * 1024],
        ['Pss_Anon', 112 * 1024],
      ],
    );
  });

  it('takes page size and clock ticks from the auxiliary vector, so memory is right on 64 KiB pages', () => {
    const auxv = Buffer.alloc(48);
    auxv.writeBigUInt64LE(6n, 0);
    auxv.writeBigUInt64LE(65_536n, 8);
    auxv.writeBigUInt64LE(17n, 16);
    auxv.writeBigUInt64LE(250n, 24);
    assert.deepEqual(parseAuxv(auxv), { pageBytes: 65_536, ticksPerSecond: 250 });
    assert.deepEqual(parseAuxv(Buffer.alloc(7)), { pageBytes: 4096, ticksPerSecond: 100 });
  });
});
