import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetOldCode } from '../../../src/support/index.ts';

describe('compiled code', () => {
  let folder: string;
  const usual = process.env['LEAKWRIGHT_STATE_DIR'];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lw-compiled-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = folder;
  });
  afterEach(async () => {
    if (usual === undefined) delete process.env['LEAKWRIGHT_STATE_DIR'];
    else process.env['LEAKWRIGHT_STATE_DIR'] = usual;
    await rm(folder, { recursive: true, force: true });
  });

  const run = (env: NodeJS.ProcessEnv): number | null => {
    const code = "import { keepCompiledCode } from './src/support/index.ts'; keepCompiledCode('check');";
    const { NODE_DISABLE_COMPILE_CACHE: _, NODE_COMPILE_CACHE: __, ...inherited } = process.env;
    return spawnSync(process.execPath, ['--input-type=module', '-e', `${code} await import('commander');`], {
      cwd: join(import.meta.dirname, '..', '..', '..'),
      env: { ...inherited, ...env },
    }).status;
  };

  it('is kept in our own folder', async () => {
    assert.equal(run({}), 0);
    assert.deepEqual(await readdir(folder), ['compile-cache']);
    assert.ok((await readdir(join(folder, 'compile-cache'), { recursive: true })).length > 1);
  });

  it('is not kept where Node is told so, and is no reason to fail where it cannot be', async () => {
    assert.equal(run({ NODE_DISABLE_COMPILE_CACHE: '1' }), 0);
    assert.deepEqual(await readdir(folder), []);
    await writeFile(join(folder, 'file'), '');
    assert.equal(run({ LEAKWRIGHT_STATE_DIR: join(folder, 'file') }), 0);
  });

  it('is kept where Node is told to, by Node and nothing of ours', async () => {
    const elsewhere = join(folder, 'elsewhere');
    assert.equal(run({ NODE_COMPILE_CACHE: elsewhere }), 0);
    assert.deepEqual(await readdir(folder), ['elsewhere']);
    assert.ok((await readdir(elsewhere, { recursive: true })).length > 1);
  });

  it('is forgotten when it was made long ago', async () => {
    const place = join(folder, 'compile-cache', 'v24');
    await mkdir(place, { recursive: true });
    for (const name of ['old', 'new']) await writeFile(join(place, name), name);
    const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
    await utimes(join(place, 'old'), longAgo, longAgo);
    await forgetOldCode();
    assert.deepEqual(await readdir(place), ['new']);
  });

  it('that ran is forgotten where there is much of it, the oldest first, also where Node was told another folder', async () => {
    const place = join(folder, 'compile-cache', 'executed');
    await mkdir(place, { recursive: true });
    for (let age = 0; age < 30; age += 1) {
      const madeAt = new Date(Date.now() - age * 60_000);
      await writeFile(join(place, `${age}`), '');
      await utimes(join(place, `${age}`), madeAt, madeAt);
    }
    const elsewhere = join(folder, 'elsewhere', 'executed');
    await mkdir(elsewhere, { recursive: true });
    await writeFile(join(elsewhere, 'old'), '');
    await utimes(join(elsewhere, 'old'), new Date(0), new Date(0));
    const told = process.env['NODE_COMPILE_CACHE'];
    process.env['NODE_COMPILE_CACHE'] = join(folder, 'elsewhere');
    try {
      await forgetOldCode();
    } finally {
      if (told === undefined) delete process.env['NODE_COMPILE_CACHE'];
      else process.env['NODE_COMPILE_CACHE'] = told;
    }
    const left = (await readdir(place)).map(Number).toSorted((a, b) => a - b);
    assert.deepEqual(
      left,
      Array.from({ length: 24 }, (_, age) => age),
    );
    assert.deepEqual(await readdir(elsewhere), ['old']);
  });

  it('need not be there to be forgotten', async () => {
    await forgetOldCode();
    assert.deepEqual(await readdir(folder), []);
  });
});
