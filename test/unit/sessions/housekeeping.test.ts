import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { MemoryAlert, SessionLimits } from '../../../src/sessions/index.ts';
import { defaultLimits } from '../../../src/sessions/model.ts';
import { Housekeeping } from '../../../src/sessions/housekeeping.ts';
import type { CapturedRequest } from '../../../src/sessions/requestCapture.ts';
import { MemoryRecordStore } from '../../../src/stores/index.ts';
import { type Clock, silentLog } from '../../../src/support/index.ts';
import { FakeSession } from './fakeSession.ts';

const MINUTE = 60_000;
const MB = 1024 * 1024;

// Left alone for days, the host must neither grow nor hold browsers that nobody uses.
describe('housekeeping', () => {
  let now: number;
  let used: number;
  let limits: SessionLimits;
  let sessions: FakeSession[];
  let alerts: MemoryAlert[];
  let store: MemoryRecordStore<CapturedRequest>;
  let housekeeping: Housekeeping;

  beforeEach(() => {
    now = 1_000_000;
    used = 0.3;
    limits = defaultLimits;
    sessions = [new FakeSession(), new FakeSession()];
    alerts = [];
    const clock: Clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
    store = new MemoryRecordStore(clock);
    housekeeping = new Housekeeping({
      sessions: () => sessions.filter(({ closedFor }) => closedFor === undefined).map((session) => session.asSession()),
      store,
      limits: () => limits,
      onAlert: (alert) => alerts.push(alert),
      onDone: () => {},
      clock,
      log: silentLog,
      usedMemory: async () => used,
    });
  });

  async function pass(ms: number): Promise<void> {
    now += ms;
    await housekeeping.look();
  }

  it('cleans every five minutes, and takes out what was captured an hour ago', async () => {
    await store.open('s', { maxRecords: 10, maxBytes: 1000 });
    await store.append('s', {} as CapturedRequest, 1);
    await pass(4 * MINUTE);
    assert.equal(housekeeping.statistics.cleanupsPerformed, 0);
    await pass(1 * MINUTE);
    assert.equal(housekeeping.statistics.timeCleanups, 1);
    assert.equal(housekeeping.statistics.requestsExpired, 0);
    await pass(56 * MINUTE);
    assert.deepEqual(housekeeping.statistics, {
      cleanupsPerformed: 2,
      memoryCleanups: 0,
      timeCleanups: 2,
      lastCleanup: new Date(now).toISOString(),
      cursorsExpired: 0,
      requestsExpired: 1,
      sessionsExpired: 0,
      entriesTrimmed: 0,
    });
  });

  it('cleans early when memory is short, but not at every look', async () => {
    used = 0.85;
    await pass(15_000);
    assert.equal(housekeeping.statistics.memoryCleanups, 0);
    await pass(1 * MINUTE);
    assert.equal(housekeeping.statistics.memoryCleanups, 1);
    await pass(15_000);
    assert.equal(housekeeping.statistics.memoryCleanups, 1);
  });

  it('cuts what has more than a thousand entries, but only while memory is short', async () => {
    await store.open('s', { maxRecords: 5000, maxBytes: 1e9 });
    for (let n = 0; n < 1500; n += 1) await store.append('s', {} as CapturedRequest, 1);
    await pass(5 * MINUTE);
    assert.equal((await store.statistics('s')).records, 1500);
    used = 0.85;
    await pass(2 * MINUTE);
    assert.deepEqual(await store.statistics('s'), { records: 1000, bytes: 1000, dropped: 500 });
    assert.equal(housekeeping.statistics.entriesTrimmed, 500);
  });

  it('closes sessions that nobody used for the time set, and only those', async () => {
    sessions[0]!.idleMs = 60 * MINUTE;
    sessions[1]!.idleMs = 59 * MINUTE;
    await pass(1000);
    assert.deepEqual(
      sessions.map(({ closedFor }) => closedFor),
      ['idle', undefined],
    );
    assert.equal(housekeeping.statistics.sessionsExpired, 1);
  });

  it('never closes idle sessions where the time is set to 0', async () => {
    limits = { ...defaultLimits, sessionTimeoutSeconds: 0 };
    sessions[0]!.idleMs = 1e9;
    await pass(1000);
    assert.equal(sessions[0]!.closedFor, undefined);
  });

  it('warns of a large browser once, and again when it has been small in between', async () => {
    sessions[1]!.memory = 1025 * MB;
    for (let n = 0; n < 3; n += 1) await pass(15_000);
    assert.deepEqual(alerts, [{ scope: 'session', id: sessions[1]!.id, bytes: 1025 * MB, limitBytes: 1024 * MB }]);
    sessions[1]!.memory = 1000 * MB;
    await pass(15_000);
    sessions[1]!.memory = 1100 * MB;
    await pass(15_000);
    assert.equal(alerts.length, 2);
  });

  it("warns of the system's memory at 70, 80 and 90 %, each once on the way up", async () => {
    for (const share of [0.6, 0.71, 0.75, 0.82, 0.95, 0.95, 0.5, 0.72]) {
      used = share;
      await pass(15_000);
    }
    assert.deepEqual(
      alerts.map((alert) => alert.scope === 'system' && alert.level),
      [70, 80, 90, 70],
    );
  });

  it('says once that memory is short while it hovers around a level', async () => {
    for (const share of [0.81, 0.79, 0.81, 0.78, 0.81]) {
      used = share;
      await pass(15_000);
    }
    assert.equal(alerts.length, 1);
    used = 0.76;
    await pass(15_000);
    used = 0.81;
    await pass(15_000);
    assert.equal(alerts.length, 2);
  });

  it('gives the longest idle session up when memory runs out, only where that is set', async () => {
    used = 0.95;
    sessions[0]!.idleMs = 5;
    sessions[1]!.idleMs = 50;
    await pass(15_000);
    assert.deepEqual(
      sessions.map(({ closedFor }) => closedFor),
      [undefined, undefined],
    );
    limits = { ...defaultLimits, closeOnMemoryPressure: true };
    await pass(15_000);
    assert.deepEqual(
      sessions.map(({ closedFor }) => closedFor),
      [undefined, 'memory'],
    );
  });
});
