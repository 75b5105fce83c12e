import type { Finding, FindingKind, SourceSite } from '../model.ts';
import { CONTENT_NAMES, STORED, STORED_RECORD, SYSTEM_COUNTERS } from '../platform/index.ts';
import { calledFunction, describeCall } from './counterpart.ts';
import type { Explained } from './explained.ts';
import { libraryFrame, packageOf, siteIndex } from './stackRuns.ts';

/** What ends the life of each kind of thing, as its standard names it: `… that calls removeEventListener`. */
const ENDS: Partial<Record<FindingKind, string>> = {
  'event-listener': 'calls removeEventListener with the same function',
  observer: 'calls disconnect() on the observer',
  'object-url': 'calls URL.revokeObjectURL()',
  worker: 'calls terminate() on the worker',
  socket: 'calls close() on it',
};

/** What to do about each kind where no framework says when: the same, as a request. */
const REMEDY: Partial<Record<FindingKind, string>> = {
  'event-listener':
    'Remove the listener when its owner is closed: call removeEventListener with the same function, or give addEventListener an AbortSignal',
  observer: 'Call disconnect() on the observer when what it observes is removed',
  'object-url': 'Call URL.revokeObjectURL() once what the URL is for has been loaded',
  worker: 'Call terminate() on the worker when its work is done',
  socket: 'Call close() on it when its owner is closed',
  page: 'Close the page in the step that opens it, or in one after it',
  process: 'Close what starts the process in the step that starts it, or in one after it',
};

/** What to do about what the page can't end: parts of a document, what the system counts, connections to a shared worker. */
const REMEDY_BY_NAME: Readonly<Record<string, string>> = {
  [CONTENT_NAMES.text]:
    'Give the text a limit: drop its oldest part when it gains a new one, or clear it when its view goes',
  [CONTENT_NAMES.field]:
    'Give the text in the field a limit: drop its oldest part when it gains a new one, or clear it when its view goes',
  [CONTENT_NAMES.attribute]:
    'Write the attribute anew instead of adding to it, or take away what was added when the view that needs it goes',
  [CONTENT_NAMES.rule]:
    'Insert a rule once and use it again, or take it away with deleteRule() when what it styles goes',
  [STORED]:
    'Give what is stored a limit: write one entry anew, or remove the oldest with removeItem(). What is stored outlives the page',
  [STORED_RECORD]:
    'Give what is stored a limit: write one record anew, or delete the oldest with delete(). What is stored outlives the page',
  [SYSTEM_COUNTERS['fileDescriptors']!]:
    'Close each file, socket or directory once its work is done, on errors too: in a finally block, or with await using',
  [SYSTEM_COUNTERS['wasmMemoryBytes']!]:
    'Drop every reference to a WebAssembly instance and its memory when its work is done, or use one instance again',
  PermissionStatus:
    'Ask for the status once and use it again, or take its change listener away: the browser keeps each status, with what its listener holds',
  SharedWorker:
    'Make one SharedWorker for the page and use its port again: each one stays until the page goes, also when its port is closed',
};

/** What to do about what Node itself keeps for a program: by its class, and the list of Node's that it is in, if in one. */
const REMEDY_OF_NODE: readonly (readonly [name: RegExp, holder: RegExp, remedy: string])[] = [
  [
    /^(?:TLS)?Socket$/,
    /^$/,
    'Close each connection when its work is done, with end() or destroy(), or use one agent for all: each agent keeps its own open',
  ],
  [
    /^(?:ChildProcess|Process|Pipe)$/,
    /^$/,
    'End each child process when its work is done: end its input, or call kill()',
  ],
  [/^Timeout$/, /timerList(?:Map|Queue)/, 'Clear each timer when its work is done: clearTimeout(), or clearInterval()'],
  [
    /^Listener$/,
    /\.next$/,
    'Remove the listener when its work is done: removeEventListener() with the same function, or a signal of its own',
  ],
  [/^PerformanceMark$/, /^markEntryBuffer$/, 'Call performance.clearMarks() once the mark has been measured'],
  [/^PerformanceMeasure$/, /^measureEntryBuffer$/, 'Call performance.clearMeasures() once the measure has been read'],
  [
    /function/,
    /\._events\b[^.]*\.?[^.]*$/,
    'Remove the listener when its work is done, with off() of what it listens to, or listen with once()',
  ],
];

