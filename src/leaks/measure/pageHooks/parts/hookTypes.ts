/** What the parts of the page hooks hand each other. Types only: nothing of this file reaches the browser. */

export type AnyFunction = (...args: never[]) => unknown;

export interface Site {
  readonly stack: string;
}
/** A member of a doubly linked list, so that adding and removing never walks or copies. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
  linked: boolean;
}
export interface List<T> {
  first: T | undefined;
  last: T | undefined;
  count: number;
}
export interface ObjectRecord extends Linked<ObjectRecord> {
  readonly id: number;
  readonly type: ObjectType;
  readonly ref: WeakRef<object>;
  readonly site: Site;
  iteration: number;
}
export interface ObjectType {
  readonly kind: string;
  readonly name: string;
  readonly counter: string;
  /** False once the object has been closed, which the object itself can say. */
  readonly isOpen: ((object: object) => boolean) | undefined;
  /** The type defined before this one, so that all are found. */
  readonly after: ObjectType | undefined;
}
export interface ListenerRecord extends Linked<ListenerRecord> {
  readonly id: number;
  readonly target: TargetRecord;
  readonly type: string;
  readonly capture: boolean;
  readonly once: boolean;
  readonly callback: WeakRef<object>;
  readonly signal: WeakRef<object> | undefined;
  readonly site: Site;
  iteration: number;
  /** The next listener of the same target with the same callback, once the target's listeners are indexed. */
  sameCallback: ListenerRecord | undefined;
}
export interface TargetRecord extends Linked<TargetRecord> {
  readonly ref: WeakRef<object>;
  readonly listeners: List<ListenerRecord>;
  byCallback: WeakMap<object, ListenerRecord> | undefined;
}
/** A timeout or a request for an animation frame; times in ms of this realm's performance.now(). */
export interface Armed {
  readonly site: Site;
  readonly madeAt: number;
  readonly due: number;
  /** What was marked when it was made. */
  readonly iteration: number;
}
interface Labelled {
  id: number;
  iteration: number;
}
export interface Named {
  readonly id: number;
  readonly site: Site;
  iteration: number;
}

/** Times in ms; `madeAt` of this realm's performance.now(). */
export interface Interval extends Named {
  readonly madeAt: number;
  readonly period: number;
}

/** Timeouts, or frame requests, that were made in one place. */
export interface Chains {
  site: Site;
  /** How many live now. */
  count: number;
  /** The iterations they belong to, oldest first; may be longer than `count`. */
  readonly labels: Labelled[];
}
export interface Handler extends ProxyHandler<AnyFunction> {
  __proto__: null;
  /** Where the inspector finds everything. Not the name of a trap, so the Proxy itself never looks at it. */
  leakwright?: object;
}
