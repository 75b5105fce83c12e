import type { ChildProcess } from 'node:child_process';
import { type BirpcReturn, createBirpc } from 'birpc';
import { LeakwrightError, describeError } from '../support/index.ts';
import type { SessionEvent } from './model.ts';
import { type ClientCalls, type Greeting, type HostCalls, type HostHello, overChannel } from './protocol.ts';

export interface ConnectionHandlers {
  readonly onEvent: (event: SessionEvent) => void;
  /** Called once when the host ends unasked after its hello. */
  readonly onLost: (how: string) => void;
}

/** A call that can be asked of the host; `cancel` is sent when a call's signal aborts. */
export type CallName = Exclude<keyof HostCalls, 'cancel'>;

/** How long the host may take to answer, in ms. */
const ANSWER_MS = 5 * 60_000;
/** Calls that may wait at once. Beyond it the oldest quarter is given up: a host that answers nothing must not make its client grow. */
const MAX_WAITING = 1000;

/** One host process, from its start to its end. */
export class HostConnection {
  readonly #child: ChildProcess;
  readonly #handlers: ConnectionHandlers;
  readonly #rpc: BirpcReturn<HostCalls, ClientCalls, false>;
  readonly #exited: Promise<void>;
  #hello: HostHello | undefined;
  /** By ticket, oldest first: how to give a waiting call up. */
  readonly #waiting = new Map<number, (reason: LeakwrightError) => void>();
  #tickets = 0;
  #ending = false;

  constructor(child: ChildProcess, handlers: ConnectionHandlers, answerMs = ANSWER_MS) {
    this.#child = child;
    this.#handlers = handlers;
    this.#rpc = createBirpc<HostCalls, ClientCalls, false>(
      { event: (event) => handlers.onEvent(event) },
      {
        ...overChannel(child, (reason) => hostLost(reason ? describeError(reason) : 'it is not running')),
        proxify: false,
        timeout: answerMs,
        onTimeoutError: (name) => {
          throw new LeakwrightError('timeout', `The session host did not answer '${name}' within ${answerMs} ms.`);
        },
      },
    );
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

  async greet(greeting: Greeting): Promise<void> {
    this.#hello = await this.call('hello', [greeting]);
  }

  /** @param signal of a call that takes a ticket: aborts its work in the host */
  async call<Name extends CallName>(
    name: Name,
    args: Parameters<HostCalls[Name]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<HostCalls[Name]>>> {
    if (this.#rpc.$closed) throw hostLost('it is not running');
    if (this.#waiting.size >= MAX_WAITING) this.#giveUpOldestQuarter();
    const ticket = (this.#tickets += 1);
    const onAbort = () => void this.#rpc.$callEvent('cancel', ticket).catch(() => undefined);
    signal?.addEventListener('abort', onAbort, { once: true });
    // Keeps the client's event loop alive while it awaits an answer.
    this.#child.channel?.ref();
    const givenUp = Promise.withResolvers<never>();
    this.#waiting.set(ticket, givenUp.reject);
    try {
      const all: unknown[] = signal ? [...args, ticket] : [...args];
      // JSON makes null of it, which is not the default.
      while (all.length > 0 && all.at(-1) === undefined) all.pop();
      return await Promise.race([this.#rpc.$call(name, ...(all as Parameters<HostCalls[Name]>)), givenUp.promise]);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#waiting.delete(ticket);
      if (this.#waiting.size === 0) this.#child.channel?.unref();
    }
  }

  /** Closes the channel, at which the host cleans up and exits. */
  async end(patienceMs: number): Promise<void> {
    this.#ending = true;
    this.#child.ref();
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #giveUpOldestQuarter(): void {
    const reason = new LeakwrightError('sessions.protocol', `${MAX_WAITING} newer calls wait for the session host.`);
    for (const giveUp of [...this.#waiting.values()].slice(0, MAX_WAITING / 4)) giveUp(reason);
  }

  #gone(how: string): void {
    this.#rpc.$close(hostLost(how));
    if (!this.#ending && this.#hello) this.#handlers.onLost(how);
  }
}

function hostLost(how: string): LeakwrightError {
  return new LeakwrightError('sessions.hostLost', `The session host is gone (${how}).`, {
    hint: 'Launch the session again: a new host starts by itself.',
  });
}
