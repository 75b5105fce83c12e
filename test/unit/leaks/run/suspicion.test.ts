import assert from 'node:assert/strict';
import type { CounterSample } from '../../../../src/leaks/index.ts';
import { findSuspicions, growthOf, seemsToRise, thingsRose } from '../../../../src/leaks/judge/suspicion.ts';

function samples(counter: string, values: readonly number[]): CounterSample[] {
  return values.map((value, iteration) => ({ iteration, atMs: iteration * 100, [counter]: value }));
}
const suspicious = (counter: string, values: readonly number[]): boolean =>
  findSuspicions(samples(counter, values)).length > 0;

describe('suspicion', () => {
  it('falls on a counter that rises in each iteration, or in every second', () => {
    assert.ok(suspicious('nodes', [90, 92, 94, 96, 98, 100, 102, 104]));
    assert.ok(suspicious('nodes', [90, 90, 92, 92, 94, 94, 96, 96]));
  });

  it('falls on a counter that never fell and rose twice, whatever was collected of the warm-up in the first step', () => {
    assert.ok(suspicious('nodes', [19, 19, 19, 20, 20, 20, 21, 21]));
    assert.ok(suspicious('nodes', [20, 19, 19, 20, 20, 20, 21, 21]));
    assert.ok(!suspicious('nodes', [19, 19, 19, 20, 19, 19, 21, 21]));
  });

  it('does not fall on a counter that stands still, falls, or goes up and down by turns', () => {
    assert.ok(!suspicious('nodes', [90, 90, 90, 90, 90, 90, 90, 90]));
    assert.ok(!suspicious('nodes', [90, 95, 90, 95, 90, 95, 90, 90]));
    assert.ok(!suspicious('listeners', [30, 20, 20, 20, 20, 20, 20, 20]));
  });

  it('does not fall on a counter that rose once', () => {
    assert.ok(!suspicious('nodes', [90, 95, 95, 95, 95, 95, 95, 95]));
  });

  it('falls on bytes that rise steadily although a large fall hides it in the net', () => {
    assert.ok(suspicious('jsHeapBytes', [900_000, 900_300, 900_600, 500_000, 500_300, 500_600, 500_900, 501_200]));
  });

  it('falls on bytes that grow in few large steps, as tables do', () => {
    assert.ok(suspicious('jsHeapBytes', [900_000, 900_000, 900_000, 903_000, 903_000, 903_000, 903_000, 903_000]));
  });

  it('does not fall on a heap at rest', () => {
    assert.ok(!suspicious('jsHeapBytes', [900_000, 900_000, 900_016, 900_016, 900_000, 900_000, 900_016, 900_016]));
  });

  it('falls on a heap that comes and goes by more than a leak adds, which is not said to have risen', () => {
    for (const readings of [
      [1_243_656, 1_243_460, 1_243_508, 1_244_256, 1_243_380, 1_244_796, 1_243_412, 1_243_428], // an endless stream
      [1_243_312, 1_241_352, 1_262_600, 1_240_328, 1_259_304, 1_243_480, 1_240_184, 1_241_400], // messages in a circle
      [1_243_312, 1_242_700, 1_242_100, 1_241_900, 1_243_200, 1_242_900, 1_242_000, 1_242_600], // lists that a timer replaces
      [1_563_324, 1_328_912, 1_331_084, 1_331_156, 1_408_328, 1_253_412, 1_331_028, 1_253_000], // a timer that prints
    ]) {
      const [found] = findSuspicions(samples('jsHeapBytes', readings));
      assert.equal(found?.counter, 'jsHeapBytes', readings.join(', '));
      assert.ok(found.sways ?? found.perIteration > 0);
    }
    // A socket at work, code that is flushed once, code that is compiled once.
    assert.ok(!suspicious('jsHeapBytes', [1156520, 1156336, 1156972, 1155872, 1155872, 1155872, 1156336, 1155872]));
    assert.ok(!suspicious('jsHeapBytes', [1156520, 1156336, 1156336, 1100000, 1100000, 1100016, 1100000, 1100000]));
  });

  it('does not fall on bytes that come and go by turns, nor on a frame that the browser keeps painted', () => {
    assert.ok(!suspicious('embedderHeapBytes', [5000, 5064, 5000, 5064, 5000, 5064, 5000, 5064]));
    assert.ok(!suspicious('embedderHeapBytes', [5000, 5000, 5000, 5000, 5000, 5000, 5000, 119_000]));
    assert.ok(suspicious('jsHeapBytes', [5000, 5000, 5000, 5000, 5000, 5000, 5000, 119_000]));
  });

  it('does not fall on what only the first step brought', () => {
    assert.ok(!suspicious('jsHeapBytes', [9000, 11_860, 11_860, 11_860, 11_860, 11_860, 11_860, 11_860]));
    assert.ok(!suspicious('jsHeapBytes', [9000, 9264, 9396, 9252, 9264, 9252, 9396, 9264]));
    assert.ok(suspicious('jsHeapBytes', [9000, 9280, 9296, 9312, 9328, 9344, 9360, 9376]));
    assert.ok(suspicious('jsHeapBytes', [9000, 13_000, 13_000, 13_000, 13_000, 21_000, 21_000, 21_000]));
  });

  it('does not fall on the records that the browser makes while the page itself stands still', () => {
    const heaps = (js: readonly number[], embedder: number): CounterSample[] =>
      js.map((jsHeapBytes, iteration) => ({
        iteration,
        atMs: iteration * 100,
        jsHeapBytes,
        embedderHeapBytes: 50_000 + iteration * embedder,
      }));
    const still = [9000, 9264, 9264, 9276, 9264, 9264, 9264, 9264];
    assert.deepEqual(findSuspicions(heaps(still, 248)), []);
    assert.equal(findSuspicions(heaps(still, 20_000)).length, 1);
    assert.equal(findSuspicions(heaps([9000, 9264, 9280, 9296, 9312, 9328, 9344, 9360], 248)).length, 2);
    assert.equal(findSuspicions(heaps([9000, 9264, 9024, 9264, 9024, 9264, 9024, 9000], 248)).length, 1);
  });

  it('begins while the count goes on: with things that one iteration left, or bytes after the first', () => {
    const at = (iteration: number, counters: Record<string, number>): CounterSample => ({
      iteration,
      atMs: iteration * 100,
      ...counters,
    });
    assert.ok(thingsRose({ nodes: 10, listeners: 3 }, at(0, { nodes: 10, listeners: 4 })));
    assert.ok(!thingsRose({ nodes: 10, jsHeapBytes: 900 }, at(0, { nodes: 9, jsHeapBytes: 5000 })));
    assert.ok(!thingsRose(undefined, at(0, { nodes: 10 })));
    assert.ok(seemsToRise(samples('jsHeapBytes', [9000, 9264, 9400])));
    assert.ok(!seemsToRise(samples('jsHeapBytes', [9000, 13_000])));
    assert.ok(!seemsToRise(samples('jsHeapBytes', [9000, 13_000, 13_000])));
    assert.ok(!seemsToRise(samples('embedderHeapBytes', [9000, 13_000, 120_000])));
  });

  it('says the growth an iteration of each counter that changed', () => {
    assert.deepEqual(growthOf(samples('nodes', [10, 12, 14])), { nodesPerIteration: 2 });
    assert.deepEqual(growthOf(samples('nodes', [10, 10, 10])), {});
  });
});
