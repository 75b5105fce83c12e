import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { alertsOf } from '../../../src/machine/index.ts';
import type { MachineReading, TreeReading } from '../../../src/machine/reading.ts';

const MB = 1024 * 1024;
const NOW = 1_000_000;

const tree: TreeReading = {
  key: '100-1',
  pid: 100,
  product: 'Chromium',
  automatedBy: 'playwright',
  status: 'owned',
  owner: 'node run.js (pid 99)',
  orphanForMs: 0,
  processes: 6,
  cpuPercent: 3,
  pssBytes: 300 * MB,
  ussBytes: 200 * MB,
  growth: undefined,
};

function readingOf(parts: Partial<MachineReading> = {}): MachineReading {
  return {
    at: NOW,
    machine: { totalBytes: 1000 * MB, usedBytes: 100 * MB },
    browserLimitBytes: 1000 * MB,
    self: { rssBytes: 50 * MB, heapUsedBytes: 20 * MB, heapLimitBytes: 2000 * MB },
    trees: [],
    leftovers: [],
    structures: [],
    sampleMs: 4,
    ...parts,
  };
}

describe('what an alert is raised for', () => {
  const levels = (reading: MachineReading) => alertsOf(reading).map(({ key, level }) => [key, level]);
  const machineAt = (part: number) => readingOf({ machine: { totalBytes: 1000 * MB, usedBytes: part * 1000 * MB } });
  const growing = (mbPerSecond: number, parts: Partial<TreeReading> = {}) =>
    readingOf({
      trees: [{ ...tree, growth: { bytesPerSecond: mbPerSecond * MB, correlation: 0.95, overMs: 60_000 }, ...parts }],
    });

  it('says nothing of a machine that is well', () => {
    assert.deepEqual(levels(readingOf({ trees: [tree] })), []);
  });

  it('tells of memory at 70, 80 and 90 %', () => {
    assert.deepEqual(levels(machineAt(0.69)), []);
    assert.deepEqual(levels(machineAt(0.7)), [['memory-usage:machine', 'notice']]);
    assert.deepEqual(levels(machineAt(0.8)), [['memory-usage:machine', 'warning']]);
    assert.deepEqual(levels(machineAt(0.9)), [['memory-usage:machine', 'critical']]);
    const browsers = readingOf({ browserLimitBytes: 310 * MB, trees: [tree] });
    assert.deepEqual(levels(browsers), [['memory-usage:browsers', 'critical']]);
  });

  it('does not come and go with a value that hovers at a threshold', () => {
    const before = new Map([['memory-usage:machine', 'warning' as const]]);
    assert.equal(alertsOf(machineAt(0.79), undefined, before)[0]?.level, 'warning');
    assert.equal(alertsOf(machineAt(0.77), undefined, before)[0]?.level, 'notice');
  });

  it('tells of growth above 0.1 and 0.5 MB/s that is a line, and lasts', () => {
    assert.deepEqual(levels(growing(0.09)), []);
    assert.deepEqual(levels(growing(0.2)), [['memory-growth:100-1', 'warning']]);
    assert.deepEqual(levels(growing(0.6)), [['memory-growth:100-1', 'critical']]);
    assert.deepEqual(levels(growing(0.6, { growth: { bytesPerSecond: MB, correlation: 0.3, overMs: 60_000 } })), []);
    assert.deepEqual(levels(growing(0.6, { growth: { bytesPerSecond: MB, correlation: 0.9, overMs: 5000 } })), []);
    assert.deepEqual(levels(growing(0.6, { status: 'personal' })), [], "a person's own browser is theirs to fill");
  });

  it('gives an orphan the time to end by itself that the editor gives it', () => {
    const orphanFor = (orphanForMs: number) =>
      alertsOf(readingOf({ trees: [{ ...tree, status: 'orphan', orphanForMs }] })).map(({ kind }) => kind);
    assert.deepEqual(orphanFor(29_999), []);
    assert.deepEqual(orphanFor(30_000), ['orphan']);
  });

  it('gives leftover folders the age that the editor gives them, and counts those of that age only', () => {
    const leftoverOf = (...ages: number[]) =>
      alertsOf(readingOf({ leftovers: ages.map((ageMs) => ({ removable: true, ageMs, bytes: MB })) }));
    assert.deepEqual(leftoverOf(59_999), []);
    assert.match(leftoverOf(59_999, 60_000)[0]!.message, /^1 folder was left behind/);
    const [alert] = alertsOf(readingOf({ leftovers: [{ removable: true, ageMs: 60_000, bytes: 2000 * MB }] }));
    assert.equal(alert?.level, 'warning');
    assert.deepEqual(alertsOf(readingOf({ leftovers: [{ removable: false, ageMs: 60_000, bytes: MB }] })), []);
  });

  it('tells of orphans, leftovers, and structures near their bound', () => {
    const reading = readingOf({
      trees: [{ ...tree, status: 'orphan', orphanForMs: 30_000 }],
      leftovers: [
        { removable: true, ageMs: 60_000, bytes: 3 * MB },
        { removable: true, ageMs: 90_000, bytes: 2 * MB },
      ],
      structures: [
        { name: 'time series', entries: 95, limit: 100 },
        { name: 'small', entries: 5, limit: 100 },
      ],
    });
    assert.deepEqual(levels(reading), [
      ['orphan:100-1', 'warning'],
      ['leftovers', 'notice'],
      ['large-structure:time series', 'warning'],
    ]);
    assert.match(alertsOf(reading)[0]!.message, /Chromium \(pid 100\) was left behind: node run\.js/);
  });
});
