import type { SnapshotSeen, IterationSpan } from '../evidence.ts';
import type { BoundedGrowth } from '../model.ts';
import {
  CONTENT_NAMES,
  FOLLOWED_CLASSES,
  KEPT_ANYHOW,
  MODULE_MAP,
  isContentName,
  isImportedModule,
  isInsideField,
  isModuleRecord,
  kindOf,
  NODE_REQUEST_TIMINGS,
} from '../platform/index.ts';
import type { PageResource } from '../measure/pageHooks/index.ts';
import type { GroupReport, SnapshotAnalysis } from '../snapshot/messages.ts';
import { parseStackText } from '../explain/sources/index.ts';
import { fold } from './fold/fold.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import { type Answer, type Bucket, type SurvivorEvidence, firstAnswer } from './rules/rule.ts';
import { survivorRules } from './table.ts';
import { thresholds } from './thresholds.ts';
import { defined } from '../../support/index.ts';

/** What is known beside the snapshot that is judged. */
export interface SnapshotContext {
  /** Iterations of the warm-up. */
  readonly warmup: number;
  /** Whether growth was followed after the first snapshot. */
  readonly escalated: boolean;
  /** Whether exact counters showed that each iteration adds more than the one before. */
  readonly multiplies: boolean;
  /** Whether DOM nodes rose: their text and styles rise with them. */
  readonly nodesRose: boolean;
  /** Whether listeners rose, of whatever target. */
  readonly listenersRose: boolean;
  /** An earlier snapshot of the same heap: what was there then and is not there now was released. */
  readonly earlier?: SnapshotSeen | undefined;
  /** Whether `bounded` has texts too. Reports go without them: nearly every bounded object brings some. */
  readonly withTexts?: boolean;
}

export interface Judgement {
  readonly leaks: readonly LeakCandidate[];
  /** Objects of the browser of which no iteration is known: whether more come must be seen. */
  readonly ageless: readonly GroupReport[];
  /** Those of them that look bounded by the few whose iteration is known. */
  readonly doubtful: ReadonlyMap<GroupReport, BoundedGrowth>;
  readonly bounded: readonly BoundedGrowth[];
  /** Bytes that iterations allocated and a rule calls bounded: they explain as much of a heap's gain. */
  readonly boundedBytes: number;
  /** Whether the browser keeps things that the page has ended. */
  readonly anyReleased: boolean;
}

