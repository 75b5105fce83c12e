import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rememberDisabledFeatures, withDisabledFeatures } from '../../../src/sessions/disabledFeatures.ts';
import { silentLog } from '../../../src/support/index.ts';

describe('features that Playwright turns off', () => {
  let folder: string;
  const usual = process.env['LEAKWRIGHT_STATE_DIR'];
  const launched = ['/usr/bin/chromium', '--headless', '--disable-features=MediaRouter,PaintHolding', '--no-first-run'];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lw-features-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = folder;
  });
  afterEach(async () => {
    if (usual === undefined) delete process.env['LEAKWRIGHT_STATE_DIR'];
    else process.env['LEAKWRIGHT_STATE_DIR'] = usual;
    await rm(folder, { recursive: true, force: true });
  });

  it('are repeated in the one switch that Chromium takes, with those of the user and ours', async () => {
    await rememberDisabledFeatures('1.65.1', launched, [], silentLog);
    assert.deepEqual(withDisabledFeatures(['--lang=de', '--disable-features=Mine,MediaRouter'], ['Ours'], '1.65.1'), [
      '--lang=de',
      '--disable-features=MediaRouter,PaintHolding,Mine,Ours',
    ]);
  });

  it('leave arguments alone while it is not known what to repeat', () => {
    assert.deepEqual(withDisabledFeatures(['--lang=de'], ['Ours'], '1.65.1'), ['--lang=de']);
    const asked = ['--disable-features=Mine'];
    assert.deepEqual(withDisabledFeatures(asked, ['Ours'], '1.65.1'), asked);
  });

  it('leave arguments alone where nothing is to be turned off besides', async () => {
    await rememberDisabledFeatures('1.65.1', launched, [], silentLog);
    assert.deepEqual(withDisabledFeatures(['--lang=de'], [], '1.65.1'), ['--lang=de']);
  });

  it('are noted once for each version, and only where it is plain whose they are', async () => {
    await rememberDisabledFeatures('1.65.1', [...launched, '--disable-features=Whose'], [], silentLog);
    assert.deepEqual(withDisabledFeatures([], ['Ours'], '1.65.1'), []);
    await rememberDisabledFeatures('1.65.1', launched, [], silentLog);
    await rememberDisabledFeatures('1.65.1', ['--disable-features=Other'], [], silentLog);
    await rememberDisabledFeatures('1.66.0', ['--disable-features=Other'], [], silentLog);
    assert.deepEqual(withDisabledFeatures([], ['Ours'], '1.65.1'), [
      '--disable-features=MediaRouter,PaintHolding,Ours',
    ]);
    assert.deepEqual(withDisabledFeatures([], ['Ours'], '1.66.0'), ['--disable-features=Other,Ours']);
  });

  it('are told from what was asked for', async () => {
    const mine = '--disable-features=Mine';
    await rememberDisabledFeatures('1.65.1', [...launched, mine], [mine], silentLog);
    assert.deepEqual(withDisabledFeatures([mine], [], '1.65.1'), ['--disable-features=MediaRouter,PaintHolding,Mine']);
  });

  it('are learned again from a file that makes no sense', async () => {
    const file = join(folder, 'disabled-features.json');
    for (const garbage of ['', 'null', '[]', '{"1.65.1":"x"}', '{"1.65.1":["--no-sandbox x"]}', '{"1.65.1":[7]}']) {
      await writeFile(file, garbage);
      assert.deepEqual(withDisabledFeatures([], ['Ours'], '1.65.1'), [], garbage);
    }
    await rememberDisabledFeatures('1.65.1', launched, [], silentLog);
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { '1.65.1': ['MediaRouter', 'PaintHolding'] });
  });
});
