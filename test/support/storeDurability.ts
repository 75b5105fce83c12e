import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { it } from 'mocha';
import { openStore } from '../../src/stores/index.ts';
import { packageFolder } from '../../src/support/index.ts';

/** How often writers are killed: a few times in the suite, 100 times for the record. */
const KILLS = Number(process.env['LEAKWRIGHT_STORE_KILLS'] ?? 3);
const SAMPLES = 100_000;

/** Tests that a back end which outlives processes must pass. `place` gives a fresh place each time. */
export function describeDurability(place: () => string): void {
  it(`loses nothing it acknowledged when two writers are killed in mid-write, ${KILLS} times`, async function () {
    this.timeout(30_000 + KILLS * 5000);
    const at = place();
    const store = await openStore<string>(at);
    await store.open('log', { maxRecords: 10_000_000, maxBytes: 1e12 });
    let after = 0;
    for (let round = 0; round < KILLS; round += 1) {
      // Later each round, so that each step of a write is met.
      const writers = await Promise.all(
        ['x', 'y'].map((name) => writeUntilKilled(at, `${name}${round}`, 20 + round * 7)),
      );
      const records: string[] = [];
      for (;;) {
        const page = await store.read('log', after, 1000);
        for (const { sequence, value } of page.records) {
          assert.equal(sequence, after + 1, 'no hole and no double, whoever was killed');
          after = sequence;
          records.push(value);
        }
        if (page.next === undefined) break;
      }
      for (const { name, acknowledged } of writers) {
        const own = records.filter((record) => record.startsWith(`${name} `));
        const whole = own.length / 2;
        assert.ok(whole >= acknowledged, `${name}: ${acknowledged} acknowledged, ${whole} stored`);
        // One more may have been stored without its word getting out; a half never.
        assert.ok(whole <= acknowledged + 1 && Number.isInteger(whole), `${name}: ${whole} of ${acknowledged}`);
        const expected = Array.from({ length: whole }, (_, index) => [
          `${name} ${index + 1} first`,
          `${name} ${index + 1} second`,
        ]);
        assert.deepEqual(own, expected.flat());
        assert.equal(await store.value('log', name), whole);
      }
    }
    await store.close('log');
    await store.dispose();
  });

  it(`takes ${SAMPLES.toLocaleString('en')} samples and gives them back in pages, in bounded memory`, async function () {
    this.timeout(90_000);
    const store = await openStore<{ readonly atMs: number; readonly nodes: number; readonly url: string }>(place());
    await store.open('samples', { maxRecords: SAMPLES, maxBytes: 1e12 });
    const batch = 1000;
    for (let first = 0; first < SAMPLES; first += batch) {
      await store.write(
        Array.from({ length: batch }, (_, index) => ({
          kind: 'append' as const,
          scope: 'samples',
          value: {
            atMs: first + index,
            nodes: (first + index) % 977,
            url: 'http://localhost:5173/a/page/of/some/length',
          },
          bytes: 90,
        })),
      );
    }
    assert.equal((await store.statistics('samples')).records, SAMPLES);
    const before = process.memoryUsage();
    let peak = 0;
    let read = 0;
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Awaited<ReturnType<typeof store.read>> = await store.read('samples', after, batch);
      for (const { value } of page.records) {
        assert.equal(value.atMs, read);
        read += 1;
      }
      peak = Math.max(peak, process.memoryUsage().rss);
      after = page.next;
    }
    assert.equal(read, SAMPLES);
    const grown = (peak - before.rss) / 1024 / 1024;
    assert.ok(grown < 100, `reading took ${grown.toFixed(0)} MB`);
    assert.equal(await store.close('samples'), SAMPLES);
    await store.dispose();
  });
}

/** Runs a writer and kills it some ms after its first acknowledgement; says how many transactions it had acknowledged. */
async function writeUntilKilled(
  place: string,
  name: string,
  ms: number,
): Promise<{ name: string; acknowledged: number }> {
  const child = spawn(process.execPath, [join(packageFolder(), 'test/support/storeWriter.ts'), place, name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  let acknowledged = 0;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (acknowledged === 0) setTimeout(() => child.kill('SIGKILL'), ms);
    acknowledged = Number(line);
  });
  await Promise.all([
    new Promise((resolve) => child.once('close', resolve)),
    new Promise((resolve) => lines.once('close', resolve)),
  ]);
  assert.ok(acknowledged > 0, `the writer never wrote: ${said}`);
  return { name, acknowledged };
}
