import { EventEmitter } from 'node:events';
import { LeakwrightError } from '../../support/index.ts';
import type { CDPSession } from '../drive/cdp.ts';

/** Milliseconds until an inspector must have taken the connection. */
const CONNECT_LIMIT_MS = 10_000;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export function noInspector(url: string, cause?: unknown): LeakwrightError {
  return new LeakwrightError('leaks.pageUnreachable', `No inspector of Node answers at ${url}.`, {
    hint: 'Start the program with --inspect, or let the check start it with --node.',
    cause,
  });
}

/** A session with the inspector of a Node program, over its WebSocket. It has what checks use of a session of Playwright's. */
export class InspectorSession {
  readonly #socket: WebSocket;
  readonly #events = new EventEmitter();
  readonly #pending = new Map<number, Pending>();
  #sent = 0;
  #closed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#events.setMaxListeners(0);
    socket.addEventListener('message', ({ data }) => this.#hear(String(data)));
    socket.addEventListener('close', () => this.#end());
  }

  /** @throws LeakwrightError `leaks.pageUnreachable` when nothing answers there, or another inspector has the only place */
  static async connect(url: string, signal: AbortSignal): Promise<InspectorSession> {
    const socket = new WebSocket(url);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_LIMIT_MS)]);
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => {
        if (socket.readyState === WebSocket.OPEN) return;
        socket.close();
        reject(signal.aborted ? (signal.reason as Error) : noInspector(url));
      };
      socket.addEventListener('open', () => resolve(), { once: true });
      socket.addEventListener('error', fail, { once: true });
      limit.addEventListener('abort', fail, { once: true });
    });
    return new InspectorSession(socket);
  }

  /** As a session of Playwright's: the check's own code knows no other. */
  get asCdp(): CDPSession {
    return this as unknown as CDPSession;
  }

  onClosed(listener: () => void): void {
    if (this.#closed) listener();
    else this.#events.once('closed', listener);
  }

  send(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new Error(`Connection closed before ${method}.`));
        return;
      }
      const id = (this.#sent += 1);
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  on(event: string, listener: (...params: unknown[]) => void): this {
    this.#events.on(event, listener);
    return this;
  }

  once(event: string, listener: (...params: unknown[]) => void): this {
    this.#events.once(event, listener);
    return this;
  }

  off(event: string, listener: (...params: unknown[]) => void): this {
    this.#events.off(event, listener);
    return this;
  }

  close(): void {
    this.#socket.close();
    this.#end();
  }

  #hear(text: string): void {
    const { id, method, params, result, error } = JSON.parse(text) as Answer;
    if (id === undefined) {
      if (method !== undefined) this.#events.emit(method, params);
      return;
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(new Error(error.message));
    else pending?.resolve(result);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const pending of this.#pending.values()) pending.reject(new Error('Connection closed.'));
    this.#pending.clear();
    this.#events.emit('closed');
  }
}
