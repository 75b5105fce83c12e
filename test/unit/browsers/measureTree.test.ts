import assert from 'node:assert/strict';
import { type BrowserTree, findBrowserTrees, measureTree, trendOf } from '../../../src/browsers/index.ts';
import { sumMemory } from '../../../src/browsers/measureTree.ts';
import type { ProcessIdentity, ProcessInfo, ProcessMemory, ProcessReader } from '../../../src/processes/index.ts';
import { processInfo, tableOf } from '../processes/support/tables.ts';

const MB = 1024 * 1024;

function memory(pss: number, exact = true): ProcessMemory {
  return { pssBytes: pss, ussBytes: pss - 2, anonBytes: pss - 3, rssBytes: pss * 4, exact };
}

function treeOf(...processes: readonly Partial<ProcessInfo>[]): BrowserTree {
  const [root, ...children] = processes;
  const infos = [
    processInfo({ pid: 10, commandLine: ['chromium'], ...root }),
    ...children.map((fields, index) => processInfo({ pid: 11 + index, ppid: 10, ...fields })),
  ];
  return findBrowserTrees(tableOf(infos))[0]!;
}

class RecordedMemory implements Pick<ProcessReader, 'readMemory'> {
  readonly asked: number[] = [];
  readonly values: Record<number, ProcessMemory> = { 10: memory(100), 11: memory(50), 12: memory(25) };

  readMemory({ pid }: ProcessIdentity): Promise<ProcessMemory | undefined> {
    this.asked.push(pid);
    return Promise.resolve(this.values[pid]);
  }
}

const asReader = (recorded: RecordedMemory) => recorded as unknown as ProcessReader;

describe('measureTree', () => {
  it('adds up what each process has of its own and its share of the rest', async () => {
    const recorded = new RecordedMemory();
    const { processes, ...totals } = await measureTree(asReader(recorded), treeOf({}, {}, {}));
    assert.deepEqual(totals, { pssBytes: 175, ussBytes: 169, anonBytes: 166, exact: true });
    assert.deepEqual([...processes.keys()], ['10@10', '11@11', '12@12']);
  });

  it('leaves out a process that ended meanwhile', async () => {
    const recorded = new RecordedMemory();
    delete recorded.values[11];
    assert.equal((await measureTree(asReader(recorded), treeOf({}, {}, {}))).pssBytes, 125);
  });

  it('reads only those again that did something, and everybody when a process came or went', async () => {
    const recorded = new RecordedMemory();
    let now = 0;
    const options = { now: () => now };
    const first = await measureTree(asReader(recorded), treeOf({}, {}, {}), options);
    recorded.asked.length = 0;
    now = 5000;
    const second = await measureTree(asReader(recorded), treeOf({}, { cpuMs: 10 }, {}), {
      ...options,
      previous: first,
    });
    assert.deepEqual(recorded.asked, [11]);
    assert.equal(second.pssBytes, 175);
    recorded.asked.length = 0;
    const third = await measureTree(asReader(recorded), treeOf({}, { cpuMs: 10 }, { rssBytes: 9 }), {
      ...options,
      previous: second,
    });
    assert.deepEqual(recorded.asked, [12]);
    recorded.asked.length = 0;
    await measureTree(asReader(recorded), treeOf({}, { cpuMs: 10 }), { ...options, previous: third });
    assert.deepEqual(recorded.asked, [10, 11]);
    recorded.asked.length = 0;
    now = 66_000;
    await measureTree(asReader(recorded), treeOf({}, { cpuMs: 10 }, { rssBytes: 9 }), { ...options, previous: third });
    assert.deepEqual(recorded.asked, [10, 11, 12]);
  });

  it('stops when it is told to', async () => {
    await assert.rejects(measureTree(asReader(new RecordedMemory()), treeOf({}), { signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
  });

  it('says that a total is not exact, and does not multiply shared code by the number of processes', () => {
    const unreadable = (anonBytes: number, rssBytes: number): ProcessMemory => ({
      pssBytes: rssBytes,
      ussBytes: rssBytes,
      anonBytes,
      rssBytes,
      exact: false,
    });
    assert.deepEqual(sumMemory([memory(100), unreadable(30, 200), unreadable(20, 150)]), {
      pssBytes: 100 + 30 + 20 + 170,
      ussBytes: 98 + 50,
      anonBytes: 97 + 50,
      exact: false,
    });
    assert.deepEqual(sumMemory([]), { pssBytes: 0, ussBytes: 0, anonBytes: 0, exact: true });
  });
});

describe('trendOf', () => {
  it('finds the slope of growth per second and how sure it is, also far from 1970', () => {
    const start = 1_795_000_000_000;
    const trend = trendOf(Array.from({ length: 60 }, (_, index) => [start + index * 5000, 300 * MB + index * 2 * MB]));
    assert.ok(Math.abs(trend!.slopePerSecond - (2 * MB) / 5) < 1, String(trend!.slopePerSecond));
    assert.ok(trend!.correlation > 0.999);
    assert.equal(trend!.samples, 60);
    assert.equal(trend!.overMs, 295_000);
  });

  it('calls a flat line flat, not NaN', () => {
    const trend = trendOf([
      [0, 5],
      [1000, 5],
      [2000, 5],
    ]);
    assert.equal(trend?.slopePerSecond, 0);
    assert.equal(trend?.correlation, 0);
  });

  it('is not sure of noise', () => {
    const noise = [3, 9, 1, 8, 2, 7, 3, 9, 1, 8];
    assert.ok(Math.abs(trendOf(noise.map((value, index) => [index * 1000, value]))!.correlation) < 0.3);
  });

  it('says nothing from too little', () => {
    assert.equal(trendOf([]), undefined);
    assert.equal(
      trendOf([
        [0, 1],
        [1, 2],
      ]),
      undefined,
    );
    assert.equal(
      trendOf([
        [5, 1],
        [5, 2],
        [5, 3],
      ]),
      undefined,
    );
  });
});
