import assert from 'node:assert/strict';
import { limitLines } from '../../src/agents/lineLimit.ts';
import { parseDuration, parseIgnoreRules, parsePageUrl } from '../../src/checks/index.ts';
import { EventDecoder } from '../../src/checks/events.ts';
import { parseEntry } from '../../src/journal/entry.ts';
import { HeapGraphLoader } from '../../src/leaks/snapshot/heapGraph.ts';
import { parseStackText } from '../../src/leaks/explain/sources/generatedFrame.ts';
import { sourceLimits } from '../../src/leaks/explain/sources/limits.ts';
import { loadSourceMap } from '../../src/leaks/explain/sources/sourceMap.ts';
import { parseCim, splitWindowsArguments } from '../../src/processes/command/cim.ts';
import { parsePs, parsePsNames, splitArguments } from '../../src/processes/command/ps.ts';
import {
  parseAuxv,
  parseCommandLine,
  parseEnvironment,
  parseKilobytes,
  parseRealUid,
  parseStat,
} from '../../src/processes/linux/procFiles.ts';
import {
  createReport,
  mergeReports,
  parseBaseline,
  parseReport,
  renderHtml,
  renderJunit,
  renderMarkdown,
  renderText,
} from '../../src/reports/index.ts';
import { LeakwrightError, maskText, plainText } from '../../src/support/index.ts';
import { parseShard } from '../../src/terminal/checkOptions.ts';
import { heapText, pageWith } from './leaks/snapshot/heapText.ts';
import { sampleResult } from './reports/sampleResult.ts';

/**
 * Everything that is read from somewhere else, with what nobody would write on purpose. A seed that fails is kept in SEEDS, so that it
 * is tried for ever.
 */
const SEEDS: readonly number[] = [1, 20261129];
const CASES = 1500;
/** Longer for one case is a hang, also on a busy machine. */
const CASE_MS = 2000;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e300,
  2 ** 31,
  Number.MAX_SAFE_INTEGER,
  '',
  'x',
  '__proto__',
  '\u0000\ud800\u001b[31m',
  'a'.repeat(3000),
  [],
  {},
  [null],
  { toString: null },
  [[[[]]]],
];
const PIECES = [
  '\u0000',
  '\n',
  ' ',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '-',
  '0',
  '9'.repeat(40),
  ')',
  '(',
  '\ud800',
  '=',
  '::',
  '/',
  '%zz',
  'é',
];

