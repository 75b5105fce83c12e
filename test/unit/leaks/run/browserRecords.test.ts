import assert from 'node:assert/strict';
import type { CounterSample } from '../../../../src/leaks/index.ts';
import { areBrowserRecords } from '../../../../src/leaks/run/browserRecords.ts';

const samples = (perIteration: number): CounterSample[] =>
  Array.from({ length: 8 }, (_, iteration) => ({
    iteration,
    atMs: iteration * 80,
    embedderHeapBytes: 50_000 + iteration * perIteration,
  }));

describe('browser records', () => {
  it('explain growth that is no more than they take', async () => {
    assert.ok(await areBrowserRecords(samples(248), async () => 7));
    assert.ok(await areBrowserRecords(samples(0), async () => 0));
  });

  it('do not explain more than that, or growth without them', async () => {
    assert.ok(!(await areBrowserRecords(samples(400), async () => 7)));
    assert.ok(!(await areBrowserRecords(samples(248), async () => 0)));
  });

  it('are counted over the time of the readings only', async () => {
    let asked = 0;
    await areBrowserRecords(samples(248), async (withinMs) => {
      asked = withinMs;
      return 7;
    });
    assert.ok(asked >= 560 && asked < 700, String(asked));
  });

  it('are not asked for where growth is far more than they could take', async () => {
    assert.ok(!(await areBrowserRecords(samples(100_000), async () => assert.fail('the page was asked'))));
  });
});
