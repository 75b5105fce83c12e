import type { BoundedGrowth } from '../model.ts';
import type { PageResource } from '../measure/pageHooks/index.ts';
import { FOLLOWED_CLASSES } from './rules/releasedByPage.ts';
import { type Bucket, type RuleAnswer, type SurvivorEvidence, decide } from './rules/rule.ts';
import { survivorRules } from './rules/survivorRules.ts';
import type { GroupReport } from '../snapshot/messages.ts';
import { parseStackText } from '../explain/sources/index.ts';
import { kindOf } from './findingKinds.ts';
import { fold } from './fold/fold.ts';
import type { LeakCandidate } from './leakCandidate.ts';

/** The iterations of one bucket: by their numbers, for the page hooks, and how many they are. */
export interface IterationSpan {
  readonly first: number;
  readonly last: number;
}

export interface Evidence {
  readonly groups: readonly GroupReport[];
  readonly resources: readonly PageResource[];
  /** Whether the page hooks watch this heap: then what they do not have has been ended. */
  readonly hooked: boolean;
  /** One a bucket of the groups, in the same order. */
  readonly spans: readonly IterationSpan[];
  readonly escalated: boolean;
  /** Whether exact counters showed that each iteration adds more than the one before. */
  readonly multiplies?: boolean;
}

export interface Judgement {
  readonly leaks: readonly LeakCandidate[];
  /** Objects of the browser of which no iteration is known: whether more come must be seen. */
  readonly ageless: readonly GroupReport[];
  /** Those of them that look bounded by the few whose iteration is known. */
  readonly doubtful: ReadonlyMap<GroupReport, BoundedGrowth>;
  readonly bounded: readonly BoundedGrowth[];
  /** Whether the browser keeps things that the page has ended. */
  readonly anyReleased: boolean;
}

/** What survives, judged by the rules, and put together: one leak is one finding, not one for each thing it drags along. */
export function judge(evidence: Evidence): Judgement {
  const bounded: BoundedGrowth[] = [];
  const heap: LeakCandidate[] = [];
  const ageless: GroupReport[] = [];
  let anyReleased = false;
  const doubtful = new Map<GroupReport, BoundedGrowth>();
  for (const group of evidence.groups) {
    // What only the browser holds is the page's if a function of the page made it, or a frame's world.
    if (group.holder.nodeType === 'synthetic' && !madeByPage(group) && kindOf(group.className, group.via) !== 'frame')
      continue;
    const released = isReleased(group, evidence);
    anyReleased ||= released;
    if (!released && isAgeless(group, evidence.spans)) {
      ageless.push(group);
      continue;
    }
    const verdict = decide(survivorRules, groupEvidence(group, evidence, released));
    if (verdict.answer === 'leak') heap.push(heapCandidate(group, verdict, evidence));
    else if (verdict.answer === 'bounded' && group.nodeType !== 'string') {
      const growth = {
        name: group.className,
        reason: verdict.reason,
        survivors: group.survivors,
        ...(group.holder.name === '' ? {} : { holder: group.holder.name }),
      };
      if (mayBeOlder(group, evidence.spans)) doubtful.set(group, growth);
      else bounded.push(growth);
    }
  }
  const resources: LeakCandidate[] = [];
  for (const { sample, survivors } of groupResources(evidence.resources, evidence.spans)) {
    const buckets = toBuckets(survivors, evidence.spans);
    const verdict = decide(survivorRules, {
      name: sample.name,
      buckets,
      escalated: evidence.escalated,
      multiplies: evidence.multiplies === true,
      retainedBy: [],
      madeByPage: true,
    });
    if (verdict.answer === 'leak') resources.push(resourceCandidate(sample, survivors, verdict, evidence));
    else if (verdict.answer === 'bounded') bounded.push({ name: sample.name, reason: verdict.reason, survivors });
  }
  const leaks = fold(resources, heap);
  // Nodes that come with a leak are explained by it; whether more of them come is only worth a look where nothing is.
  if (leaks.length > 0)
    return { leaks, ageless, doubtful: new Map(), bounded: [...bounded, ...doubtful.values()], anyReleased };
  return { leaks, ageless: [...ageless, ...doubtful.keys()], doubtful, bounded, anyReleased };
}

