import type { FindingKind } from '../../model.ts';

/** The part of a CDP session (of a page, a frame or a worker) that reading needs. */
export interface CdpSender {
  send(method: string, params?: Record<string, unknown>): Promise<unknown>;
}

/** Something that lives in the browser because page code made it and has not ended it. */
export interface PageResource {
  /** Unique among the resources read through one CDP session. */
  readonly id: number;
  readonly kind: FindingKind;
  /** For people: `resize listener on window`, `interval`, `WebSocket`. */
  readonly name: string;
  /** What markIteration said last before it was made; 0 before the first mark. */
  readonly iteration: number;
  /** V8 stack text of the call that made it, without our own frames. */
  readonly stack: string;
}
