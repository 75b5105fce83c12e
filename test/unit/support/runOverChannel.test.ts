import assert from 'node:assert/strict';
import { runOverChannel } from '../../../src/support/index.ts';

describe('A program of ours that runs over a channel', () => {
  const run = (program: string, signal: AbortSignal, onText: (text: string) => void = () => {}, patienceMs = 15_000) =>
    runOverChannel({
      args: ['--eval', program],
      signal,
      patienceMs,
      listen: (stdout) => stdout.on('data', onText),
    });
  const never = new AbortController().signal;

  it('is heard to its last word', async () => {
    let text = '';
    const exit = await run(
      `console.error('no browser'); process.stdout.write('x'.repeat(500_000) + 'end', () => process.exit(3));`,
      never,
      (more) => (text += more),
    );
    assert.equal(exit.exitCode, 3);
    assert.equal(exit.said, 'no browser\n');
    assert.ok(text.length === 500_003 && text.endsWith('end'), `${text.length} characters`);
  });

  // Who reads only one of its outputs must not stop it at the other when the pipe is full.
  it('ends although nobody listens', async () => {
    const exit = await runOverChannel({
      args: ['--eval', `process.stdout.write('x'.repeat(2_000_000), () => process.exit(0));`],
      signal: never,
    });
    assert.equal(exit.exitCode, 0);
  });

  // Node tells no 'close' of a child whose channel was closed by its parent: waiting for it was waiting for ever.
  it('is told to end by its channel, and has ended when that is told', async () => {
    const abort = new AbortController();
    let text = '';
    const exit = await run(
      `process.on('disconnect', () => setTimeout(() => { console.log('cleaned up'); process.exit(130); }, 100)); console.log('begun');`,
      abort.signal,
      (more) => {
        text += more;
        abort.abort();
      },
    );
    assert.equal(exit.exitCode, 130);
    assert.match(text, /cleaned up/);
  });

  it('is killed when it does not end', async () => {
    const abort = new AbortController();
    const exit = await run(
      `process.on('disconnect', () => {}); setInterval(() => {}, 1000); console.log('begun');`,
      abort.signal,
      () => abort.abort(),
      50,
    );
    assert.equal(exit.exitCode, undefined);
  });

  it('is over when it has exited, whoever else holds its output open', async () => {
    let pid = 0;
    try {
      const exit = await run(
        `const { pid } = require('node:child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true });
         process.stdout.write(String(pid), () => process.exit(0));`,
        never,
        (text) => (pid = Number(text)),
      );
      assert.equal(exit.exitCode, 0);
      process.kill(pid, 0);
    } finally {
      if (pid > 0) process.kill(pid, 'SIGKILL');
    }
  });

  it('is not started for a signal that has aborted, and says why it cannot be started', async () => {
    const exit = await run(`console.log('never')`, AbortSignal.abort(), () => assert.fail('it was started'));
    assert.equal(exit.exitCode, undefined);
    await assert.rejects(runOverChannel({ program: '/no/such/program', args: [], signal: never }), /ENOENT/);
  });
});
