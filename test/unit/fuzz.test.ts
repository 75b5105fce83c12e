import assert from 'node:assert/strict';
import { limitLines } from '../../src/agents/lineLimit.ts';
import { parseDuration, parseIgnoreRules, parsePageUrl } from '../../src/checks/index.ts';
import { EventDecoder } from '../../src/checks/events.ts';
import { findBrowserTrees } from '../../src/browsers/index.ts';
import { parseMonitorLine } from '../../src/editor/monitoring/monitorLines.ts';
import { parseEntry } from '../../src/journal/entry.ts';
import { HeapGraphLoader } from '../../src/leaks/snapshot/heapGraph.ts';
import { parseStackText } from '../../src/leaks/explain/sources/generatedFrame.ts';
import { sourceLimits } from '../../src/leaks/explain/sources/limits.ts';
import { loadSourceMap } from '../../src/leaks/explain/sources/sourceMap.ts';
import { parseCim, splitWindowsArguments } from '../../src/processes/command/cim.ts';
import { parsePs, parsePsNames, splitArguments } from '../../src/processes/command/ps.ts';
import { parseListening, parseLsof, parseNetstat } from '../../src/processes/listeners.ts';
import { recordedSteps } from '../../src/scenarios/recording.ts';
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
import { decode, encode } from '../../src/stores/encoding.ts';
import { maskText, plainText } from '../../src/support/index.ts';
import { parseShard } from '../../src/terminal/checkOptions.ts';
import { CASES, fuzz, isAnswer } from '../support/chaos.ts';
import { processInfo, tableOf } from './processes/support/tables.ts';
import { heapText, pageWith } from './leaks/snapshot/heapText.ts';
import { sampleResult } from './reports/sampleResult.ts';

// With what nobody would write on purpose.
describe('what is read from elsewhere', () => {
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

  // A table is read while it changes: parents that are gone, in a circle, or given to another process.
  fuzz(
    'process tables',
    (chaos) => {
      const lines = [
        ['node', '/x/node_modules/.bin/playwright', 'test'],
        ['/usr/bin/chromium', '--headless', '--remote-debugging-port=0', '--user-data-dir=/tmp/p-123456'],
        ['/usr/bin/chromium --type=renderer --user-data-dir=/tmp/p-123456'],
        ['/usr/bin/chromedriver', '--port=9515'],
        ['/usr/lib/firefox/crashhelper', '12'],
        ['/x/electron', '--inspect=0', '--remote-debugging-port=0'],
      ];
      const processes = Array.from({ length: 12 }, (_, index) =>
        processInfo({
          pid: index + 1,
          ppid: chaos.upTo(14),
          groupId: chaos.upTo(14),
          sessionId: chaos.upTo(14),
          startTime: chaos.upTo(20),
          commandLine: chaos.of(lines).map((argument) => (chaos.upTo(3) === 0 ? chaos.text(argument) : argument)),
        }),
      );
      const trees = findBrowserTrees(tableOf(processes), {
        home: '/h',
        uid: 1000,
        platform: 'linux',
        env: {},
        temp: '/tmp',
      });
      const members = trees.flatMap((tree) => tree.processes.map(({ info }) => info.pid));
      assert.equal(new Set(members).size, members.length, 'no process is in two trees');
    },
    CASES,
    () => false,
  );

  fuzz(
    'listening ports, recordings, lines of the monitor',
    (chaos) => {
      parseListening(chaos.text('  sl local\n   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 1000 0 4242 1\n'));
      parseLsof(chaos.text('p1234\nn*:5173\nn[::1]:5173\n'));
      parseNetstat(chaos.text('  TCP    127.0.0.1:5173    0.0.0.0:0    LISTENING    1234\r\n'));
      recordedSteps(
        chaos.text(
          "(async () => {\n  const page = await context.newPage();\n  await page.goto('x');\n  await page.click('a');\n})();",
        ),
      );
      parseMonitorLine(
        chaos.json({ type: 'raised', alert: { message: 'x', level: 'critical', kind: 'memory-usage' } }),
      );
    },
    CASES,
    () => false,
  );

  // What a store gives back may have been written by another version.
  fuzz(
    'stored values',
    (chaos) => decode(chaos.text(encode({ name: 'x', body: new Uint8Array([1, 2, 3]), list: [1, null] }))),
    CASES,
    (error) => error instanceof SyntaxError,
  );
});