/** True when something may be a leak by what survives after a few iterations: from about every second of them. */
export function hasCandidates(evidence: Pick<Evidence, 'groups' | 'resources' | 'spans'>): boolean {
  const needed = Math.max(2, Math.floor(evidence.spans.length / 2));
  const often = (survivors: readonly number[]): boolean => survivors.filter((count) => count > 0).length >= needed;
  return (
    evidence.groups.some((group) => often(group.survivors)) ||
    groupResources(evidence.resources, evidence.spans).some(({ survivors }) => often(survivors))
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

/** More of them live than the hooks know to be open, by far: the page has ended them. */
function isReleased(group: GroupReport, { resources, hooked }: Evidence): boolean {
  if (!hooked || group.holder.nodeType !== 'synthetic' || !FOLLOWED_CLASSES.has(group.className)) return false;
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

function groupEvidence(
  group: GroupReport,
  { spans, escalated, multiplies }: Evidence,
  released: boolean,
): SurvivorEvidence {
  return {
    name: group.className,
    buckets: toBuckets(group.survivors, spans, group.ageless),
    escalated,
    multiplies: multiplies === true,
    retainedBy: group.holder.retainedBy,
    ...(group.via === undefined ? {} : { via: group.via }),
    ...(group.stack.length === 0 ? {} : { madeByPage: madeByPage(group) }),
    ...(released ? { released } : {}),
  };
}

function toBuckets(survivors: readonly number[], spans: readonly IterationSpan[], ageless = 0): Bucket[] {
  return survivors.map((count, index) => {
    const iterations = spans[index]!.last - spans[index]!.first + 1;
    return { iterations, survivors: count, ...(iterations > 1 && ageless > 0 ? { possible: count + ageless } : {}) };
  });
}

/** Rates come from the buckets of single iterations: they are exact. */
function mean(values: readonly number[], spans: readonly IterationSpan[]): number {
  const singles = values.filter((_, index) => spans[index]!.first === spans[index]!.last);
  return singles.length === 0 ? 0 : singles.reduce((sum, value) => sum + value, 0) / singles.length;
}

function typical(values: readonly number[], spans: readonly IterationSpan[]): number {
  const singles = values.filter((_, index) => spans[index]!.first === spans[index]!.last).sort((a, b) => a - b);
  const median = singles[Math.floor(singles.length / 2)] ?? 0;
  return median > 0 ? median : mean(values, spans);
}

function heapCandidate(group: GroupReport, verdict: RuleAnswer, { spans }: Evidence): LeakCandidate {
  return {
    kind: kindOf(group.className, group.via),
    name: group.className,
    perIteration: typical(group.survivors, spans),
    bytesPerIteration: mean(group.bytes, spans),
    retainedBytes: group.bytes.reduce((sum, bytes) => sum + bytes, 0),
    survivors: group.survivors.filter((_, index) => spans[index]!.first === spans[index]!.last),
    verdict,
    group,
  };
}

function resourceCandidate(
  sample: PageResource,
  survivors: readonly number[],
  verdict: RuleAnswer,
  { spans }: Evidence,
): LeakCandidate {
  return {
    kind: sample.kind,
    name: sample.name,
    perIteration: typical(survivors, spans),
    bytesPerIteration: 0,
    retainedBytes: 0,
    survivors: survivors.filter((_, index) => spans[index]!.first === spans[index]!.last),
    verdict,
    resource: sample,
    creation: parseStackText(sample.stack),
  };
}

interface ResourceGroup {
  readonly sample: PageResource;
  readonly survivors: number[];
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
      group = { sample: resource, survivors: spans.map(() => 0) };
      groups.set(key, group);
    }
    group.survivors[bucket]! += 1;
  }
  return [...groups.values()];
}
