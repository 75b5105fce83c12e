import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { type AlertEvent, AlertBook, MAX_PER_MINUTE, REPEAT_MS } from '../../../src/monitoring/alerts/alertBook.ts';
import { Delivery, MAX_QUEUED, OPEN_MS } from '../../../src/monitoring/alerts/delivery.ts';
import type { Alert } from '../../../src/machine/index.ts';
import { type Clock, silentLog } from '../../../src/support/index.ts';

let now = 0;
const clock: Clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };

describe('which alerts are told', () => {
  let book: AlertBook;
  beforeEach(() => {
    now = 1_000_000;
    book = new AlertBook(clock);
  });
  const alertOf = (key: string, level: Alert['level'] = 'warning'): Alert => ({
    key,
    kind: 'orphan',
    level,
    subject: key,
    message: key,
    value: 1,
    threshold: 0,
  });
  const told = (...alerts: Alert[]) =>
    book.update(alerts).map(({ type, alert }) => `${type} ${alert.key} ${alert.level}`);

  it('tells of the beginning, of what gets worse, and of the end; not of what lasts', () => {
    assert.deepEqual(told(alertOf('a')), ['raised a warning']);
    now += 1000;
    assert.deepEqual(told(alertOf('a')), []);
    now += REPEAT_MS * 3;
    assert.deepEqual(told(alertOf('a')), []);
    assert.deepEqual(told(alertOf('a', 'critical')), ['raised a critical']);
    assert.deepEqual(told(), ['resolved a critical']);
    assert.equal(book.active.length, 0);
  });

  it('tells of one that comes and goes once in five minutes', () => {
    assert.deepEqual(told(alertOf('a')), ['raised a warning']);
    assert.deepEqual(told(), ['resolved a warning']);
    for (let n = 0; n < 10; n += 1) {
      now += 10_000;
      assert.deepEqual(told(alertOf('a')), []);
      assert.deepEqual(told(), []);
    }
    now += REPEAT_MS;
    assert.deepEqual(told(alertOf('a')), ['raised a warning']);
  });

  it('tells no more in a minute than anybody reads, and counts the rest', () => {
    const many = Array.from({ length: 100 }, (_, index) => alertOf(`a${index}`));
    assert.equal(book.update(many).length, MAX_PER_MINUTE);
    assert.equal(book.suppressed, 100 - MAX_PER_MINUTE);
    assert.equal(book.active.length, 100);
  });

  // A sample comes every two seconds: 70 alerts that wait for half a minute were 1,000 in the metrics.
  it('counts an alert that waits once, and tells it when there is room', () => {
    const many = Array.from({ length: MAX_PER_MINUTE + 5 }, (_, index) => alertOf(`a${index}`));
    for (let sample = 0; sample < 10; sample += 1) {
      book.update(many);
      now += 2000;
    }
    assert.equal(book.suppressed, 5);
    now += 60_000;
    assert.equal(book.update(many).length, 5);
    assert.equal(book.suppressed, 5);
  });

  it('holds no more than its bounds, whatever comes', () => {
    for (let n = 0; n < 5000; n += 1) {
      now += 1000;
      book.update([alertOf(`a${n}`)]);
    }
    assert.ok(book.recent.length <= 500);
    assert.equal(book.active.length, 1);
  });
});

describe('how alerts are delivered', () => {
  const event: AlertEvent = {
    type: 'raised',
    at: 1,
    alert: { key: 'a', kind: 'orphan', level: 'warning', subject: 's', message: 'm', value: 1, threshold: 0 },
  };

  it('opens the circuit when 100 wait, and closes it after five minutes', async () => {
    now = 0;
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let delivered = 0;
    const delivery = new Delivery(
      {
        name: 'slow',
        deliver: async () => {
          await held;
          delivered += 1;
        },
      },
      clock,
      silentLog,
    );
    // One is on its way, 100 wait, and one more is too many.
    for (let n = 0; n < MAX_QUEUED + 2; n += 1) delivery.push(event);
    assert.equal(delivery.state.open, true);
    assert.equal(delivery.state.queued, 0);
    assert.equal(delivery.state.dropped, MAX_QUEUED + 1);
    delivery.push(event);
    assert.equal(delivery.state.dropped, MAX_QUEUED + 2);
    release();
    await delivery.idle();
    assert.equal(delivered, 1);
    now += OPEN_MS;
    delivery.push(event);
    await delivery.idle();
    assert.equal(delivered, 2);
    assert.equal(delivery.state.open, false);
  });

  // It waited for the next alert, which may be the end of this one.
  it('delivers what comes at the very moment it has delivered the last', async () => {
    for (let late = 0; late < 12; late += 1) {
      let delivered = 0;
      const sink = { name: 'quick', deliver: async () => void (delivered += 1) };
      const delivery = new Delivery(sink, clock, silentLog);
      delivery.push(event);
      // Each round a step of the microtask queue later.
      for (let step = 0; step < late; step += 1) await Promise.resolve();
      delivery.push(event);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(delivered, 2, `what came ${late} steps after the first`);
    }
  });

  it('goes on after a sink that fails', async () => {
    let calls = 0;
    const delivery = new Delivery(
      {
        name: 'broken at first',
        deliver: async () => {
          calls += 1;
          if (calls === 1) throw new Error('down');
        },
      },
      clock,
      silentLog,
    );
    delivery.push(event);
    delivery.push(event);
    await delivery.idle();
    assert.deepEqual([delivery.state.failed, delivery.state.delivered], [1, 1]);
  });
});