/** The lifecycle function in which what a first one began is ended, by framework. */
const COUNTERPART: Readonly<Record<string, string>> = {
  onMounted: 'onUnmounted',
  onBeforeMount: 'onUnmounted',
  onUpdated: 'onUnmounted',
  onActivated: 'onDeactivated',
  connectedCallback: 'disconnectedCallback',
  firstUpdated: 'disconnectedCallback',
  hostConnected: 'hostDisconnected',
  connect: 'disconnect',
  componentDidMount: 'componentWillUnmount',
  componentWillMount: 'componentWillUnmount',
  UNSAFE_componentWillMount: 'componentWillUnmount',
  componentDidUpdate: 'componentWillUnmount',
  ngOnInit: 'ngOnDestroy',
  constructor: 'ngOnDestroy',
  ngOnChanges: 'ngOnDestroy',
  ngAfterViewInit: 'ngOnDestroy',
  ngAfterContentInit: 'ngOnDestroy',
  afterNextRender: 'DestroyRef.onDestroy',
  afterRender: 'DestroyRef.onDestroy',
  mounted: 'unmounted (beforeDestroy in Vue 2)',
  created: 'unmounted (beforeDestroy in Vue 2)',
  beforeCreate: 'unmounted (beforeDestroy in Vue 2)',
  beforeMount: 'unmounted (beforeDestroy in Vue 2)',
  activated: 'deactivated',
  setup: 'onUnmounted',
};
/** What ends an effect that its framework does not end with a component, because it began outside of one. */
const ENDS_EFFECT: Readonly<Record<string, string>> = {
  watch:
    'call the function that watch() returned (Vue stops only what began in setup itself, not after an await or in a callback)',
  effect: 'call the function that effect() returned',
  $effect: 'call the function that $effect.root() returned',
  '$effect.root': 'call the function that $effect.root() returned',
  createEffect: 'call the dispose function of its createRoot()',
};
/** Packages that hold effects in what these read, by the names of their files' packages. */
const REACTIVE_PACKAGE = /^(?:vue|@vue\/.*|svelte|solid-js|@preact\/signals.*|@angular\/core)$/;
/** Stores in a package of effects: an effect subscribes to these, and does not live in them. */
const STORE_FILE = /\/svelte\/(?:src\/)?(?:runtime\/)?store\//;
const REACT_EFFECT = /^use(?:Layout|Insertion|Passive|Signal)?Effect$/;

/** The advice of a finding; of one from a report of an older version, what its kind and places say. */
export function adviceOf(finding: Finding): string {
  return finding.advice ?? adviceFor(finding);
}

type Told = Pick<Finding, 'kind' | 'name' | 'holder' | 'allocatedAt' | 'keptAt'>;

/**
 * What to do about a finding, in one sentence: where its framework wants it undone, or which call ends it, or what to take it
 * out of.
 *
 * @param ending the method that ends it: `destroy`
 * @param followed iterations after which it still grew
 */
export function adviceFor(
  finding: Told,
  { ending, followed }: { readonly ending?: Explained['ending']; readonly followed?: number | undefined } = {},
): string {
  const ends = endOf(finding);
  const role = (finding.keptAt?.role ?? finding.allocatedAt?.role)?.split(' of ')[0];
  const inFramework = role === undefined || finding.name === 'SharedWorker' ? undefined : undoneIn(role, finding, ends);
  if (inFramework !== undefined) return `${inFramework}.`;
  return `${outsideFrameworks(finding, ending, followed)}.`;
}

/** What ends what a package began, where all use it the same way. */
const ENDS_OF_PACKAGE: Readonly<Record<string, string>> = {
  rxjs: 'calls unsubscribe() on what subscribe() returned',
};
/** Packages that take the place of the platform's own functions: what is called through them is the platform's. */
const WRAPS_PLATFORM = /^(?:zone\.js|core-js|@sentry\/.*)$/;

