import assert from 'node:assert/strict';
import { canHaveOwnProcessesAsRoot, startIsolated } from '../../tools/processTable.ts';

// The suite is trusted with what steps leave behind, and with their exit codes.
describe('A command with a process table of its own', () => {
  before(function () {
    if (!canHaveOwnProcessesAsRoot()) this.skip();
  });

  const start = (program: string) =>
    startIsolated([process.execPath, '-e', program], { output: 'pipe', env: { ...process.env } });
  const linesOf = (isolated: ReturnType<typeof start>): Promise<string[]> =>
    new Promise((resolve) => {
      let text = '';
      isolated.child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
      isolated.child.once('close', () => resolve(text.trim().split('\n')));
    });

  it('sees its own processes only; its exit code and processor time are told', async () => {
    const isolated = start(`
      const pids = require('node:fs').readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
      console.log(pids.length);
      const until = Date.now() + 300;
      while (Date.now() < until);
      process.exitCode = 7;`);
    const lines = linesOf(isolated);
    const { exitCode, cpuSeconds } = await isolated.ended;
    await isolated.release();
    assert.equal(exitCode, 7);
    assert.ok(cpuSeconds > 0 && cpuSeconds < 60, String(cpuSeconds));
    assert.deepEqual(await lines, ['2']);
  });

  it('leaves what it started alive until it is released, and not longer', async () => {
    const isolated = start(`
      const child = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'inherit' });
      child.unref();`);
    const closed = linesOf(isolated);
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    await isolated.ended;
    // It holds the output open.
    assert.equal(isClosed, false);
    await isolated.release();
    await closed;
  });

  it('gets the signals that the suite gets', async () => {
    const isolated = start(`
      process.on('SIGINT', () => process.exit(5));
      setInterval(() => {}, 1000);
      console.log('ready');`);
    await new Promise((resolve) => isolated.child.stdout!.once('data', resolve));
    isolated.signal('SIGINT');
    assert.equal((await isolated.ended).exitCode, 5);
    await isolated.release();
  });
});
