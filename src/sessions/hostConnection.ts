import type { ChildProcess } from 'node:child_process';
import { LeakwrightError, describeError } from '../support/index.ts';
import type { SessionEvent } from './model.ts';
import { PendingCalls } from './pendingCalls.ts';
import {
  type CallName,
  type Calls,
  type ClientMessage,
  type HostHello,
  type HostMessage,
  PROTOCOL_VERSION,
  asHostMessage,
  fromWire,
} from './protocol.ts';

export interface ConnectionHandlers {
  readonly onEvent: (event: SessionEvent) => void;
  /** Called once when the host ends without having been told to, after it said hello. */
  readonly onLost: (how: string) => void;
}

/** One host process, from its start to its end. */
export class HostConnection {
  readonly #child: ChildProcess;
  readonly #pending = new PendingCalls();
  readonly #handlers: ConnectionHandlers;
  readonly #exited: Promise<void>;
  #hello: HostHello | undefined;
  #ending = false;

  constructor(child: ChildProcess, handlers: ConnectionHandlers) {
    this.#child = child;
    this.#handlers = handlers;
    child.on('message', (raw) => this.#receive(asHostMessage(raw)));
    this.#exited = new Promise((resolve) => {
      const gone = (how: string) => {
        resolve();
        this.#gone(how);
      };
      child.once('exit', (code, signal) => gone(signal ? `killed by ${signal}` : `exit code ${code}`));
      child.once('error', (error) => gone(describeError(error)));
    });
    // The host must not keep its client alive.
    child.unref();
    child.channel?.unref();
  }

  get hello(): HostHello {
    if (!this.#hello) throw new LeakwrightError('sessions.hostLost', 'The session host has not answered yet.');
    return this.#hello;
  }

  async greet(params: Calls['hello']['params']): Promise<void> {
    this.#hello = (await this.call('hello', params)) as HostHello;
  }

  async call(name: CallName, params: unknown, signal?: AbortSignal): Promise<unknown> {
    const { id, answer } = this.#pending.add(name);
    const onAbort = () => this.#send({ v: PROTOCOL_VERSION, type: 'cancel', id });
    signal?.addEventListener('abort', onAbort, { once: true });
    // While an answer is awaited the client may not exit for want of other work.
    this.#child.channel?.ref();
    try {
      this.#send({ v: PROTOCOL_VERSION, type: 'call', id, name, params });
      return await answer;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (this.#pending.size === 0) this.#child.channel?.unref();
    }
  }

  /** Lets the host clean up and go. */
  async end(patienceMs: number): Promise<void> {
    this.#ending = true;
    this.#child.ref();
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #send(message: ClientMessage): void {
    if (!this.#child.connected) {
      if (message.type === 'call') this.#pending.fail(message.id, hostLost('it is not running'));
      return;
    }
    this.#child.send(message, (error) => {
      if (error && message.type === 'call') this.#pending.fail(message.id, hostLost(describeError(error)));
    });
  }

  #receive(message: HostMessage | undefined): void {
    if (!message) return;
    if (message.type === 'result') this.#pending.resolve(message.id, message.result);
    else if (message.type === 'failure') this.#pending.fail(message.id, fromWire(message.error));
    else this.#handlers.onEvent(message.event);
  }

  #gone(how: string): void {
    this.#pending.failAll(hostLost(how));
    if (!this.#ending && this.#hello) this.#handlers.onLost(how);
  }
}

function hostLost(how: string): LeakwrightError {
  return new LeakwrightError('sessions.hostLost', `The session host is gone (${how}).`, {
    hint: 'Launch the session again: a new host starts by itself.',
  });
}
