import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  type JournalEntry,
  forgetSession,
  journalFolder,
  readJournal,
  recordSession,
  updateSession,
} from '../../../src/journal/index.ts';
import { currentPlace, placeOf } from '../../../src/journal/place.ts';

function entry(id: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    schema: 1,
    id,
    createdAt: '2026-11-21T10:00:00.000Z',
    host: { pid: 4711, startTime: 100 },
    client: { pid: 4710, startTime: 90 },
    folder: '/tmp/leakwright-abcdef',
    purpose: 'session',
    ...more,
  };
}

describe('journal', () => {
  let folder: string;
  let before: string | undefined;

  beforeEach(() => {
    before = process.env['LEAKWRIGHT_STATE_DIR'];
    folder = mkdtempSync(join(tmpdir(), 'leakwright-test-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = folder;
  });

  afterEach(() => {
    if (before === undefined) delete process.env['LEAKWRIGHT_STATE_DIR'];
    else process.env['LEAKWRIGHT_STATE_DIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives back what was written, so that a browser can be found after its host died', async () => {
    const full = entry('aaaa-1', {
      bootId: 'boot',
      browser: { pid: 4712, startTime: 101, executable: '/usr/bin/chromium' },
      profile: '/tmp/leakwright-abcdef/profile',
    });
    await recordSession(full);
    await recordSession(entry('aaaa-2', { createdAt: '2026-11-21T09:00:00.000Z' }));
    const { entries, issues } = await readJournal();
    assert.deepEqual(issues, []);
    assert.deepEqual(
      entries.map((e) => e.id),
      ['aaaa-2', 'aaaa-1'],
    );
    assert.deepEqual(entries[1], full);
  });

  it('is empty and silent before the first session', async () => {
    assert.deepEqual(await readJournal(), { entries: [], issues: [] });
  });

  it('can be read by this user only: it names processes that we would end', async function () {
    if (process.platform === 'win32') this.skip();
    await recordSession(entry('aaaa-1'));
    assert.equal(statSync(journalFolder()).mode & 0o777, 0o700);
    assert.equal(statSync(join(journalFolder(), 'aaaa-1.json')).mode & 0o777, 0o600);
  });

  it('adds the browser to an entry, in the order the updates were made', async () => {
    await recordSession(entry('aaaa-1'));
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        updateSession('aaaa-1', { browser: { pid: 5000 + index, startTime: 1, executable: '/x' } }),
      ),
    );
    assert.equal((await readJournal()).entries[0]?.browser?.pid, 5019);
  });

  it('never brings a forgotten session back with a late update', async () => {
    await recordSession(entry('aaaa-1'));
    const [, updated] = await Promise.all([forgetSession('aaaa-1'), updateSession('aaaa-1', { profile: '/p' })]);
    assert.equal(updated, false);
    await forgetSession('aaaa-1');
    assert.deepEqual((await readJournal()).entries, []);
  });

  it('leaves no half-written file behind, and readers never see one', async () => {
    await recordSession(entry('aaaa-1'));
    const reads = Array.from({ length: 20 }, () => readJournal());
    const writes = Array.from({ length: 20 }, () => updateSession('aaaa-1', { profile: `/${'p'.repeat(2000)}` }));
    for (const { entries, issues } of await Promise.all(reads)) {
      assert.deepEqual(issues, []);
      assert.equal(entries.length, 1);
    }
    await Promise.all(writes);
    assert.deepEqual(readdirSync(journalFolder()), ['aaaa-1.json']);
  });

  it('clears temporary files of writers that died long ago, and only those', async () => {
    mkdirSync(journalFolder(), { recursive: true });
    writeFileSync(join(journalFolder(), '.old.tmp'), '');
    writeFileSync(join(journalFolder(), '.new.tmp'), '');
    utimesSync(join(journalFolder(), '.old.tmp'), 1, 1);
    await readJournal();
    assert.deepEqual(readdirSync(journalFolder()), ['.new.tmp']);
  });

  describe('sets aside, and goes on, when', () => {
    const good = JSON.stringify(entry('bbbb-1'));
    const cases: readonly [string, string, RegExp][] = [
      ['it is empty', '', /not JSON/],
      ['it is cut short', good.slice(0, 60), /not JSON/],
      ['it is another kind of JSON', '[1]', /not an object/],
      ['it is of another version', good.replace('"schema":1', '"schema":2'), /schema is 2/],
      ['it names another session', good.replace('bbbb-1', 'bbbb-2'), /file name/],
      ['it would have us end init', good.replace('4711', '1'), /identity/],
      ['it would have us end a process group', good.replace('4711', '-4711'), /identity/],
      ['its pid is text', good.replace('4711', '"4711"'), /identity/],
      ['its folder is relative', good.replace('/tmp/leakwright-abcdef', '../../etc'), /absolute/],
      ['its folder holds a NUL', good.replace('/tmp/leakwright-abcdef', '/tmp/a\\u0000b'), /absolute/],
      ['its date is none', good.replace('2026-11-21T10:00:00.000Z', 'yesterday'), /date/],
      ['its purpose is unknown', good.replace('"purpose":"session"', '"purpose":"x"'), /purpose/],
      ['its browser has no identity', good.replace('"purpose"', '"browser":{"pid":7},"purpose"'), /browser/],
      ['it is far too large', good.replace('"schema"', `"x":"${'x'.repeat(20_000)}","schema"`), /bytes/],
    ];
    for (const [what, text, reason] of cases) {
      it(what, async () => {
        await recordSession(entry('aaaa-1'));
        writeFileSync(join(journalFolder(), 'bbbb-1.json'), text, { mode: 0o600 });
        const { entries, issues } = await readJournal();
        assert.deepEqual(
          entries.map((e) => e.id),
          ['aaaa-1'],
        );
        assert.equal(issues.length, 1);
        assert.match(issues[0]!, reason);
        assert.equal(readdirSync(join(journalFolder(), 'aside')).length, 1);
        assert.deepEqual((await readJournal()).issues, [], 'said once, not at every reading');
      });
    }

    it('others may write to it', async function () {
      if (process.platform === 'win32') this.skip();
      await recordSession(entry('bbbb-1'));
      chmodSync(join(journalFolder(), 'bbbb-1.json'), 0o666);
      const { entries, issues } = await readJournal();
      assert.deepEqual(entries, []);
      assert.match(issues[0]!, /other users may write/);
    });

    it('it is a link to somewhere else', async function () {
      if (process.platform === 'win32') this.skip();
      mkdirSync(journalFolder(), { recursive: true });
      const target = join(folder, 'elsewhere.json');
      writeFileSync(target, good, { mode: 0o600 });
      symlinkSync(target, join(journalFolder(), 'bbbb-1.json'));
      const { entries, issues } = await readJournal();
      assert.deepEqual(entries, []);
      assert.match(issues[0]!, /not a regular file/);
      assert.equal(readFileSync(target, 'utf8'), good, 'the target is not touched');
    });

    it('it belongs to another user', async function () {
      if (process.getuid?.() !== 0) this.skip();
      await recordSession(entry('bbbb-1'));
      const { chownSync } = await import('node:fs');
      chownSync(join(journalFolder(), 'bbbb-1.json'), 65_534, 65_534);
      const { entries, issues } = await readJournal();
      assert.deepEqual(entries, []);
      assert.match(issues[0]!, /another user/);
    });

    it('its name is none of ours', async () => {
      mkdirSync(journalFolder(), { recursive: true });
      writeFileSync(join(journalFolder(), 'Read me!.txt'), 'hello');
      assert.match((await readJournal()).issues[0]!, /such a name/);
    });
  });

  it('keeps a bounded number of bad files', async () => {
    mkdirSync(journalFolder(), { recursive: true });
    for (let index = 0; index < 70; index += 1) writeFileSync(join(journalFolder(), `bad${index}.json`), 'x');
    assert.equal((await readJournal()).issues.length, 70);
    assert.equal(readdirSync(join(journalFolder(), 'aside')).length, 50);
  });

  it('says what to do when it cannot be written', async () => {
    writeFileSync(join(folder, 'journal'), 'a file where the folder should be');
    await assert.rejects(recordSession(entry('aaaa-1')), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'journal.unwritable');
      assert.match(error.hint ?? '', /LEAKWRIGHT_STATE_DIR/);
      return true;
    });
    const { entries, issues } = await readJournal();
    assert.deepEqual(entries, []);
    assert.equal(issues.length, 1);
  });

  it('refuses an id that would leave the folder', async () => {
    await assert.rejects(recordSession(entry('../../escape')), { code: 'journal.unwritable' });
  });

  it('knows entries of an earlier boot, whose start times mean other processes', function () {
    if (currentPlace().bootId === undefined) this.skip();
    assert.notEqual(placeOf({ bootId: 'an earlier one' }), 'here');
    assert.equal(placeOf({ bootId: currentPlace().bootId! }), 'here');
    assert.equal(placeOf({}), 'here');
  });
});
