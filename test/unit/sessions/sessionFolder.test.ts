import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSessionFolder, hasRoomForSockets, removeSessionFolder } from '../../../src/sessions/sessionFolder.ts';

// A folder is removed with all that is in it: the wrong one would be somebody's work.
describe('the folder of a session', () => {
  let temp: string;
  let before: string | undefined;
  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'lw-'));
    before = process.env['TMPDIR'];
    process.env['TMPDIR'] = temp;
  });
  afterEach(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(temp, { recursive: true, force: true });
  });

  it('lies directly in the temp folder, with a short name, for this user only', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = await createSessionFolder('s1');
    assert.equal(dirname(folder), temp);
    assert.match(basename(folder), /^leakwright-[A-Za-z0-9]{6}$/);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it('is removed with everything in it, and removing it twice is no error', async () => {
    const folder = await createSessionFolder('s1');
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    writeFileSync(join(folder, 'a', 'b', 'c'), 'x');
    assert.equal(await removeSessionFolder(folder, 's1'), undefined);
    assert.equal(existsSync(folder), false);
    assert.equal(await removeSessionFolder(folder, 's1'), undefined);
  });

  it('is not removed for another session', async () => {
    const folder = await createSessionFolder('s1');
    assert.match((await removeSessionFolder(folder, 's2')) ?? '', /another session/);
    assert.equal(existsSync(folder), true);
  });

  it('is not removed where nothing says that it is one', async () => {
    const folder = join(temp, 'leakwright-ABCDEF');
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.tex'), 'x');
    assert.match((await removeSessionFolder(folder, 's1')) ?? '', /nothing in it/);
    assert.equal(existsSync(join(folder, 'thesis.tex')), true);
  });

  it('is not removed under another name, whatever is in it', async () => {
    const folder = join(temp, 'home');
    mkdirSync(folder);
    writeFileSync(join(folder, 'session.json'), '{"id":"s1"}');
    assert.match((await removeSessionFolder(folder, 's1')) ?? '', /name/);
    assert.equal(existsSync(folder), true);
  });

  it('is not removed through a link, and a link in it is not followed', async function () {
    if (process.platform === 'win32') this.skip();
    const real = await createSessionFolder('s1');
    const link = join(temp, 'leakwright-LINKED');
    symlinkSync(real, link);
    assert.match((await removeSessionFolder(link, 's1')) ?? '', /not a real folder/);

    const outside = join(temp, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'kept'), 'x');
    symlinkSync(outside, join(real, 'inward'));
    assert.equal(await removeSessionFolder(real, 's1'), undefined);
    assert.equal(existsSync(join(outside, 'kept')), true);
  });

  it('is given to the browser for its sockets only where their paths stay short enough', () => {
    assert.equal(hasRoomForSockets('/tmp/leakwright-abcdef'), true);
    assert.equal(hasRoomForSockets('/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/leakwright-abcdef'), false);
  });
});