/** The package that the user's line called, which called the platform; undefined where the line did so itself. */
export function calledPackage(site: SourceSite | undefined): string | undefined {
  if (!site) return undefined;
  const stack = site.stack.slice(0, Math.max(0, siteIndex(site)));
  return stack.map(({ file }) => packageOf(file)).find((name) => name !== undefined && !WRAPS_PLATFORM.test(name));
}

/** `calls clearInterval`: what a clean-up does. */
function endOf({ kind, name, holder, allocatedAt, keptAt }: Told): string {
  const called = calledPackage(keptAt) ?? calledPackage(allocatedAt);
  const ofPackage = called === undefined ? undefined : ENDS_OF_PACKAGE[called];
  if (ofPackage !== undefined) return ofPackage;
  // The page's own line has no timer or observer in its hands: what it called has.
  if (called !== undefined && allocatedAt && (kind === 'timer' || kind === 'event-listener' || kind === 'observer'))
    return `ends what ${describeCall(allocatedAt)} starts in ${called}: by what that returned, or by its ${calledFunction(allocatedAt)?.undoneBy ?? 'destroy, stop or off'}`;
  if (kind === 'timer') return `calls ${clearing(name)}`;
  const end = ENDS[kind];
  if (end !== undefined) return end;
  if (kind === 'dom-node' && !name.endsWith('(detached)')) return 'removes it from the document';
  return holder === undefined ? 'ends it' : `removes it from ${holder}, or ends the subscription`;
}

function clearing(name: string): string {
  if (name.startsWith('interval')) return 'clearInterval';
  return name.startsWith('timeout') ? 'clearTimeout' : 'cancelAnimationFrame';
}

/** An effect that a framework's own record of it keeps was never ended itself: a clean-up function in it would not run. */
function endsEffect(role: string, { kind, allocatedAt, keptAt }: Told): string | undefined {
  const made = libraryFrame(allocatedAt);
  if (kind !== 'object' || (keptAt && isKeptByUser(keptAt)) || !made) return undefined;
  if (!REACTIVE_PACKAGE.test(made.name) || STORE_FILE.test(`/${made.frame.file}`)) return undefined;
  const like = role.startsWith('watch')
    ? 'watch'
    : /^create(?:RenderEffect|Computed)$/.test(role)
      ? 'createEffect'
      : role;
  const end = ENDS_EFFECT[like]?.replace('watch()', `${role}()`);
  return end && `This ${role} never ends: when its component goes, ${end}`;
}

/** Effects give back what undoes them; other lifecycle functions have a counterpart. */
function undoneIn(role: string, finding: Told, ends: string): string | undefined {
  const { allocatedAt, keptAt } = finding;
  const end = endsEffect(role, finding);
  if (end !== undefined) return end;
  if (REACT_EFFECT.test(role)) return `Return a clean-up function from this ${role} that ${ends}`;
  if (role === 'useSyncExternalStore') return `Return a function from subscribe that ${ends}`;
  const file = (keptAt ?? allocatedAt)?.file ?? '';
  if (role === '$effect' || (role === 'onMount' && file.endsWith('.svelte')))
    return `Return a function from this ${role} that ${ends}`;
  if (/^(?:createEffect|createRenderEffect|createComputed|onMount)$/.test(role))
    return `Call onCleanup in this ${role} with a function that ${ends}`;
  if (role === 'watch' || /^watch.*Effect$/.test(role))
    return `Call onWatcherCleanup (onCleanup before Vue 3.5) in this ${role} with a function that ${ends}`;
  const counterpart = COUNTERPART[role];
  if (counterpart === undefined) return undefined;
  return `Write ${/^(?:[aeiou]|ng)/.test(counterpart) ? 'an' : 'a'} ${counterpart} that ${ends}`;
}