/** What survives, judged by the rules, and put together: one leak is one finding, not one for each thing it drags along. */
export function judgeSnapshot(snapshot: SnapshotSeen, context: SnapshotContext): Judgement {
  const { spans, resources } = snapshot;
  const bounded: BoundedGrowth[] = [];
  const heap: LeakCandidate[] = [];
  const ageless: GroupReport[] = [];
  let anyReleased = false;
  let boundedBytes = 0;
  const doubtful = new Map<GroupReport, BoundedGrowth>();
  // What came in the last stretch may be in another collection yet: a queue that is emptied into this one.
  const lately = new Map<string, number>();
  for (const { className, location, survivors } of snapshot.analysis.groups)
    if (location || className.startsWith('{')) lately.set(className, (lately.get(className) ?? 0) + survivors.at(-1)!);
  const before = new Map(context.earlier?.analysis.groups.map((group) => [group.key, group]));
  for (const group of joinModules(snapshot.analysis.groups)) {
    // What only the browser holds is the page's if a function of the page made it, or a frame's world.
    const released = isReleased(group, snapshot, context);
    const keptAnyhow = KEPT_ANYHOW.has(group.className);
    if (!released && !keptAnyhow && group.holder.nodeType === 'synthetic' && !isPageOwn(group)) continue;
    anyReleased ||= released;
    if (!released && isAgeless(group, spans)) {
      ageless.push(group);
      continue;
    }
    const answer = firstAnswer(
      survivorRules,
      groupEvidence(group, snapshot, context, before.get(group.key), released, lately.get(group.className)),
    );
    if (answer.answer === 'bounded' || answer.answer === 'not-a-leak')
      boundedBytes += group.bytes.reduce((sum, bytes) => sum + bytes, 0);
    if (answer.answer === 'leak') heap.push(heapCandidate(group, answer, spans));
    else if (answer.answer === 'bounded' && (context.withTexts === true || group.nodeType !== 'string')) {
      const growth = {
        name: group.className,
        reason: answer.because.reason,
        because: answer.because,
        survivors: group.survivors,
        ...(group.holder.name === '' ? {} : { holder: group.holder.name }),
      };
      if (mayBeOlder(group, spans)) doubtful.set(group, growth);
      else bounded.push(growth);
    }
  }
  const found: LeakCandidate[] = [];
  const { earlier } = context;
  const resourceSpans = spansOfResources(spans, context.warmup);
  const earlierSpans = spansOfResources(earlier?.spans ?? [], context.warmup);
  const resourcesBefore = new Map(
    groupResources(earlier?.resources ?? [], earlierSpans).map((group) => [group.key, group.survivors]),
  );
  for (const { key, sample, survivors } of groupResources(resources, resourceSpans)) {
    const answer = firstAnswer(survivorRules, {
      name: sample.name,
      buckets: toBuckets(
        survivors,
        resourceSpans,
        0,
        earlier && (resourcesBefore.get(key) ?? earlierSpans.map(() => 0)),
      ),
      escalated: context.escalated,
      multiplies: context.multiplies,
      retainedBy: [],
      heldByPage: true,
      madeByPage: true,
    });
    if (answer.answer === 'leak') found.push(resourceCandidate(sample, survivors, answer, resourceSpans));
    else if (answer.answer === 'bounded')
      bounded.push({ name: sample.name, reason: answer.because.reason, because: answer.because, survivors });
  }
  const inField = hasField(found) && onlyInsideFields(heap, earlier?.analysis, snapshot.analysis);
  const own = inField ? heap.filter(({ name }) => !isInsideField(name)) : heap;
  const leaks = fold(withoutContent(found, !inField && (context.nodesRose || own.length > 0)), own);
  // Nodes that come with a leak are explained by it; whether more of them come is only worth a look where nothing is.
  if (leaks.length > 0)
    return {
      leaks,
      ageless,
      doubtful: new Map(),
      bounded: [...bounded, ...doubtful.values()],
      boundedBytes,
      anyReleased,
    };
  return { leaks, ageless: [...ageless, ...doubtful.keys()], doubtful, bounded, boundedBytes, anyReleased };
}

const hasField = (found: readonly LeakCandidate[]): boolean => found.some(({ name }) => name === CONTENT_NAMES.field);

/** Whether what stays in the document are nodes that a text field makes of its value, and no others. */
function onlyInsideFields(
  heap: readonly LeakCandidate[],
  before: SnapshotAnalysis | undefined,
  { elements }: SnapshotAnalysis,
): boolean {
  const others = heap.some(({ name }) => !isInsideField(name));
  const came = Object.keys(elements).filter((name) => elements[name]! > (before?.elements[name] ?? 0));
  return !others && (!before || came.every(isInsideField));
}

/** Content of the document is a finding of its own where nothing else was found that brings it along. */
function withoutContent(found: readonly LeakCandidate[], broughtAlong: boolean): readonly LeakCandidate[] {
  const others = found.filter(({ name }) => !isContentName(name));
  if (broughtAlong || others.length > 0) return others;
  // A style element whose text grows has more rules, and more markup: one cause.
  return found.slice(0, 1);
}

const isPageOwn = (group: GroupReport): boolean =>
  (madeByPage(group) && !isEnginesText(group)) ||
  kindOf(group.className, group.via) === 'frame' ||
  isImportedModule(group.className, group.via);

/** A text that is held by nothing but a root of the engine: it lies in one of the engine's caches, and no code of the page keeps it. */
const isEnginesText = ({ nodeType, holder }: GroupReport): boolean =>
  nodeType === 'string' && holder.retainedBy.length <= 1;

