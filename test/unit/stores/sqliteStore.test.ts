import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { openStore } from '../../../src/stores/index.ts';
import { describeStoreContract } from '../../support/storeContract.ts';

let folder: string;
let files = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-sqlite-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describeStoreContract(
  'sqlite',
  async (clock, again) => {
    if (!again) files += 1;
    return await openStore(join(folder, `store${files}.sqlite`), clock);
  },
  true,
);

describe('sqlite store', () => {
  it('says what is wrong with a file that is no database, and leaves it as it is', async () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'my notes, not a database, and long enough to look like one to nobody'.repeat(20));
    await assert.rejects(openStore(file), { code: 'stores.unavailable', message: /notes\.txt/ });
  });

  it('makes the folders above its file', async () => {
    const store = await openStore(join(folder, 'deep', 'er', 'history.sqlite'));
    await store.open('a', { maxRecords: 1, maxBytes: 1 });
    assert.deepEqual(await store.scopes(), ['a']);
    await store.dispose();
  });

  it('says what to do where Node has no SQLite', async () => {
    const getBuiltinModule = process.getBuiltinModule.bind(process);
    process.getBuiltinModule = () => undefined;
    try {
      await assert.rejects(openStore(join(folder, 'x.sqlite')), { code: 'stores.unavailable', hint: /22\.13/ });
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  });
});
