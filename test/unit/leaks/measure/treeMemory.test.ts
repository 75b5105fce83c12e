import assert from 'node:assert/strict';
import { TreeMemoryWatch } from '../../../../src/leaks/measure/treeMemory.ts';
import type { ProcessMemory } from '../../../../src/processes/index.ts';
import { FakeProcesses } from '../../../support/fakeProcesses.ts';

describe('TreeMemoryWatch', () => {
  it('keeps no sample that was under way when it was stopped: the browser may be closing', async () => {
    const reader = new FakeProcesses();
    const root = reader.start({ pid: 10 });
    let anonBytes = 300;
    const memory = (): Promise<ProcessMemory> =>
      Promise.resolve({ rssBytes: anonBytes, pssBytes: anonBytes, ussBytes: anonBytes, anonBytes, exact: true });
    const watch = new TreeMemoryWatch(root, {
      reader: Object.assign(reader, { readMemory: memory }),
      clock: reader.clock,
    });
    await watch.sample();
    const underWay = watch.sample();
    anonBytes = 1;
    watch.stop();
    await underWay;
    assert.deepEqual(watch.points, [[0, 300]]);
  });
});
