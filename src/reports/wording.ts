import { count, formatBytes } from '../support/index.ts';
import {
  type BoundedGrowth,
  type CheckResult,
  type Finding,
  type SourceFrame,
  type SourceSite,
  bareName,
  packageOf,
} from '../leaks/index.ts';

/** The sentences that all formats share, so that a finding has the same words everywhere. */

/** `src/panels.ts:42:17`, as compilers print it and terminals link it. */
export function formatPlace(frame: SourceFrame): string {
  return `${frame.file}:${frame.line}:${frame.column}`;
}

/** Two decimals at most, and no trailing zeros: `1`, `0.5`, `1.33`. */
export function formatRate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Names that take a plural, with the call that began them. */
const COUNTED =
  /^(?<noun>interval|timeout|string|key|object URL|open file descriptor|page|requestAnimationFrame loop|geolocation watch|anonymous function|\w+Observer(?= of ))(?<of> of .+)?$/;

/** The name of something in the number that an amount asks for: `2 resize listeners on window`, `3 Panel objects`. */
export function nounOf(name: string, amount: number): string {
  if (amount === 1) return name.replace(/^entries of /, 'entry of ');
  const listener = /^(.+) listener on (.+)$/.exec(name);
  if (listener) return `${listener[1]} listeners on ${listener[2]}`;
  const { noun, of = '' } = COUNTED.exec(name)?.groups ?? {};
  if (noun !== undefined) return `${noun}${noun.endsWith('h') ? 'es' : 's'}${of}`;
  if (/^(?:object of|function in) /.test(name)) return name.replace(' ', 's ');
  if (name.startsWith('addition to ')) return name.replace('addition', 'additions');
  if (name.startsWith('<')) return name.replace(/^(<[^>]+>)/, '$1 elements');
  if (/^[$_\p{L}][$\w\p{L}]*$/u.test(name) || name.startsWith('{')) return `${name} objects`;
  return name;
}

/** The place to show for a finding: the user's own line where there is one, of the allocation or of the holder; an exact one rather than its function's start. */
export function placeOfFinding({ allocatedAt, keptAt }: Finding): SourceSite | undefined {
  const sites = [allocatedAt, keptAt].filter((site) => site !== undefined);
  const [first, exact] = sites.filter(({ file }) => packageOf(file) === undefined);
  return first?.precision === 'function' && exact?.precision === 'line' && isSameFunction(first, exact)
    ? exact
    : (first ?? sites[0]);
}

const isSameFunction = (a: SourceSite, b: SourceSite): boolean =>
  a.file === b.file && bareName(a.function) === bareName(b.function) && a.role === b.role;

/** The parts of the sentence about a finding, for other languages. */
export type FindingParts =
  | { readonly kind: 'growth'; readonly name: string; readonly bytes: string }
  | {
      readonly kind: 'survivors';
      /** `2 Panel (48 KB)` */
      readonly subject: string;
      readonly isOne: boolean;
      readonly holder: string | undefined;
    };

export function findingParts(finding: Finding): FindingParts {
  const bytes = formatBytes(finding.bytesPerIteration);
  // Open files have a number and no size.
  if (finding.kind === 'native-memory' && finding.bytesPerIteration >= 1)
    return { kind: 'growth', name: finding.name, bytes };
  const size = finding.bytesPerIteration >= 1 ? ` (${bytes})` : '';
  return {
    kind: 'survivors',
    subject: `${formatRate(finding.perIteration)} ${nounOf(finding.name, finding.perIteration)}${size}`,
    isOne: finding.perIteration === 1,
    holder: finding.holder || undefined,
  };
}

/** `1 Panel (48 KB) survives each iteration, kept in closedPanels`; `the browser's memory grows by 2 MB each iteration`. */
export function summarizeFinding(finding: Finding): string {
  const parts = findingParts(finding);
  if (parts.kind === 'growth') return `${parts.name} grows by ${parts.bytes} each iteration`;
  const held = parts.holder === undefined ? '' : `, kept in ${parts.holder}`;
  return `${parts.subject} ${parts.isOne ? 'survives' : 'survive'} each iteration${held}`;
}

/** `Leak: 2 findings`, `Clean`, `Inconclusive: …`, `Error: …`: one line that answers "and?". */
export function summarizeCheck(check: CheckResult): string {
  switch (check.verdict) {
    case 'leak':
      return `Leak (${check.severity}): ${count(check.findings.filter((finding) => !finding.ignored).length, 'finding')}`;
    case 'clean': {
      const ignored = check.findings.length;
      if (ignored > 0) return `Clean: ${count(ignored, 'leak')} ignored`;
      return check.mode === 'duration' ? 'Clean' : `Clean: nothing survives ${count(check.iterations, 'iteration')}`;
    }
    case 'inconclusive':
      return `Inconclusive: ${withCounterWords(check.because?.reason ?? 'something grows, and its cause is unknown')}`;
    case 'error':
      return `Error: ${check.error?.message ?? 'unknown'}`;
  }
}

