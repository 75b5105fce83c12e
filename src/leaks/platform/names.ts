/** What Chromium and V8 call things in heap snapshots. Seen in Chromium 156. */

/** Objects of the engine, which no user has a name for. */
const INTERNAL_NAME = /^(?:system \/|blink::|cppgc::)/;

export const isInternalName = (name: string): boolean => INTERNAL_NAME.test(name);

/** The scope of a function or module: it holds variables. */
export const isScopeName = (name: string): boolean => name.startsWith('system / Context');

/** A global object of a page, a frame or a worker. */
export const isGlobalName = (name: string): boolean => /^Window\b|GlobalScope\b/.test(name);

/** Blink keeps the scope of each ES module through its Modulator, Node through a ModuleWrap: neither is a word of the user's. */
export const isModuleScopeName = (name: string): boolean => /^(?:Modulator|ModuleWrap)$/.test(name);

/**
 * Whether it is a module that was imported anew, by its class and the browser's own object that holds it: a document keeps each URL
 * that it imported until it ends.
 */
export const isImportedModule = (className: string, via: string | undefined): boolean =>
  className === 'Module' && isModuleRecord(via);

/** What Blink's map of modules holds of each. */
export const isModuleRecord = (via: string | undefined): boolean => via === 'BoxedV8Module';

/** For people: where a document keeps the modules that it imported. */
export const MODULE_MAP = "the document's modules";

const DETACHED = 'Detached ';

/** True for what Chromium marks as not in a document any more. */
export const isDetachedName = (name: string): boolean => name.startsWith(DETACHED);

/** An element, whose name in a snapshot is its tag with some attributes. */
export const isElementName = (name: string): boolean => /^(?:Detached )?</.test(name);

/** A name without its mark and without the world or origin behind it (`Window / https://…`). */
export const withoutMarks = (name: string): string =>
  (isDetachedName(name) ? name.slice(DETACHED.length) : name).replace(/ \/ \S*$/, '');

/** A buffer that grows in place. */
export const isResizableBuffer = (name: string): boolean =>
  /^(?:(?:Shared)?ArrayBuffer|(?:WebAssembly\.)?Memory)$/.test(name);

/** What automation puts into a world of its own in each frame; it caches elements and texts there. */
export const isAutomationName = (name: string): boolean => name === 'InjectedScript' || name === 'UtilityScript';

/** What holds a listener in a page, and in Node. */
export const isListenerName = (name: string): boolean =>
  /^(?:blink::)?(?:V8|JS)(?:EventListener|EventHandler\w*)$/.test(name);

/** A function that has no name, as users read it. */
export const ANONYMOUS = 'anonymous function';

/** What `bind` makes, whatever it calls. */
export const isBoundName = (name: string): boolean => name === 'native_bind';

/** What waits for a promise that is not settled. */
export const isReactionName = (name: string): boolean => name === 'system / PromiseReaction';

/** What holds a promise that the browser gave for an answer: of a request, a permission, a list of devices. */
export const isResolverName = (name: string): boolean => name === 'ScriptPromiseResolver';

/** The browser's class without its namespace and type arguments: `V8EventListener`. */
export const nativeClassName = (name: string): string => name.replace(/^blink::/, '').replace(/<.*$/, '');

