import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MemoryRecordStore } from '../../../src/stores/index.ts';
import { describeStoreContract } from '../../support/storeContract.ts';

describeStoreContract('memory', async (clock) => new MemoryRecordStore(clock), false);

describe('memory store', () => {
  it('holds no more than its bound after very many records', async () => {
    const store = new MemoryRecordStore<string>();
    await store.open('a', { maxRecords: 100, maxBytes: 1_000_000 });
    for (let n = 0; n < 20_000; n += 1) await store.append('a', String(n), 10);
    assert.equal((await store.read('a', 0, 1_000_000)).records.length, 100);
    assert.equal((await store.read('a', 19_990, 100)).records[0]?.value, '19990');
  });
});