/** A module that is imported under ever new URLs is one thing, with all that its code made when it ran. */
function joinModules(groups: readonly GroupReport[]): readonly GroupReport[] {
  const module = groups.find(({ className, via }) => isImportedModule(className, via));
  if (!module) return groups;
  const parts = groups.filter(({ via }) => isModuleRecord(via));
  const bytes = module.bytes.map((_, index) => parts.reduce((sum, part) => sum + (part.bytes[index] ?? 0), 0));
  const holder = { ...module.holder, name: MODULE_MAP };
  return [{ ...module, bytes, holder }, ...groups.filter((group) => !parts.includes(group))];
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** How many of a group there were and are, where its oldest had gone when the earlier snapshot was taken. */
function keptOf(
  group: GroupReport,
  before: GroupReport | undefined,
  spans: readonly IterationSpan[],
  earlier: SnapshotSeen | undefined,
): SurvivorEvidence['kept'] {
  const hadOldest = before?.survivors.slice(0, thresholds.firstIterations).some((count) => count > 0);
  if (!earlier || hadOldest !== false || before!.ageless + group.ageless > 0) return undefined;
  return [
    [sumOf(before!.survivors), earlier.spans.at(-1)!.last],
    [sumOf(group.survivors), spans.at(-1)!.last],
  ];
}

const isSingle = ({ first, last }: IterationSpan): boolean => first === last;

/** True when something may be a leak by what survives after a few iterations: of as many as make a counter suspicious. */
export function hasCandidates({ analysis, resources, spans }: SnapshotSeen, warmup: number): boolean {
  const often = (survivors: readonly number[]): boolean =>
    survivors.filter((count) => count > 0).length >= thresholds.fewestRises;
  return (
    analysis.groups.some((group) => often(group.survivors)) ||
    groupResources(resources, spansOfResources(spans, warmup)).some(({ survivors }) => often(survivors))
  );
}

function madeByPage(group: GroupReport): boolean {
  return group.stack.some((frame) => frame.url !== '');
}

/** None in the iterations that were told apart, and some that cannot be told apart. */
function isAgeless(group: GroupReport, spans: readonly IterationSpan[]): boolean {
  return (
    group.ageless > 0 &&
    group.survivors.every((count, index) => count === 0 || spans[index]!.first !== spans[index]!.last)
  );
}

/** More of them live than the hooks know to be open, by far: the page has ended them. What has no end has lost its listeners. */
function isReleased(
  group: GroupReport,
  { resources, hooked }: SnapshotSeen,
  { listenersRose }: SnapshotContext,
): boolean {
  if (group.holder.nodeType !== 'synthetic') return false;
  if (KEPT_ANYHOW.has(group.className)) return !listenersRose;
  if (!hooked || !FOLLOWED_CLASSES.has(group.className)) return false;
  const open = resources.filter(({ name }) => name === group.className).length;
  return open * 2 < group.survivors.reduce((sum, count) => sum + count, group.ageless);
}

/**
 * Nodes whose JavaScript object went lose the iteration they are from, and the oldest lose it first: what looks as if the
 * oldest were let go may be that. As many without an iteration as were told apart can hide one from each.
 */
function mayBeOlder(group: GroupReport, spans: readonly IterationSpan[]): boolean {
  return group.nodeType === 'native' && group.ageless >= spans.filter(({ first, last }) => first === last).length;
}

/** True where a variable, a collection or an object of the page is the holder, with nothing of the browser or of Node in between. */
const isHeldByPage = ({ holder, via }: GroupReport): boolean =>
  via === undefined &&
  holder.name !== NODE_REQUEST_TIMINGS &&
  holder.nodeType !== 'synthetic' &&
  holder.nodeType !== 'native' &&
  holder.className !== 'Window';

function groupEvidence(
  group: GroupReport,
  { spans }: SnapshotSeen,
  { escalated, multiplies, earlier }: SnapshotContext,
  before: GroupReport | undefined,
  released: boolean,
  lately = 0,
): SurvivorEvidence {
  const singlesBefore = before?.survivors.filter((_, index) => isSingle(earlier!.spans[index]!));
  return {
    name: group.className,
    buckets: toBuckets(group.survivors, spans, group.ageless, singlesBefore, lately).map((bucket, index) => {
      return { ...bucket, bytes: group.bytes[index]! };
    }),
    escalated,
    multiplies,
    retainedBy: group.holder.retainedBy,
    heldByPage: isHeldByPage(group),
    ...defined({ via: group.via, kept: keptOf(group, before, spans, earlier) }),
    ...(group.stack.length === 0 ? {} : { madeByPage: madeByPage(group) }),
    ...(released ? { released } : {}),
  };
}

function toBuckets(
  survivors: readonly number[],
  spans: readonly IterationSpan[],
  ageless = 0,
  before?: readonly number[],
  lately = 0,
): Bucket[] {
  let single = -1;
  return survivors.map((count, index) => {
    const span = spans[index]!;
    if (isSingle(span)) single += 1;
    const earlier = isSingle(span) ? before?.[single] : undefined;
    const possible = Math.max(count + ageless, index === spans.length - 1 ? lately : 0);
    return {
      iterations: span.last - span.first + 1,
      survivors: count,
      ...(isSingle(span) || possible <= count ? {} : { possible }),
      ...defined({ before: earlier }),
    };
  });
}

/** Rates come from the buckets of single iterations, which are exact, where there are any. */
function mean(values: readonly number[], spans: readonly IterationSpan[]): number {
  const singles = singlesOf(values, spans);
  if (singles.length > 0 && !spans.some(isSingle)) {
    const iterations = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    return values.reduce((sum, value) => sum + value, 0) / iterations;
  }
  return singles.length === 0 ? 0 : singles.reduce((sum, value) => sum + value, 0) / singles.length;
}

/** What belongs to single iterations; to runs of them where only runs were told apart. */
function singlesOf(values: readonly number[], spans: readonly IterationSpan[]): readonly number[] {
  return spans.some(isSingle) ? values.filter((_, index) => isSingle(spans[index]!)) : values;
}

function typical(values: readonly number[], spans: readonly IterationSpan[]): number {
  const singles = values.filter((_, index) => isSingle(spans[index]!)).sort((a, b) => a - b);
  const median = singles[Math.floor(singles.length / 2)] ?? 0;
  return median > 0 ? median : mean(values, spans);
}

function heapCandidate(group: GroupReport, { because }: Answer, spans: readonly IterationSpan[]): LeakCandidate {
  return {
    kind: kindOf(group.className, group.via),
    name: group.className,
    perIteration: typical(group.survivors, spans) || Number(because.numbers['perIteration'] ?? 0),
    bytesPerIteration: mean(group.bytes, spans),
    retainedBytes: group.bytes.reduce((sum, bytes) => sum + bytes, 0),
    survivors: singlesOf(group.survivors, spans),
    because,
    group,
  };
}

function resourceCandidate(
  sample: PageResource,
  survivors: readonly number[],
  { because }: Answer,
  spans: readonly IterationSpan[],
): LeakCandidate {
  return {
    kind: sample.kind,
    name: sample.name,
    perIteration: typical(survivors, spans),
    bytesPerIteration: 0,
    retainedBytes: 0,
    survivors: survivors.filter((_, index) => isSingle(spans[index]!)),
    because,
    resource: sample,
    creation: parseStackText(sample.stack),
  };
}

interface ResourceGroup {
  readonly key: string;
  readonly sample: PageResource;
  readonly survivors: number[];
}

/** Iterations of the count whose resources are compared one by one. */
const SINGLE_ITERATIONS = 7;

/**
 * The page hooks know the iteration of each resource from the beginning, tracked or not: the first of the count one by one, then a
 * long stretch and the last one.
 */
function spansOfResources(spans: readonly IterationSpan[], warmup: number): readonly IterationSpan[] {
  if (spans.length > 0 && !spans.some(isSingle)) return spans;
  const last = spans.at(-1)?.last ?? warmup;
  const singles = Math.min(SINGLE_ITERATIONS, Math.max(0, last - warmup));
  const result = Array.from({ length: singles }, (_, index) => ({
    first: warmup + 1 + index,
    last: warmup + 1 + index,
  }));
  const next = warmup + singles + 1;
  if (next > last) return result;
  const lastStretch = Math.max(next, last - thresholds.lastStretch + 1);
  if (lastStretch > next) result.push({ first: next, last: lastStretch - 1 });
  result.push({ first: lastStretch, last });
  return result;
}

/** Resources of a kind and name that the same line made are one thing. */
function groupResources(resources: readonly PageResource[], spans: readonly IterationSpan[]): ResourceGroup[] {
  const groups = new Map<string, ResourceGroup>();
  for (const resource of resources) {
    const bucket = spans.findIndex(({ first, last }) => resource.iteration >= first && resource.iteration <= last);
    if (bucket === -1) continue;
    const place = parseStackText(resource.stack)[0];
    const key = [resource.kind, resource.name, place?.url, place?.line, place?.column].join('\n');
    let group = groups.get(key);
    if (!group) {
      group = { key, sample: resource, survivors: spans.map(() => 0) };
      groups.set(key, group);
    }
    group.survivors[bucket]! += 1;
  }
  return [...groups.values()];
}
