import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../../src/support/ownFiles.ts';

describe('replacing a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lw-replace-'));
  });
  afterEach(async () => await rm(folder, { recursive: true, force: true }));

  it('makes its folders, for nobody else to read', async () => {
    const path = join(folder, 'a', 'b', 'file.json');
    await replaceFile(path, 'new');
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.deepEqual(await readdir(join(folder, 'a', 'b')), ['file.json']);
    if (process.platform !== 'win32') {
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      assert.equal((await stat(join(folder, 'a'))).mode & 0o777, 0o700);
    }
  });

  it('never shows half of it', async () => {
    const path = join(folder, 'file');
    const texts = ['a', 'b'].map((letter) => letter.repeat(2_000_000));
    await replaceFile(path, texts[0]!);
    const over = new AbortController();
    const seen = new Set<string>();
    const reading = (async () => {
      while (!over.signal.aborted) {
        const text = await readFile(path, 'utf8');
        seen.add(`${text[0]}${text.length}`);
      }
    })();
    for (let round = 1; round < 20; round += 1) {
      await replaceFile(path, texts[round % 2]!);
      await readFile(path);
    }
    over.abort();
    await reading;
    assert.ok(seen.size > 0);
    for (const what of seen) assert.match(what, /^[ab]2000000$/);
  });

  it('leaves what was there, and nothing else, where it fails', async () => {
    const path = join(folder, 'taken');
    await mkdir(path);
    await assert.rejects(replaceFile(path, 'new'), /EISDIR|EPERM|ENOTEMPTY|EEXIST/);
    assert.deepEqual(await readdir(folder), ['taken']);
    await writeFile(join(folder, 'file'), 'old');
    await assert.rejects(replaceFile(join(folder, 'file', 'below'), 'new'), /ENOTDIR|EEXIST/);
    assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'old');
  });
});
