/** What V8 and Chromium call the references of heap snapshots. Seen in Chromium 156. */

/** A collection's own storages, which hold its contents. */
export const STORAGE_EDGES: ReadonlySet<string> = new Set(['elements', 'table', 'properties']);

/** Internal edges that users would count as part of a thing: a closure's variables, a Map's entries, an array's elements. */
export const PLAIN_INTERNAL_EDGES: ReadonlySet<string> = new Set([...STORAGE_EDGES, 'context', 'previous', 'value']);

/** From a closure to the scope it was made in, and from a scope to the one around it. */
export const SCOPE_EDGES = { closure: 'context', outer: 'previous' } as const;

/** From what `bind` makes to the function that it calls. */
export const BOUND_FUNCTION_EDGE = 'bound_function';

/** Literals that the engine keeps to copy from once code has warmed up: they are code, not data. */
export const BOILERPLATE_EDGES: ReadonlySet<string> = new Set(['transition_info', 'boilerplate', 'nested_site']);

/** Edges of every object or function, by which most of the heap is reachable in few steps that explain nothing. */
export const UNTELLING_EDGES: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'map',
  'prototype',
  'native_context',
  'code',
  'shared',
]);

/** The name that Node gives its lists of timers in `lib/internal/timers.js`: `setTimeout` closes over them. */
export const NODE_TIMER_LISTS = 'timerListMap';
/** The same lists in the order in which they are due. */
const NODE_TIMER_QUEUE = 'timerListQueue';
export const leadsToTimers = (name: string): boolean => name === NODE_TIMER_LISTS || name === NODE_TIMER_QUEUE;

/** Between a node and its JavaScript objects in several worlds, and from such an object back to the node. */
export const isWrapperEdge = (name: string): boolean => name.endsWith('pair in ephemeron table');
export const WRAPPED_EDGE = 'cppgc_object';

/** The two halves by which a value of a WeakMap is held. */
export const isWeakMapEdge = (name: string): boolean => name.includes(' in WeakMap ');

/** Handles that the inspector holds for remote objects: they are gone once the page is not debugged any more. */
export const isInspectorHandle = (edgeName: string): boolean => edgeName.includes('DevTools');

/**
 * What lies on the browser's own stack while the snapshot is made, found by looking for anything that looks like an address.
 * It is there only where the snapshot was taken in the midst of something, as while a page is drawn on a busy machine, and
 * then leads to whatever is being drawn.
 */
export const isNativeStack = (rootName: string): boolean => rootName.startsWith('C++ native stack');

/**
 * Edges to what script cannot reach and the protocol lists: the table of a Map or WeakMap, the variables of a suspended function, the
 * arguments of a bound function, the result of a promise, the scope of a closure. *Seen: an async function that waits is an
 * object of the class `Generator`, and the protocol lists its variables as `[[Scopes]]`.*
 */
export const INNER_EDGES: ReadonlySet<string> = new Set([
  'table',
  'parameters_and_registers',
  'bindings',
  'reactions_or_result',
  'context',
]);

/** What the protocol calls these, among an object's internal properties. */
export const INNER_PROPERTIES = {
  scopes: '[[Scopes]]',
  entries: '[[Entries]]',
  arguments: '[[BoundArgs]]',
  result: '[[PromiseResult]]',
} as const;

/** Scopes in such a list that are not a function's own: those of scripts and modules, and the global object. */
export const isSharedScope = (description: string): boolean => /^(?:Global|Window|Script|Module)/.test(description);
export const isGlobalScope = (description: string): boolean => /^(?:Global|Window)/.test(description);
