import type { ProcessIdentity } from '../processes/index.ts';
import { defined, type ErrorCode, LeakwrightError } from '../support/index.ts';
import type { RequestFilter, RequestPage } from './cursors.ts';
import type { RendererLabel } from './mapPages.ts';
import type { CleanupSummary, LaunchRequest, SessionEvent, SessionInfo, SessionLimits } from './model.ts';
import type { PageSample } from './pageProbe.ts';
import type { RouteAction } from './resources.ts';

/** Client and host come from the same build; a host that outlived an update of the extension is told by this number. */
export const PROTOCOL_VERSION = 1;

/** What a client can ask of the host: parameters and result of each call. All of it is plain data. */
export interface Calls {
  hello: {
    params: {
      client: ProcessIdentity | undefined;
      limits: Partial<SessionLimits>;
      /** Sessions of a host before that died: what they captured may be in the store still. */
      lost?: readonly string[];
    };
    result: HostHello;
  };
  launch: { params: { request: LaunchRequest }; result: SessionInfo };
  close: { params: { id: string }; result: CleanupSummary };
  closeAll: { params: Record<string, never>; result: readonly CleanupSummary[] };
  list: { params: Record<string, never>; result: readonly SessionInfo[] };
  openUrl: { params: { id: string; url: string }; result: SessionInfo };
  addRoute: { params: { id: string; url: string; action: RouteAction }; result: string };
  removeRoute: { params: { id: string; routeId: string }; result: boolean };
  startTrace: { params: { id: string }; result: void };
  stopTrace: { params: { id: string; file: string }; result: boolean };
  /** `page`: its place among the session's pages, or its target's id. */
  heapSnapshot: { params: { id: string; file: string; page?: number | string }; result: { bytes: number } };
  focusPage: { params: { id: string; page: string }; result: void };
  mapPages: { params: { id: string }; result: readonly RendererLabel[] };
  samplePages: { params: { id: string }; result: readonly PageSample[] };
  openCursor: { params: { id: string; filter?: RequestFilter }; result: string };
  readCursor: { params: { id: string; cursor: string; limit?: number }; result: RequestPage };
  closeCursor: { params: { id: string; cursor: string }; result: boolean };
  setLimits: { params: { limits: Partial<SessionLimits> }; result: SessionLimits };
  devices: { params: { workspaceFolder?: string }; result: readonly string[] };
}

export type CallName = keyof Calls;

export interface HostHello {
  readonly host: ProcessIdentity;
  readonly toolVersion: string;
}

export type ClientMessage =
  | {
      readonly v: number;
      readonly type: 'call';
      readonly id: number;
      readonly name: CallName;
      readonly params: unknown;
    }
  /** The answer is not awaited any more: a launch is given up. */
  | { readonly v: number; readonly type: 'cancel'; readonly id: number };

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export type HostMessage =
  | { readonly v: number; readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly v: number; readonly type: 'failure'; readonly id: number; readonly error: WireError }
  | { readonly v: number; readonly type: 'event'; readonly event: SessionEvent };

export function toWire(error: unknown): WireError {
  if (error instanceof LeakwrightError) {
    return { code: error.code, message: error.message, ...defined({ hint: error.hint }) };
  }
  if (error instanceof Error)
    return { code: error.name === 'AbortError' ? 'aborted' : 'sessions.protocol', message: error.message };
  return { code: 'sessions.protocol', message: String(error) };
}

export function fromWire(error: WireError): LeakwrightError {
  return new LeakwrightError(error.code as ErrorCode, error.message, defined({ hint: error.hint }));
}

function isMessage(value: unknown): value is { v: number; type: string } {
  return typeof value === 'object' && value !== null && 'v' in value && 'type' in value;
}

/** The message, or undefined for anything that is none of this version. */
export function asHostMessage(value: unknown): HostMessage | undefined {
  return isMessage(value) && value.v === PROTOCOL_VERSION ? (value as unknown as HostMessage) : undefined;
}

export function asClientMessage(value: unknown): ClientMessage | undefined {
  return isMessage(value) && value.v === PROTOCOL_VERSION ? (value as unknown as ClientMessage) : undefined;
}
