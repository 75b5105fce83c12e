import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
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
    const code = "import { keepCompiledCode } from './src/support/index.ts'; keepCompiledCode();";
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

  // Node runs what it finds there: who can write to it can run code as this user.
  it('is ours alone, whatever the umask and whoever made the folder first', async function () {
    if (process.platform === 'win32') this.skip();
    const usualMask = process.umask(0);
    try {
      await mkdir(join(folder, 'compile-cache'), { mode: 0o777 });
      await chmod(folder, 0o755);
      assert.equal(run({}), 0);
    } finally {
      process.umask(usualMask);
    }
    const places = [folder, ...(await readdir(folder, { recursive: true })).map((name) => join(folder, name))];
    assert.ok(places.length > 3);
    for (const place of places) assert.equal((await stat(place)).mode & 0o077, 0, place);
  });

  it('is not taken from a folder that is a link', async function () {
    if (process.platform === 'win32') this.skip();
    await mkdir(join(folder, 'theirs'));
    await symlink(join(folder, 'theirs'), join(folder, 'compile-cache'));
    assert.equal(run({}), 0);
    assert.deepEqual(await readdir(join(folder, 'theirs')), []);
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

  it('need not be there to be forgotten', async () => {
    await forgetOldCode();
    assert.deepEqual(await readdir(folder), []);
  });
});
