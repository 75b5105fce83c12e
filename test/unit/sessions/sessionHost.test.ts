import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { type LaunchRequest, type SessionEvent } from '../../../src/sessions/index.ts';
import { defaultLimits } from '../../../src/sessions/model.ts';
import type { OpenSessionOptions } from '../../../src/sessions/openSession.ts';
import { SessionHost } from '../../../src/sessions/sessionHost.ts';
import { MemoryRecordStore } from '../../../src/stores/index.ts';
import { silentLog } from '../../../src/support/index.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';
import { FakeSession } from './fakeSession.ts';

const request: LaunchRequest = { source: { kind: 'launch' } };

describe('the session host', () => {
  let events: SessionEvent[];
  let opened: FakeSession[];
  let open: (options: OpenSessionOptions) => Promise<FakeSession>;
  let host: SessionHost;

  beforeEach(() => {
    events = [];
    opened = [];
    open = async () => new FakeSession();
    const system = new FakeProcesses();
    host = new SessionHost({
      open: async (options) => {
        const session = await open(options);
        opened.push(session);
        return session.asSession();
      },
      reader: system,
      store: new MemoryRecordStore(),
      emit: (event) => events.push(event),
      clock: system.clock,
      log: silentLog,
    });
  });

  const launch = (ticket?: number) => host.calls.launch(request, ticket);
  const types = () => events.map(({ type }) => type);

  it('tells of each session when it starts and when it has ended', async () => {
    const { id } = await launch();
    assert.equal((await host.calls.list())[0]?.id, id);
    await host.calls.close(id);
    assert.deepEqual(types(), ['sessionStarted', 'sessionEnded']);
    assert.deepEqual(await host.calls.list(), []);
  });

  it('says so when asked for a session that has ended', async () => {
    await assert.rejects(host.calls.close('x'), { code: 'sessions.notFound' });
  });

  it('opens no more than the limit, launches under way included, and says what to do', async () => {
    await host.calls.setLimits({ maxConcurrentSessions: 2 });
    const both = [launch(), launch()];
    await assert.rejects(launch(), { code: 'sessions.limit', message: /2 sessions/ });
    const [first] = await Promise.all(both);
    await host.calls.close(first!.id);
    await launch();
  });

  it('gives up a launch that its client gave up', async () => {
    open = ({ signal }) =>
      new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
    const launching = launch(7);
    host.calls.cancel(7);
    await assert.rejects(launching, { name: 'AbortError' });
    assert.deepEqual(types(), []);
  });

  it('ends everything on shutdown: open sessions, those closing already, and launches under way', async () => {
    const first = await launch();
    let openGate = () => {};
    opened[0]!.closeGate = new Promise((resolve) => {
      openGate = resolve;
    });
    void host.calls.close(first.id);
    await launch();
    let aborted = false;
    open = ({ signal }) =>
      new Promise((_, reject) =>
        signal!.addEventListener('abort', () => {
          aborted = true;
          reject(signal!.reason as Error);
        }),
      );
    const launching = launch();
    let done = false;
    const shutDown = host.shutDown('client-gone').then(() => {
      done = true;
    });
    await assert.rejects(launching, { code: 'aborted' });
    assert.equal(aborted, true);
    assert.equal(done, false, 'waits for the session that was closing already');
    openGate();
    await shutDown;
    assert.equal(opened[1]!.closedFor, 'client-gone');
    await assert.rejects(launch(), { code: 'sessions.hostLost' });
  });

  it('cleans up a session whose launch ends only after the shutdown began', async () => {
    let finish: (session: FakeSession) => void = () => {};
    open = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const launching = launch();
    const shutDown = host.shutDown('client-gone');
    finish(new FakeSession());
    await launching.catch(() => {});
    await shutDown;
    assert.equal(opened[0]!.closedFor, 'client-gone');
  });

  it('tells many changes of a session as one', async () => {
    let change = () => {};
    open = async ({ onChange }) => {
      change = onChange!;
      return new FakeSession();
    };
    await launch();
    for (let n = 0; n < 500; n += 1) change();
    while (!types().includes('sessionChanged')) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(types(), ['sessionStarted', 'sessionChanged']);
  });

  it('has the limits that the manual says', () => {
    assert.deepEqual(defaultLimits, {
      maxConcurrentSessions: 50,
      sessionTimeoutSeconds: 3600,
      memoryAlertMb: 1024,
      closeOnMemoryPressure: false,
    });
  });
});
