import type { Finding, FindingKind, SourceSite } from '../model.ts';
import { CONTENT_NAMES } from '../platform/index.ts';
import { libraryFrame, packageOf } from './stackRuns.ts';

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
    'Remove the listener when its owner goes: removeEventListener with the same function, or an AbortSignal given to addEventListener',
  observer: 'Call disconnect() on the observer when what it observes goes',
  'object-url': 'Call URL.revokeObjectURL() once what the URL is for has been loaded',
  worker: 'Call terminate() on the worker when its work is done',
  socket: 'Call close() on it when its owner goes',
  page: 'Close the page in the step that opens it, or in one after it',
  process: 'Close what starts the process in the step that starts it, or in one after it',
};

/** What to do about what a document holds beside its nodes. */
const CONTENT_REMEDY: Readonly<Record<string, string>> = {
  [CONTENT_NAMES.text]:
    'Give the text a limit: drop its oldest part when it gains a new one, or clear it when its view goes',
  [CONTENT_NAMES.rule]:
    'Insert a rule once and use it again, or take it away with deleteRule() when what it styles goes',
};

/** The lifecycle function in which what a first one began is ended, by framework. */
const COUNTERPART: Readonly<Record<string, string>> = {
  onMounted: 'onUnmounted',
  onBeforeMount: 'onUnmounted',
  onUpdated: 'onUnmounted',
  onActivated: 'onDeactivated',
  connectedCallback: 'disconnectedCallback',
  firstUpdated: 'disconnectedCallback',
  hostConnected: 'hostDisconnected',
  componentDidMount: 'componentWillUnmount',
  componentWillMount: 'componentWillUnmount',
  UNSAFE_componentWillMount: 'componentWillUnmount',
  componentDidUpdate: 'componentWillUnmount',
  ngOnInit: 'ngOnDestroy',
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
 * @param endedBy the method of its class that ends it: `destroy`
 * @param followed iterations after which it still grew
 */
export function adviceFor(
  finding: Told,
  { endedBy, followed }: { readonly endedBy?: string | undefined; readonly followed?: number | undefined } = {},
): string {
  const ends = endOf(finding);
  const role = (finding.keptAt?.role ?? finding.allocatedAt?.role)?.split(' of ')[0];
  const inFramework = role === undefined ? undefined : undoneIn(role, finding, ends);
  if (inFramework !== undefined) return `${inFramework}.`;
  return `${outsideFrameworks(finding, endedBy, followed)}.`;
}

/** `calls clearInterval`: what a clean-up does. */
function endOf({ kind, name, holder }: Told): string {
  if (kind === 'timer') return `calls ${clearing(name)}`;
  const end = ENDS[kind];
  if (end !== undefined) return end;
  if (kind === 'dom-node' && !name.endsWith('(detached)')) return 'removes it from the document';
  return holder === undefined ? 'ends it' : `takes it out of ${holder}, or ends the subscription`;
}

function clearing(name: string): string {
  if (name.startsWith('interval')) return 'clearInterval';
  return name.startsWith('timeout') ? 'clearTimeout' : 'cancelAnimationFrame';
}

/** Effects give back what undoes them; other lifecycle functions have a counterpart. */
function undoneIn(role: string, { allocatedAt, keptAt }: Told, ends: string): string | undefined {
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
  return counterpart === undefined ? undefined : `In ${counterpart}, add what ${ends}`;
}

function outsideFrameworks(finding: Told, endedBy: string | undefined, followed: number | undefined): string {
  const { kind, name, holder, allocatedAt, keptAt } = finding;
  const sites = [allocatedAt, keptAt].filter((site) => site !== undefined);
  const library = sites
    .map((site) => libraryFrame(site)?.name ?? packageOf(site.file))
    .find((one) => one !== undefined);
  const own = sites.find(({ file }) => packageOf(file) === undefined);
  if (endedBy !== undefined) return `Call ${endedBy}() on the ${name} when what shows it goes`;
  if (kind === 'timer') return `Call ${clearing(name)} when the owner of the ${name} goes`;
  if (library !== undefined && own && kind !== 'object-url' && kind !== 'page' && !isInDocument(finding))
    return `Undo what ${placeOf(own)} asks of ${library} when what shows it goes: call what it returned or its destroy, dispose, stop or unsubscribe`;
  const remedy = CONTENT_REMEDY[name] ?? REMEDY[kind];
  if (remedy !== undefined) return remedy;
  if (kind === 'frame') return `Let go of every reference into the frame when it is removed${inHolder(holder)}`;
  if (isInDocument(finding))
    return `Remove it${holder === undefined ? '' : ` from ${holder}`} when it is no longer needed; if an iteration is meant to add it, let the iteration take it away again: it must end where it began`;
  if (holder === undefined) return 'Let go of it when its owner goes: see what holds it';
  const limit =
    followed === undefined
      ? ''
      : ` (should it have a limit above ${followed}, a check with more --iterations shows it)`;
  return `Take it out of ${holder} when it is no longer needed, bound the size of that, or hold it weakly${limit}`;
}

const isInDocument = ({ kind, name }: Told): boolean => kind === 'dom-node' && !name.endsWith('(detached)');
const inHolder = (holder: string | undefined): string => (holder === undefined ? '' : `: ${holder} has one`);
const placeOf = ({ file, line }: SourceSite): string => `${file}:${line}`;
