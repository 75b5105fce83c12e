import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { CDPSession, GuardedCdp } from '../../../../src/leaks/drive/cdp.ts';
import type { PageGuard } from '../../../../src/leaks/drive/pageGuard.ts';
import { WorkerTargets } from '../../../../src/leaks/drive/workerTargets.ts';

/** A page's session of which only the events of its parts are used. */
class FakeSession extends EventEmitter {
  readonly send = (): Promise<object> => Promise.resolve({});

  attach(sessionId: string, type = 'worker', url = 'http://shop.test/w.js'): void {
    this.emit('Target.attachedToTarget', { sessionId, targetInfo: { type, url } });
  }

  detach(sessionId: string): void {
    this.emit('Target.detachedFromTarget', { sessionId });
  }
}

// A page that makes twenty workers a click and ends them was "not looked into", although none of them was left.
describe('The parts of a page with heaps of their own', () => {
  let session: FakeSession;
  let targets: WorkerTargets;

  beforeEach(async () => {
    session = new FakeSession();
    const cdp = { session: session as unknown as CDPSession, send: session.send } as unknown as GuardedCdp;
    const guard = { ended: false, during: (call: Promise<unknown>) => call } as unknown as PageGuard;
    targets = await WorkerTargets.attach(cdp, guard, null);
  });

  const reasons = () => targets.unreached.map(({ kind, reason }) => `${kind}: ${reason}`);

  it('are missed only while they live', () => {
    for (let round = 0; round < 5; round += 1) {
      for (let at = 0; at < 20; at += 1) session.attach(`${round}-${at}`);
      assert.equal(targets.live.length, 8);
      assert.deepEqual(reasons(), ['worker: more than 8 parts of the page have heaps'], 'once, while they live');
      for (let at = 0; at < 20; at += 1) session.detach(`${round}-${at}`);
      assert.deepEqual(reasons(), []);
      assert.equal(targets.live.length, 0);
    }
  });

  it('are missed as long as one of a name lives', () => {
    for (let at = 0; at < 20; at += 1) session.attach(String(at));
    for (let at = 0; at < 19; at += 1) session.detach(String(at));
    assert.equal(targets.unreached.length, 1);
    session.detach('19');
    assert.deepEqual(targets.unreached, []);
  });

  it('owe no answer once as many workers have ended as were asked, and none lives', () => {
    targets.beginIteration();
    assert.equal(targets.areGone(1), false, 'it may be starting');
    for (let at = 0; at < 20; at += 1) session.attach(String(at));
    for (let at = 0; at < 19; at += 1) session.detach(String(at));
    assert.equal(targets.areGone(19), false, 'one lives, and may be the one that was asked');
    session.detach('19');
    assert.equal(targets.areGone(20), true);
    assert.equal(targets.areGone(21), false);
    targets.beginIteration();
    assert.equal(targets.areGone(1), false, 'those are of the iteration before');
  });

  it('of kinds that cannot be read are named, and others are none', () => {
    session.attach('a', 'audio_worklet', 'http://shop.test/a.js');
    session.attach('b', 'browser');
    assert.deepEqual(reasons(), ['worklet: its heap cannot be read']);
  });
});
