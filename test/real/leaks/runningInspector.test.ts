import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openInspector, readInspectorUrl } from '../../../src/leaks/node/runningInspector.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { freePort } from '../../support/ports.ts';

const PROGRAM = "setInterval(() => {}, 1000); console.log('ready')";

describe('The inspector of a program that runs', function () {
  const children: ChildProcess[] = [];
  const { signal } = new AbortController();

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  async function start(...args: readonly string[]): Promise<ChildProcess & { pid: number }> {
    const child = spawn(process.execPath, [...args, '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    await once(createInterface({ input: child.stdout }), 'line');
    return child as unknown as ChildProcess & { pid: number };
  }

  const isOpen = async (port: number): Promise<boolean> =>
    await readInspectorUrl(`http://127.0.0.1:${port}`, AbortSignal.timeout(5000)).then(Boolean, () => false);

  it('is opened where the program has none, and closed afterwards', async () => {
    const port = await freePort();
    const { pid } = await start(`--inspect-port=${port}`);
    const opened = await openInspector(pid, signal);
    assert.ok(await isOpen(port));
    assert.deepEqual(await opened.leave(), []);
    assert.equal(
      await isOpen(port),
      false,
      'a program that was only looked at is left open to every program of this machine',
    );
  });

  it('is closed when the check is killed', async function () {
    if (process.platform === 'win32') this.skip();
    const port = await freePort();
    const { pid } = await start(`--inspect-port=${port}`);
    const module = join(packageFolder(), 'src', 'leaks', 'node', 'runningInspector.ts');
    const check = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { openInspector } from ${JSON.stringify(module)};
         await openInspector(${pid}, new AbortController().signal);
         console.log('open');
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NODE_NO_WARNINGS: '1' } },
    );
    children.push(check);
    await once(createInterface({ input: check.stdout }), 'line');
    assert.ok(await isOpen(port));
    check.kill('SIGKILL');
    while (await isOpen(port));
  });

  it('stays open where the user opened it, at whatever port', async () => {
    const { pid } = await start('--inspect=127.0.0.1:0');
    const opened = await openInspector(pid, signal);
    assert.deepEqual(await opened.leave(), []);
    assert.equal((await openInspector(pid, signal)).url, opened.url);
  });

  it('is not asked for where the signal would end the program, or opens nothing', async function () {
    if (process.platform !== 'linux') this.skip();
    await assert.rejects(openInspector(await sleeper(), signal), /is no Node program/);
    const { pid, exitCode } = await start('--disable-sigusr1');
    await assert.rejects(openInspector(pid, signal), /does not take the signal/);
    assert.equal(exitCode, null);
    const port = await freePort();
    await start(`--inspect=127.0.0.1:${port}`);
    const second = await start(`--inspect-port=${port}`);
    await assert.rejects(openInspector(second.pid, signal), new RegExp(`has port ${port}`));
  });

  async function sleeper(): Promise<number> {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(child);
    await once(child, 'spawn');
    return child.pid!;
  }
});
