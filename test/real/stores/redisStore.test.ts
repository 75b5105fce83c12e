import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { createClient } from 'redis';
import { openHistory } from '../../../src/history/index.ts';
import { openStore } from '../../../src/stores/index.ts';
import { createReport } from '../../../src/reports/index.ts';
import { freePort } from '../../support/ports.ts';
import { describeDurability } from '../../support/storeDurability.ts';
import { describeStoreContract } from '../../support/storeContract.ts';
import { type RedisServer, startRedis } from '../../tools/obtainRedis.ts';
import { sampleResult } from '../../unit/reports/sampleResult.ts';

describe('on a real Redis', () => {
  let server: RedisServer | undefined;
  let prefixes = 0;
  before(async function () {
    const started = await startRedis();
    if ('missing' in started) {
      console.log(`      skipped: ${started.missing}`);
      this.skip();
    }
    server = started;
  });
  after(() => server?.stop());

  describeStoreContract(
    'redis',
    async (clock, again) => {
      if (!again) prefixes += 1;
      return await openStore(`${server!.url}?prefix=test${prefixes}`, clock);
    },
    true,
  );

  describeDurability(() => {
    prefixes += 1;
    return `${server!.url}?prefix=durable${prefixes}`;
  });

  it('keeps projects apart that have prefixes of their own', async () => {
    const one = await openStore(`${server!.url}?prefix=one`);
    const two = await openStore(`${server!.url}?prefix=two`);
    await one.open('a', { maxRecords: 1, maxBytes: 100 });
    assert.deepEqual([await one.scopes(), await two.scopes()], [['a'], []]);
    await one.dispose();
    await two.dispose();
  });

  // Hosts that were killed can take nothing away: their captured requests must not stay in a team's server.
  it('lets go by itself of a scope that nobody looks after, whoever else cleans up', async () => {
    const store = await openStore(`${server!.url}?prefix=expiring`);
    const client = createClient({ url: server!.url });
    await client.connect();
    try {
      const limits = { maxRecords: 10, maxBytes: 1000, ttlMs: 3_600_000 };
      await store.open('session', limits);
      await store.append('session', 'captured', 8);
      const key = '{expiring}:scope:session:records';
      assert.ok((await client.pTTL(key)) > 3_600_000, 'a minute more than its records have');
      await client.pExpire(key, 600_000);
      await store.expire(0);
      assert.ok((await client.pTTL(key)) <= 600_000, "another's clean-up gives it no more time");
      await store.open('session', limits);
      assert.ok((await client.pTTL(key)) > 3_600_000, 'its own host does');
      assert.equal((await store.statistics('session')).records, 1);
    } finally {
      client.destroy();
      await store.dispose();
    }
  });

  it('holds the history of a team', async () => {
    const history = await openHistory(`${server!.url}?prefix=history`);
    const report = createReport([sampleResult()], { startedAt: '2026-11-21T10:00:00.000Z', durationMs: 1 });
    const run = await history.record(report, { branch: 'main' });
    await history.accept(run.id);
    const again = await history.record(report);
    assert.deepEqual(await history.regressions(again.id), []);
    assert.deepEqual((await history.read(run.id))?.report, report);
    await history.close();
  });

  it('says where it looked, without the password, when no server answers', async () => {
    const port = await freePort();
    await assert.rejects(openStore(`redis://me:secret@127.0.0.1:${port}`), (error: Error) => {
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
});