/** What a user calls a buffer or a view of one. `Memory` is WebAssembly's, `Buffer` Node's. */
const BUFFER_CLASS =
  /^(?:(?:Shared)?ArrayBuffer|DataView|(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array|(?:WebAssembly\.)?Memory|Blob|ImageData|Buffer)$/;

export const isBufferClass = (name: string): boolean => BUFFER_CLASS.test(name);

/**
 * What the browser itself keeps about what happened in a page: the buffers behind `performance.getEntries()`, where each
 * trusted click leaves an entry (`InteractionContentfulPaint`, `PerformanceEventTiming`), each request one; records of an
 * attached inspector; styles it computed. They have their own limits (250 resource timings, 150 events), or end with the
 * inspector.
 */
const BOOKKEEPING =
  /^(?:WindowPerformance|Performance(?:EventTiming|EntryVector|Timeline|LongAnimationFrame\w*|LongTask\w*|ScriptTiming|PaintTiming|ResourceTiming|NavigationTiming|ElementTiming|ServerTiming)?|\w*ContentfulPaint|LayoutShift\w*|VisibilityStateEntry|TaskAttributionTiming|ResponsivenessMetrics|SoftNavigation\w*|InspectorIssueStorage|InspectorDOMAgent)$/;

export const isBookkeeping = (name: string): boolean => BOOKKEEPING.test(name);

/**
 * What the browser keeps of each editing gesture, to undo it: steps, their commands, and the nodes that they removed. A bare
 * `<input>` does it (*measured: 5 nodes for typing into three fields and clearing them*). Chromium keeps 1,000 steps.
 */
const EDITING_RECORD = /^(?:Undo(?:Step|Stack)|Simple\w*Command|\w*EditCommand|\w+Command)$/;

export const isEditingRecord = (name: string): boolean => EDITING_RECORD.test(name);

/**
 * What the browser keeps of a request until the page has read the body of its answer, or ends (*measured: 5.7 KB of its own heap for each
 * body that page code never reads, also after the page dropped the answer*).
 */
export const isRequestRecord = (name: string): boolean => /^(?:FetchManager::Loader|BodyStreamBuffer)$/.test(name);

/** What the browser keeps of nodes for its own work, under the names of interfaces. */
const PLUMBING = new Set(['Element', 'Node', 'EventListener', 'StyleSheet', 'CSSStyleDeclaration', 'NodeList']);

export const isPlumbing = (name: string): boolean => PLUMBING.has(name);

/** Classes whose ends (close, terminate, stop) the page hooks follow, under the names of their resources. */
export const FOLLOWED_CLASSES: ReadonlySet<string> = new Set([
  'AudioContext',
  'BroadcastChannel',
  'EventSource',
  'IDBDatabase',
  'ImageBitmap',
  'MediaStreamTrack',
  'RTCPeerConnection',
  'WebSocket',
  'Worker',
]);

/** Counters of the browser's own objects behind those classes: they rise with what the browser keeps after the page ended it. */
export const BEHIND_FOLLOWED: ReadonlySet<string> = new Set([
  'audioHandlers',
  'audioWorklets',
  'lifecycleObservers',
  'rtcConnections',
]);

/**
 * Classes whose objects Chromium keeps when the page has dropped them, and which have no method that ends that (*measured in
 * Chromium 156*; a notification only where the user forbids them, as in every headless browser).
 */
export const KEPT_ANYHOW: ReadonlySet<string> = new Set(['PermissionStatus', 'Notification']);

/** Counters whose rise says nothing of the page: they follow the check's own doing, or the whole browser's. */
export const UNTELLING_COUNTERS: ReadonlySet<string> = new Set([
  'iteration',
  'atMs',
  'untracked',
  'resources',
  'styleResources',
  'treeBytes',
]);

/** Where Node keeps a port for each worker thread that lives (`lib/internal/worker.js`, seen in Node 24). */
export const NODE_THREADS = 'threadsPorts';

/** Where Node keeps the timings of the last 250 requests of `fetch` (`lib/internal/perf/observe.js`, seen in Node 24). */
export const NODE_REQUEST_TIMINGS = 'resourceTimingBuffer';

/** Listeners of a program's standard streams. */
export const isStandardStream = (holder: string): boolean => /^std(?:in|out|err)\._events\./.test(holder);

/** Counters that the operating system keeps for a program: these things stay although nothing in a heap references them. */
export const SYSTEM_COUNTERS: Readonly<Record<string, string>> = {
  fileDescriptors: 'open file descriptor',
  wasmMemoryBytes: 'WebAssembly memory',
};

/** What a document holds outside of both heaps, as the page hooks name it. Most leaks of nodes bring it along. */
export const CONTENT_NAMES = {
  text: "addition to the document's text",
  field: 'addition to a text field',
  attribute: "addition to the document's attributes",
  rule: 'CSSRule',
} as const;
const CONTENT: ReadonlySet<string> = new Set(Object.values(CONTENT_NAMES));
export const isContentName = (name: string): boolean => CONTENT.has(name);

/** What a page adds to localStorage or sessionStorage, as the page hooks name it. */
export const STORED = 'addition to local or session storage';
/** What it adds to databases and caches of requests. */
export const STORED_RECORD = 'record in IndexedDB or Cache Storage';

/** What a text field makes of its value inside of it, which script does not see. */
export const isInsideField = (name: string): boolean => /^(?:Text|<br>|<div>)(?: \(detached\))?$/.test(name);
/** Counters of bytes that are exact, whatever the collector does: what is read is what is there. */
export const EXACT_BYTES: ReadonlySet<string> = new Set(['backingStoreBytes', 'wasmMemoryBytes']);

/** True for counters of things (nodes, listeners, frames …), whose steady rise is a leak whatever the heap shows. */
export function countsThings(counter: string): boolean {
  return !counter.endsWith('Bytes');
}

/** What a function has in the place of its code before it is first called. */
export const isUncompiledName = (name: string): boolean => name.startsWith('system / UncompiledData');
