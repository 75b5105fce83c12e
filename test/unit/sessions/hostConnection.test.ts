import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createBirpc } from 'birpc';
import type { SessionEvent } from '../../../src/sessions/index.ts';
import { HostConnection } from '../../../src/sessions/hostConnection.ts';
import { type ClientCalls, type HostCalls, overChannel } from '../../../src/sessions/protocol.ts';
import { LeakwrightError } from '../../../src/support/index.ts';

/** One end of a channel that makes JSON of what it carries, as the one between processes does. */
class End extends EventEmitter {
  connected = true;
  other: End | undefined;
  channel = { ref() {}, unref() {} };
  unref(): void {}
  ref(): void {}
  kill(): void {}
  send = (message: object, _handle: undefined, _options: undefined, done: (error: Error | null) => void): void => {
    const text = JSON.stringify(message);
    queueMicrotask(() => {
      this.other?.emit('message', JSON.parse(text));
      done(null);
    });
  };
}

describe('the connection to a session host', () => {
  let child: End;
  let events: SessionEvent[];
  let lost: string[];
  const connect = (calls: Partial<HostCalls>, answerMs?: number) => {
    child = new End();
    const host = new End();
    child.other = host;
    host.other = child;
    const rpc = createBirpc<ClientCalls, Partial<HostCalls>, false>(calls, {
      ...overChannel(host, () => undefined),
      proxify: false,
    });
    events = [];
    lost = [];
    const handlers = { onEvent: (event: SessionEvent) => events.push(event), onLost: (how: string) => lost.push(how) };
    return { connection: new HostConnection(child as unknown as ChildProcess, handlers, answerMs), rpc };
  };
  const hello = async () => ({ host: { pid: 2, startTime: 3 }, toolVersion: '1' });

  it('gives each answer to its own call, with the arguments that were given and no others', async () => {
    const { connection } = connect({
      openCursor: async (...args) => JSON.stringify(args),
      close: async (id) => await new Promise((resolve) => setImmediate(resolve, { id } as never)),
    });
    const [closed, opened] = await Promise.all([
      connection.call('close', ['a']),
      connection.call('openCursor', ['b', undefined]),
    ]);
    assert.deepEqual([closed, opened], [{ id: 'a' }, '["b"]']);
  });

  it('carries an error with its code and hint, also of a call that there is not', async () => {
    const { connection } = connect({
      close: async () => {
        throw new LeakwrightError('sessions.notFound', 'There is no such session.', { hint: 'Launch one.' });
      },
    });
    await assert.rejects(connection.call('close', ['x']), { code: 'sessions.notFound', hint: 'Launch one.' });
    await assert.rejects(connection.call('list', []), { code: 'sessions.protocol' });
  });

  it('cancels the work of a call whose signal aborts, and rejects with the reason', async () => {
    const cancelled = new Map<number, () => void>();
    const { connection } = connect({
      launch: (_request, ticket) =>
        new Promise((_, reject) => cancelled.set(ticket!, () => reject(new LeakwrightError('aborted', 'given up')))),
      cancel: (ticket) => cancelled.get(ticket)?.(),
    });
    const controller = new AbortController();
    const launching = connection.call('launch', [{ source: { kind: 'launch' } }], controller.signal);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(cancelled.size, 1);
    controller.abort(new Error('not wanted any more'));
    await assert.rejects(launching, /not wanted any more/);
  });

  it('gives up a call that is not answered in time', async () => {
    const { connection } = connect({ list: () => new Promise(() => {}) }, 5);
    // The timer alone does not keep a process alive.
    const alive = setInterval(() => {}, 1000);
    await assert.rejects(connection.call('list', []), { code: 'timeout', message: /'list' within 5 ms/ });
    clearInterval(alive);
  });

  it('gives up the oldest quarter when 1,000 wait, so that a host that answers nothing cannot make its client grow', async () => {
    const { connection } = connect({ list: () => new Promise(() => {}) });
    const waiting = Array.from({ length: 1001 }, () =>
      connection.call('list', []).catch(({ code }: { code: string }) => code),
    );
    await new Promise((resolve) => setImmediate(resolve));
    child.emit('exit', null, 'SIGKILL');
    const outcomes = await Promise.all(waiting);
    assert.equal(outcomes.filter((code) => code === 'sessions.protocol').length, 250);
    assert.ok(outcomes.slice(0, 250).every((code) => code === 'sessions.protocol'));
    assert.ok(outcomes.slice(250).every((code) => code === 'sessions.hostLost'));
  });

  it('hands on events, ignores messages of another version, and fails what waits when the host is gone', async () => {
    const { connection, rpc } = connect({ hello, list: () => new Promise(() => {}) });
    await connection.greet({ client: undefined, limits: {}, lost: [] });
    await rpc.$callEvent('event', { type: 'warning', message: 'careful' });
    child.emit('message', { v: 1, t: 'q', m: 'event', a: [{ type: 'warning', message: 'old' }] });
    assert.deepEqual(
      events.map((event) => event.type === 'warning' && event.message),
      ['careful'],
    );
    const listing = connection.call('list', []);
    await new Promise((resolve) => setImmediate(resolve));
    child.connected = false;
    child.emit('exit', 1, null);
    await assert.rejects(listing, { code: 'sessions.hostLost', message: /exit code 1/ });
    assert.deepEqual(lost, ['exit code 1']);
    await assert.rejects(connection.call('list', []), { code: 'sessions.hostLost' });
  });
});
