import type { BirpcOptions } from 'birpc';
import type { ProcessIdentity } from '../processes/index.ts';
import { type ErrorCode, LeakwrightError, defined } from '../support/index.ts';
import type { RequestFilter, RequestPage } from './cursors.ts';
import type { RendererLabel } from './mapPages.ts';
import type { CleanupSummary, LaunchRequest, SessionEvent, SessionInfo, SessionLimits } from './model.ts';
import type { PageSample } from './pageProbe.ts';

/** Client and host come from the same build; messages of a host that outlived an update of the extension have another. */
const PROTOCOL_VERSION = 2;

export interface Greeting {
  readonly client: ProcessIdentity | undefined;
  readonly limits: Partial<SessionLimits>;
  /** Sessions of an earlier host that died: what they captured may still be in the store. */
  readonly lost: readonly string[];
}

export interface HostHello {
  readonly host: ProcessIdentity;
  readonly toolVersion: string;
}

/**
 * What a client can ask of the host. All of it is plain data. A call with a `ticket` can be cancelled with it: `cancel(ticket)`
 * aborts its work.
 */
export interface HostCalls {
  hello(greeting: Greeting): Promise<HostHello>;
  /** Launches a browser, attaches to one, or connects to a server. */
  launch(request: LaunchRequest, ticket?: number): Promise<SessionInfo>;
  close(id: string): Promise<CleanupSummary>;
  closeAll(): Promise<readonly CleanupSummary[]>;
  list(): Promise<readonly SessionInfo[]>;
  openUrl(id: string, url: string): Promise<SessionInfo>;
  /**
   * Writes a page's heap snapshot to a file given by an absolute path.
   *
   * @param page its place among the session's pages, or its target's id as `samplePages` has it
   */
  heapSnapshot(id: string, file: string, page: number | string, ticket?: number): Promise<{ readonly bytes: number }>;
  /** Brings a page to the front in its browser. */
  focusPage(id: string, page: string): Promise<void>;
  /** Which page is in which renderer; empty where the browser is not Chromium. */
  mapPages(id: string): Promise<readonly RendererLabel[]>;
  /** What each page holds at the moment; empty where the browser is not Chromium. Does not count as use of the session. */
  samplePages(id: string): Promise<readonly PageSample[]>;
  /** Begins to read captured requests, oldest first. */
  openCursor(id: string, filter?: RequestFilter): Promise<string>;
  readCursor(id: string, cursor: string, limit?: number): Promise<RequestPage>;
  setLimits(limits: Partial<SessionLimits>): Promise<SessionLimits>;
  /** The names of the devices that Playwright can emulate. */
  devices(workspaceFolder?: string): Promise<readonly string[]>;
  cancel(ticket: number): void;
}

/** What the host tells its client. */
export interface ClientCalls {
  event(event: SessionEvent): void;
}

/** One end of the channel between client and host: `process`, or the child. */
export interface ChannelEnd {
  readonly connected: boolean;
  send?(message: object, handle: undefined, options: undefined, done: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

interface Message {
  readonly v: number;
  readonly e?: unknown;
}

/**
 * birpc over a Node IPC channel: messages of another version are ignored, and errors keep their code and hint.
 *
 * @param onClosed called for a message that cannot be sent: returns an error, or nothing
 */
export function overChannel(
  channel: ChannelEnd,
  onClosed: (reason: Error | undefined) => Error | undefined,
): Pick<BirpcOptions, 'post' | 'on' | 'serialize' | 'deserialize' | 'bind'> {
  return {
    bind: 'functions',
    on: (receive) => {
      channel.on('message', (raw) => {
        if ((raw as Partial<Message> | null)?.v === PROTOCOL_VERSION) receive(raw);
      });
    },
    post: (message: object) =>
      new Promise<void>((resolve, reject) => {
        const settle = (reason: Error | undefined) => {
          const failure = onClosed(reason);
          if (failure) reject(failure);
          else resolve();
        };
        if (channel.connected && channel.send)
          channel.send(message, undefined, undefined, (error) => (error ? settle(error) : resolve()));
        else settle(undefined);
      }),
    serialize: (message: object) => ({
      ...message,
      v: PROTOCOL_VERSION,
      ...('e' in message ? { e: toWire(message.e) } : {}),
    }),
    deserialize: (message: Message) =>
      message.e === undefined ? message : { ...message, e: fromWire(message.e as WireError) },
  };
}

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

function toWire(error: unknown): WireError {
  if (error instanceof LeakwrightError)
    return { code: error.code, message: error.message, ...defined({ hint: error.hint }) };
  if (error instanceof Error)
    return { code: error.name === 'AbortError' ? 'aborted' : 'sessions.protocol', message: error.message };
  return { code: 'sessions.protocol', message: String(error) };
}

function fromWire(error: WireError): LeakwrightError {
  return new LeakwrightError(error.code as ErrorCode, error.message, defined({ hint: error.hint }));
}