/** Counters as people call them; other names are split into words. The memory of processes is reported elsewhere. */
const COUNTER_WORDS: Readonly<Record<string, string>> = {
  jsHeapBytes: 'JavaScript heap',
  jsHeapUsedBytes: 'JavaScript heap',
  embedderHeapBytes: "browser's heap",
  backingStoreBytes: 'buffers',
  wasmMemoryBytes: 'WebAssembly memory',
  nodes: 'DOM nodes',
  otherListeners: 'listeners on other targets',
  windowListeners: 'listeners on window',
  documentListeners: 'listeners on document',
  abortSignalListeners: 'listeners on AbortSignals',
  objectUrls: 'object URLs',
  textGrowths: "additions to the document's text",
  fieldGrowths: 'additions to text fields',
  attributeGrowths: "additions to the document's attributes",
  storageGrowths: 'additions to local or session storage',
  storedRecords: 'records in IndexedDB or Cache Storage',
  cssRules: 'CSS rules',
  treeBytes: '',
  activeTCPSocketWrap: 'open TCP connections',
  activeTCPServerWrap: 'TCP servers',
  activeTLSWrap: 'open TLS connections',
  activePipeWrap: 'open pipes',
  activeProcessWrap: 'child processes',
  activeTimeout: 'timers',
  activeFSReqCallback: 'file operations under way',
};

function counterWords(counter: string): string {
  return COUNTER_WORDS[counter] ?? counter.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A sentence of a check with the counters in it as people call them. */
export function withCounterWords(text: string): string {
  return text.replaceAll(/\b\w+\b/g, (word) => (Object.hasOwn(COUNTER_WORDS, word) && COUNTER_WORDS[word]) || word);
}

/** What `growth` measured, for people: `DOM nodes +2, JavaScript heap +4.1 KB`; counters that did not grow are left out. */
export function summarizeGrowth(check: CheckResult): string {
  return Object.entries(check.growth)
    .filter(([name, value]) => name.endsWith('PerIteration') && value >= 0.005)
    .map(([name, value]) => {
      const counter = name.slice(0, -'PerIteration'.length);
      const amount = /bytes$/i.test(counter) ? formatBytes(value) : formatRate(value);
      const words = counterWords(counter);
      return words === '' ? '' : `${words} +${amount}`;
    })
    .filter((part) => part !== '')
    .join(', ');
}

/** The most bounded growths in a text; the JSON report has all. */
const BOUNDED_SHOWN = 5;

/** The bounded growths, each once, and how many more there are: a page can have a hundred caches. */
export function boundedToShow(check: CheckResult): { readonly shown: readonly BoundedGrowth[]; readonly more: number } {
  // A name that leaks is left out here: the objects of it that one holder has may look bounded.
  const leaking = new Set(check.findings.flatMap(({ name, parts = [] }) => [name, ...parts.map((part) => part.name)]));
  const quiet = check.bounded.filter(({ name }) => !leaking.has(name));
  const distinct = new Map(quiet.map((bounded) => [`${bounded.name}\n${bounded.reason}`, bounded]));
  const all = [...distinct.values()];
  return { shown: all.slice(0, BOUNDED_SHOWN), more: Math.max(0, all.length - BOUNDED_SHOWN) };
}

/** `; the findings keep 97 % of it`: how much of the growth in bytes is accounted for. */
export function explainedShare(check: CheckResult): string {
  const explained = check.growth['explainedFraction'];
  if (explained === undefined) return '';
  const percent = Math.round(explained * 100);
  // Listeners and timers have a count but no bytes.
  return percent < 5 ? '; the bytes of what leaks were not measured' : `; the findings keep ${percent} % of the bytes`;
}

/** Findings shown in texts; the others are counted, and all are in the JSON report. */
export const FINDINGS_SHOWN = 5;

/** Repeated steps of a path are written once: `_next: Tween (12 times)`. Long paths keep both ends. */
export function shortenPath(path: readonly string[]): string[] {
  const short: { step: string; times: number }[] = [];
  for (const step of path) {
    const last = short.at(-1);
    if (last?.step === step) last.times += 1;
    else short.push({ step, times: 1 });
  }
  return short.map(({ step, times }) => (times > 1 ? `${step} (${times} times)` : step));
}

/** What the check's process took. */
export function summarizeMemory({ memoryStats: { initialMb, finalMb, peakMb } }: CheckResult): string | undefined {
  if (peakMb <= 0) return undefined;
  return `${initialMb.toFixed(0)} MB at first, ${finalMb.toFixed(0)} MB at the end, peak ${peakMb.toFixed(0)} MB`;
}

export function summarizeCleanup({ cleanup }: CheckResult): string {
  return cleanup.successful ? 'complete: no process and no file left' : cleanup.issues.join('; ');
}
