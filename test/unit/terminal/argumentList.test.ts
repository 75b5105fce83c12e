import assert from 'node:assert/strict';
import { type Command, CommanderError } from 'commander';
import {
  type CheckSettings,
  allCheckOptions,
  durationOptions,
  flagOf,
  parseDuration,
  parseIgnoreRules,
  parsePageUrl,
  sessionSource,
} from '../../../src/checks/index.ts';
import { LeakwrightError } from '../../../src/support/index.ts';
import { parseShard } from '../../../src/terminal/checkOptions.ts';
import { createProgram } from '../../../src/terminal/program.ts';
import { parseReporters } from '../../../src/terminal/reporters.ts';
import { fakeTerminal } from '../../support/cleanUpWorld.ts';

/** Values that are right somewhere, and those that are not. */
const VALUES = [
  '1',
  '3',
  '0',
  '-1',
  '1.5',
  '1e9',
  '1e400',
  'NaN',
  'Infinity',
  '0x10',
  '',
  ' ',
  '99999999999',
  '2/3',
  '3/2',
  '0/0',

  '90s',
  '2m',
  '1.5h',
  '-5s',
  '9'.repeat(400),
  '9e9h',
  'soon',
  'quick',
  'minor',
  'chromium',
  'firefox',
  'puppeteer',

  'http://localhost:5173/',
  'localhost:1',
  'ws://127.0.0.1:1/devtools/browser/x',
  'javascript:1',
  'http://',
  '//',
  'file:///x',

  'text',
  'json=',
  'junit=a.xml',
  'html',
  '=',
  'json=\0',
  '{"reason":"x"}',
  '{"holder":"a","reason":"b"}',
  '[',
  'null',
  '[[]]',
  '{}',

  '--',
  '-',
  '-x',
  '--no',
  '--url',
  '--no-config',
  '--=',
  '--click=',
  '#a',
  '\0',
  '\u202e',
  '💥',
  '\ud800',
  '__proto__',
  'constructor',
  '%',
  '*',
  '$(id)',
  'a'.repeat(10_000),
  '-'.repeat(1000),
  '"',
  "'",
  '\n',
];
const COMMANDS = [
  'check',
  'analyze',
  'init',
  'record',
  'sign-in',
  'pick-locator',
  'find-steps',
  'merge-reports',
  'history',
  'monitor',
  'tree',
  'clean',
  'kill',
  'mcp',
  'doctor',
  'help',
  '',
  'chek',
  '--version',
  '--help',
  '__proto__',
];

/** Numbers of 0 to 1 from a seed (mulberry32), so that a case that fails can be repeated. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What `check` does with its settings before anything runs, as far as it looks at no file. */
function judgeSettings(settings: CheckSettings): void {
  const { timeout, stepTimeout, clock, url, shard, reporter = [], ignore = [] } = settings;
  for (const seconds of [timeout, stepTimeout])
    assert.ok(seconds === undefined || (seconds > 0 && seconds * 1000 < 2 ** 31), 'a timer takes it');
  sessionSource(settings);
  const lasting = durationOptions(settings);
  assert.ok(lasting === undefined || lasting.durationMs < 2 ** 31);
  if (clock !== undefined) parseDuration(clock);
  if (url !== undefined) assert.ok(URL.canParse(parsePageUrl(url)));
  parseReporters(reporter, settings.output, parseShard(shard));
  parseIgnoreRules(ignore);
}

// A wrong word must be answered by a sentence: an exception says nothing to who typed it, and a hang even less.
describe('the whole argument list', () => {
  /** The program with every command's work taken out; `run` has what each was given. */
  function program() {
    const io = fakeTerminal();
    const run: { readonly name: string; readonly options: object }[] = [];
    const made = createProgram(io, new AbortController().signal, () => {});
    for (const command of made.commands)
      command.action((...args: unknown[]) => {
        const itself = args.at(-1) as Command;
        run.push({ name: itself.name(), options: itself.opts() });
      });
    return { io, run, made };
  }

  const flags = [
    ...allCheckOptions().map(([name]) => `--${flagOf(name)}`),
    ...program().made.commands.flatMap((command) => command.options.flatMap(({ long, short }) => [long, short])),
  ].filter((flag) => flag !== undefined && flag !== null);

  for (const seed of [1, 2, 3, 4, 5])
    it(`is parsed, or refused in words (150 cases of seed ${seed})`, async () => {
      const random = numbersFrom(seed);
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
      let judged = 0;
      for (let at = 0; at < 150; at += 1) {
        const args = [random() < 0.4 ? 'check' : pick(COMMANDS)];
        for (let more = Math.floor(random() * 8); more > 0; more -= 1) {
          args.push(random() < 0.6 ? pick(flags) : pick(VALUES));
          if (random() < 0.6) args.push(pick(VALUES));
          if (random() < 0.1) args.push(`${pick(flags)}=${pick(VALUES)}`);
        }
        const { io, run, made } = program();
        try {
          await made.parseAsync(args, { from: 'user' });
          for (const { name, options } of run) {
            if (name !== 'check') continue;
            judgeSettings(options);
            judged += 1;
          }
        } catch (error) {
          const said = `${JSON.stringify(args).slice(0, 500)}: ${String(error)}`;
          if (error instanceof CommanderError) assert.ok(error.exitCode === 0 || io.stderr.trim() !== '', said);
          else assert.ok(error instanceof LeakwrightError && error.message.length > 10, said);
        }
      }
      assert.ok(judged > 0);
    }).timeout(5000);

  it('takes no number that a timer or a port cannot have', async () => {
    for (const args of [
      ['check', '--timeout', '1e9'],
      ['check', '--timeout', 'Infinity'],
      ['check', '--ui', '70000'],
      ['check', '--iterations', ''],
      ['monitor', '--interval', '3e9'],
      ['monitor', '--port', '65536'],
      ['clean', '--idle', '999999h'],
    ]) {
      const { io, run, made } = program();
      await assert.rejects(made.parseAsync(args, { from: 'user' }), CommanderError, args.join(' '));
      assert.deepEqual(run, []);
      assert.match(io.stderr, /It must be|longer than 24 days/);
    }
  });
});