function outsideFrameworks(finding: Told, ending: Explained['ending'], followed: number | undefined): string {
  const { kind, name, holder, allocatedAt, keptAt } = finding;
  const ofNode = REMEDY_OF_NODE.find(([ofName, ofHolder]) => ofName.test(name) && ofHolder.test(holder ?? ''));
  if (ofNode !== undefined) return ofNode[2];
  const sites = [allocatedAt, keptAt].filter((site) => site !== undefined);
  const library = sites
    .map((site) => libraryFrame(site)?.name ?? packageOf(site.file))
    .find((one) => one !== undefined);
  const ofUser = sites.filter(({ file }) => packageOf(file) === undefined);
  // An element that the user's code made and a package keeps: the line that called the package is the one to undo.
  const own = ofUser.find((site) => libraryFrame(site) !== undefined) ?? ofUser[0];
  // A library's record of a subscription is not in the user's hands, unless its method says that it is.
  const isRecord = own !== undefined && calledFunction(own)?.subscribes === true;
  // What has been ended stays where the user's own code keeps it.
  const isOwnCollection = holder !== undefined && keptAt !== undefined && isKeptByUser(keptAt);
  const isSurelyOwn = isOwnCollection && isSurelyKeptByUser(keptAt);
  if (ending?.ran === false && isSurelyOwn)
    return `Call ${ending.method}() on ${ending.on} when its view closes, and remove it from ${holder}`;
  if (
    ending !== undefined &&
    !isSurelyOwn &&
    !(isRecord && !/^(?:unsubscribe|dispose|disconnect)$/.test(ending.method))
  ) {
    const calls = ending.ran ? `; ${ending.method}() does run on this page: see whether it runs for each of them` : '';
    return `Call ${ending.method}() on ${ending.on} when its view closes${calls}`;
  }
  if (kind === 'timer' && calledPackage(allocatedAt) === undefined)
    return `Call ${clearing(name)} when the owner of the ${name} is closed`;
  const byLibrary = library !== undefined && own && kind !== 'object-url' && kind !== 'page' && !isInDocument(finding);
  if (byLibrary && !isOwnCollection)
    return `Undo what ${describeCall(own)} starts in ${library} when its view closes: ${undoing(own)}`;
  const remedy = REMEDY_BY_NAME[name] ?? REMEDY[kind];
  if (remedy !== undefined) return remedy;
  if (kind === 'frame') return `Drop every reference into the frame when it is removed${inHolder(holder)}`;
  if (isInDocument(finding))
    return `Remove it${holder === undefined ? '' : ` from ${holder}`} when it is no longer needed; if an iteration is meant to add it, add a step that removes it: an iteration must end where it began`;
  if (holder === undefined) return 'Drop the reference that holds it (see “held by”) when it is no longer needed';
  if (name === 'key') return `Delete the key from ${holder} with its value: a value of null or undefined keeps its key`;
  const limit =
    followed === undefined ? '' : ` (if there is a limit above ${followed}, a check with more --iterations shows it)`;
  return `Remove it from ${holder} when it is no longer needed, limit how many that holds, or hold it weakly${limit}`;
}

function undoing(call: SourceSite): string {
  const called = calledFunction(call);
  return called
    ? `call ${called.undoneBy}(), which undoes ${called.name}(), or what that returned`
    : 'call what that returned, or the destroy, dispose, stop, off or unsubscribe that belongs to it';
}

/** The user's own code put it where it stays: a library called it (`subscribe` of a store), or made what it keeps. */
const isKeptByUser = (keptAt: SourceSite): boolean =>
  packageOf(keptAt.file) === undefined && libraryFrame(keptAt) === undefined;

/** The same where it is known: in a bundle without a map, a library's own list has a line of the same file. */
const isSurelyKeptByUser = (keptAt: SourceSite): boolean => keptAt.excerpt === undefined && isKeptByUser(keptAt);

const isInDocument = ({ kind, name }: Told): boolean => kind === 'dom-node' && !name.endsWith('(detached)');
const inHolder = (holder: string | undefined): string => (holder === undefined ? '' : `: ${holder} has one`);