class Chaos {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = random(seed);
  }
  upTo(limit: number): number {
    return Math.floor(this.#next() * limit);
  }
  of<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)]!;
  }

  /** Text with parts of it taken away, doubled, moved or replaced. */
  text(text: string): string {
    let changed = text;
    for (let change = this.upTo(4); change >= 0; change -= 1) {
      const at = this.upTo(changed.length + 1);
      const end = at + this.upTo(Math.min(40, changed.length - at + 1));
      switch (this.upTo(5)) {
        case 0: {
          changed = changed.slice(0, at);
          break;
        }
        case 1: {
          changed = changed.slice(0, at) + changed.slice(end);
          break;
        }
        case 2: {
          changed = changed.slice(0, at) + this.of(PIECES) + changed.slice(at);
          break;
        }
        case 3: {
          changed = changed.slice(0, end) + changed.slice(at);
          break;
        }
        default: {
          changed = changed.slice(0, at) + this.of(PIECES) + changed.slice(end);
        }
      }
    }
    return changed;
  }

  /** The value with parts of it, however deep, taken away or replaced by something else. */
  value(value: unknown, share = 0.04): unknown {
    if (this.#next() < share) return this.of(VALUES);
    if (Array.isArray(value)) {
      const parts = value.map((part: unknown) => this.value(part, share));
      return this.#next() < share ? [...parts, ...parts] : parts;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(() => this.#next() > share / 2);
    return Object.fromEntries(entries.map(([name, part]) => [name, this.value(part, share)]));
  }

  /** JSON, broken in what it says or in how it is written. */
  json(value: unknown): string {
    const text = JSON.stringify(this.value(value)) ?? '';
    return this.#next() < 0.3 ? this.text(text) : text;
  }
}

/** Errors that people can read are an answer; any other is a parser that did not expect what it got. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof LeakwrightError &&
    error.message.length > 10 &&
    !/undefined|\[object|not a function/.test(error.message)
  );
}

function fuzz(
  what: string,
  parse: (chaos: Chaos) => unknown,
  cases = CASES,
  allowed: (error: unknown) => boolean = isAnswer,
): void {
  it(`${what}: no exception without words, no hang`, async () => {
    for (const seed of SEEDS) {
      for (let number = 0; number < cases; number += 1) {
        const chaos = new Chaos(seed * 1_000_003 + number);
        const begun = performance.now();
        try {
          await parse(chaos);
        } catch (error) {
          assert.ok(allowed(error), `seed ${seed}, case ${number}: ${(error as Error).stack}`);
        }
        assert.ok(performance.now() - begun < CASE_MS, `seed ${seed}, case ${number} took too long`);
      }
    }
  });
}

describe('what is read from elsewhere', function () {
  this.timeout(60_000);
  const report = createReport([sampleResult(), sampleResult({ verdict: 'clean', findings: [] })], {
    startedAt: '2026-11-21T10:00:00.000Z',
    durationMs: 4000,
    shard: { index: 1, total: 3 },
  });
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

  fuzz(
    '/proc',
    (chaos) => {
      const stat = bytes(
        chaos.text(
          '1234 (chrome (x) y) S 1 1234 1234 0 -1 4194304 1 0 0 0 12 3 0 0 20 0 7 0 5678 1000 200 18446744073709551615 1 1 140 0 0',
        ),
      );
      parseStat(stat, chaos.upTo(stat.length + 5));
      parseCommandLine(bytes(chaos.text('/usr/bin/chromium\0--type=renderer\0--user-data-dir=/tmp/x\0')));
      parseEnvironment(chaos.text('A=1\0B=2\0LEAKWRIGHT_SESSION=x\0'));
      parseRealUid(chaos.text('Name:\tx\nUid:\t1000\t1000\t1000\t1000\n'));
      parseKilobytes(chaos.text('Rss:   1234 kB\nPss:  99 kB\nPrivate_Dirty: 1 kB\n'));
      parseAuxv(bytes(chaos.text('\u0006\0\0\0\0\0\0\0\0\u0010\0\0\0\0\0\0\u0011\0\0\0\0\0\0\0d\0\0\0\0\0\0\0')));
    },
    CASES,
    () => false,
  );

  fuzz(
    'ps',
    (chaos) => {
      const names = parsePsNames(chaos.text(' 100 /usr/bin/node\n 101 chrome\n'));
      parsePs(
        chaos.text(
          ' 100 1 100 501 S 1234 0:01.50 Sat Nov 28 10:00:00 2026 /usr/bin/node run.js\n 101 100 100 501 Z 0 1-02:03:04 Sat Nov 28 10:00:01 2026 (chrome)\n',
        ),
        names,
      );
      splitArguments(
        chaos.text('/Applications/Google Chrome.app/x --a "b c" --d=e'),
        chaos.text('/Applications/Google Chrome.app/x'),
      );
    },
    CASES,
    () => false,
  );

  // The caller says of what is no JSON that the query failed.
  fuzz(
    'CIM',
    (chaos) => {
      parseCim(
        chaos.json([
          {
            pid: 4,
            ppid: 0,
            name: 'chrome.exe',
            path: 'C:\\x',
            args: '"C:\\x" --type=gpu',
            started: 1,
            kernel: 1,
            user: 1,
            rss: 1,
            own: 1,
            threads: 1,
            handles: 1,
          },
          { pid: 8, ppid: 4 },
        ]),
      );
      splitWindowsArguments(chaos.text('"C:\\Program Files\\x.exe" --a="b c" \\\\ "'));
    },
    CASES,
    (error) => error instanceof SyntaxError,
  );

  fuzz('reports, and all that is made of them', (chaos) => {
    const read = parseReport(chaos.json(report), 'file.json');
    for (const render of [renderText, renderHtml, renderJunit, renderMarkdown]) render(read);
    mergeReports([
      { file: 'a', report: read },
      { file: 'b', report },
    ]);
  });
  fuzz('baselines', (chaos) => parseBaseline(chaos.json(report), 'file.json'));

  fuzz(
    'the journal',
    (chaos) => {
      const entry = {
        schema: 1,
        id: 'abcd-1',
        createdAt: '2026-11-29T10:00:00.000Z',
        bootId: 'b',
        host: { pid: 2, startTime: 5 },
        client: { pid: 3, startTime: 5 },
        browser: { pid: 4, startTime: 5, executable: '/x' },
        folder: '/tmp/leakwright-abcdef',
        profile: '/tmp/p',
        purpose: 'check',
      };
      const read = parseEntry(chaos.json(entry), 'abcd-1');
      if (typeof read === 'string') assert.ok(read.length > 5);
      else assert.ok(read.host.pid > 1 && read.client.pid > 1 && (read.browser?.pid ?? 2) > 1);
    },
    CASES,
    () => false,
  );

  fuzz(
    'events',
    (chaos) => {
      const decoder = new EventDecoder();
      const lines = `${chaos.json({ type: 'warning', message: 'x' })}\n${chaos.json({ type: 'checkEnded', result: sampleResult() })}\n`;
      for (let at = 0; at < lines.length; at += 1000) decoder.push(lines.slice(at, at + 1000));
    },
    500,
    () => false,
  );

  fuzz(
    "an agent's lines",
    (chaos) => {
      const limit = limitLines((line) => void JSON.parse(line), 1000);
      limit.resume();
      limit.end(`${chaos.json({ jsonrpc: '2.0', id: 'a"b\\', method: 'x', params: { y: 'z'.repeat(50) } })}\n`);
    },
    CASES,
    () => false,
  );

  fuzz('options', (chaos) => {
    for (const read of [parseDuration, parseShard, parsePageUrl, (text: string) => parseIgnoreRules([text])]) {
      const seed = chaos.of([
        '2m',
        '1/3',
        'http://localhost:3000/a?b#c',
        '{"holder":"x","reason":"y"}',
        '[{"name":"a","reason":"b"}]',
      ]);
      try {
        read(chaos.text(seed));
      } catch (error) {
        if (!isAnswer(error)) throw error;
      }
    }
  });

  fuzz(
    'stack texts and other texts of a page',
    (chaos) => {
      parseStackText(
        chaos.text(
          'Error\n    at go (http://x.test/a.js:1:2)\n    at async Promise.all (index 0)\n    at http://x.test/b.js:3:4\n',
        ),
      );
      maskText(
        chaos.text(
          'http://user:pass@x.test/?token=abc "password": "hunter2" Bearer abcdefghijk eyJabcdefghi.abcdefghij.x',
        ),
      );
      plainText(chaos.text('::error::x ##vso[a]b \u001b]8;;x\u0007'), chaos.upTo(50));
    },
    CASES,
    () => false,
  );

  fuzz(
    'source maps',
    async (chaos) => {
      const map = {
        version: 3,
        sources: ['a.ts', 'b.ts'],
        sourcesContent: ['x', null],
        names: ['n'],
        mappings: 'AAAA,CAAC;AACA,EAAEA',
        sections: [
          { offset: { line: 0, column: 0 }, map: { version: 3, sources: ['c.ts'], names: [], mappings: 'AAAA' } },
          { offset: { line: 1, column: 2 }, url: 'x.map' },
        ],
      };
      const text = chaos.json(chaos.upTo(2) === 0 ? map : { ...map, sections: undefined });
      const script = `a()\n//# sourceMappingURL=${chaos.of(['x.map', 'data:application/json,%7B%7D', chaos.text('data:application/json;base64,e30=')])}`;
      await loadSourceMap(script, 'http://x.test/a.js', () => Promise.resolve(text), sourceLimits);
    },
    CASES,
    () => false,
  );

  // Whatever is wrong with one is told as "a heap snapshot could not be read: …".
  fuzz(
    'heap snapshots',
    async (chaos) => {
      const whole = heapText(
        pageWith(
          [['list', 101]],
          [
            { id: 101, type: 'object', name: 'Array', edges: [['property', 'x', 103]] },
            { id: 103, type: 'closure', name: 'f' },
          ],
        ),
      );
      const text = chaos.upTo(2) === 0 ? chaos.text(whole) : chaos.json(JSON.parse(whole));
      const loader = new HeapGraphLoader();
      loader.write(text);
      const graph = await loader.finish();
      for (let node = 0; node < graph.nodeCount; node += 1) graph.rawName(node);
    },
    150,
    (error) => error instanceof Error,
  );
});
