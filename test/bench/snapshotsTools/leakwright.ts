// Analyses one snapshot file several times in a row, as a check does with its snapshots: node leakwright.ts FILE TIMES
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SnapshotReader } from '../../../src/leaks/snapshot/snapshotReader.ts';

const [file, times] = process.argv.slice(2);
const rss = (): number => process.memoryUsage().rss;
const before = rss();
const afterEach: number[] = [];
const seconds: number[] = [];
let objects = 0;
const reader = new SnapshotReader();
for (let round = 0; round < Number(times); round += 1) {
  const began = performance.now();
  reader.begin();
  for await (const chunk of createReadStream(file!, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    reader.write(chunk as string);
    // The browser's chunks come one event at a time; a file's must not pile up before the worker.
    await sleep(0);
  }
  const analysis = await reader.analyse({
    boundaries: [1, Number.MAX_SAFE_INTEGER],
    iterations: [1],
    iterationsSince: 1,
    minBuckets: 1,
  });
  objects = analysis.nodeCount;
  seconds.push((performance.now() - began) / 1000);
  // V8 gives large arrays back on a thread of its own.
  await sleep(500);
  afterEach.push(rss());
}
await reader.close();
await sleep(500);
globalThis.gc?.();
await sleep(500);
console.log(
  `RESULT ${JSON.stringify({ before, afterEach, end: rss(), peak: process.resourceUsage().maxRSS * 1024, seconds, objects })}`,
);
