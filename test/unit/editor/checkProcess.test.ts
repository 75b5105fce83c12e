import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckCommand, runCheckProcess } from '../../../src/checks/index.ts';
import { requireFolder } from '../../../src/editor/checks/requireFolder.ts';
import { RunOutput } from '../../../src/editor/testExplorer/runOutput.ts';
import type { LeakEvent } from '../../../src/leaks/index.ts';

describe('A check that the editor runs', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lw-run-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A program in the place of the command line; it is given the file for its events. */
  const command = (program: string, more: Partial<CheckCommand> = {}): CheckCommand => {
    const cli = join(folder, 'cli.mjs');
    const events = join(folder, 'events.ndjson');
    writeFileSync(cli, program);
    return { program: process.execPath, cli, args: [events], env: {}, cwd: folder, events, ...more };
  };
  const sink = () => {
    const events: LeakEvent[] = [];
    let output = '';
    return {
      events,
      text: () => output,
      onEvent: (event: LeakEvent) => void events.push(event),
      onOutput: (text: string) => void (output += text),
    };
  };

  it('hands on what it writes until the last line, and its exit code', async () => {
    const told = sink();
    const program = `import { appendFileSync } from 'node:fs';
      for (const message of ['one', 'two']) appendFileSync(process.argv[2], JSON.stringify({ type: 'warning', message }) + '\\n');
      console.error('leakwright: not so');
      process.stdout.write('the report\\n', () => process.exit(3));`;
    const made = command(program);
    const exit = await runCheckProcess(made, told, new AbortController().signal);
    assert.deepEqual(
      told.events.map((event) => event.type === 'warning' && event.message),
      ['one', 'two'],
    );
    assert.match(told.text(), /the report/);
    assert.equal(exit.exitCode, 3);
    assert.match(exit.said, /not so/);
    assert.ok(!existsSync(made.events), 'its events stay behind');
  });

  // A check is cancelled by closing its channel, so that it can end its browser first.
  it('is told to end, and waited for until it has', async () => {
    const abort = new AbortController();
    const told = sink();
    const program = `process.on('disconnect', () => setTimeout(() => { console.log('cleaned up'); process.exit(130); }, 100));
      console.log('begun');`;
    const running = runCheckProcess(
      command(program),
      { ...told, onOutput: (text: string) => (told.onOutput(text), text.includes('begun') && abort.abort()) },
      abort.signal,
    );
    assert.equal((await running).exitCode, 130);
    assert.match(told.text(), /cleaned up/);
  });

  // In an editor with CI=1 in its environment a check would write a line a phase to standard error, between the editor's own.
  it('is told that nobody wants its progress on standard error', async () => {
    const told = sink();
    const program = `console.error('progress: ' + process.env.LEAKWRIGHT_PROGRESS);`;
    await runCheckProcess(command(program, { env: { CI: '1' } }), told, new AbortController().signal);
    assert.equal(told.text(), 'progress: none\n');
  });

  // The system would say "spawn node ENOENT", which sends people to look for Node.
  it('says that its workspace folder is gone', () => {
    assert.throws(() => requireFolder(command('', { cwd: join(folder, 'gone') })), /'.*gone' does not exist any more/);
  });
});

describe("A test's output", () => {
  // eslint-disable-next-line no-control-regex -- colours are control characters
  const plain = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');

  it('is a line a phase, which grows with its iterations, and what the scenario writes between', () => {
    let written = '';
    const output = new RunOutput((text) => (written += text));
    const iteration = (number: number): LeakEvent => ({ type: 'iteration', phase: 'count', iteration: number, of: 2 });
    output.onEvent({ type: 'phaseStarted', phase: 'count', iterations: 2 });
    output.onEvent(iteration(1));
    output.text('console.log of ');
    output.text('the scenario');
    output.onEvent(iteration(2));
    output.onEvent({ type: 'phaseEnded', phase: 'count', durationMs: 1200 });
    output.onEvent({ type: 'phaseSkipped', phase: 'escalate', reason: 'nothing grew' });
    assert.deepEqual(
      plain(written)
        .split('\r\n')
        .map((line) => line.trimEnd()),
      [
        '  counting                 1',
        'console.log of the scenario',
        '  counting                 2  1.2 s',
        '  following what grows     skipped: nothing grew',
        '',
      ],
    );
  });
});
