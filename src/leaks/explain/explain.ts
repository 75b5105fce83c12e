import { ANONYMOUS, kindOf } from '../platform/index.ts';
import type { Finding } from '../model.ts';
import type { IgnoreRule, Thresholds } from '../../scenarios/index.ts';
import type { Log } from '../../support/index.ts';
import { openSourceDesk } from './openSourceDesk.ts';
import type { GeneratedFrame, SourceAnswers } from './sources/index.ts';
import { PageUnderTest } from '../drive/pageUnderTest.ts';
import type { GuardedCdp } from '../drive/cdp.ts';
import type { Subject } from '../drive/subject.ts';
import type { HeapNumber } from '../evidence.ts';
import type { Decision } from '../judge/decide.ts';
import { isInDocument } from '../judge/judgeHeap.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import { holderKey } from '../measure/holders.ts';
import type { Measurements } from '../measure/measurements.ts';
import type { SeenPlaces } from '../measure/seenPlaces.ts';
import { PageSources } from '../measure/pageSources.ts';
import type { Ending } from '../snapshot/endings.ts';
import type { HolderDescription } from '../snapshot/holderName.ts';
import type { GroupReport, GrowthReport } from '../snapshot/messages.ts';
import type { LeftSubtree } from './exactLine/leftNodes.ts';
import type { Explained } from './explained.ts';
import { toFinding } from './finding.ts';
import { foldByCall } from './foldByCall.ts';
import { foldHeld } from './foldHeld.ts';
import { foldLeftNodes } from './foldLeftNodes.ts';
import { foldTimeouts } from './foldTimeouts.ts';
import { isKey } from './isKey.ts';
import { libraryFactsOf } from './libraryFacts.ts';
import { openedPagesFinding } from './openedPages.ts';
import { createWorkspaceFiles } from './sources/workspaceFiles.ts';
import { SiteFinder } from './siteFinder.ts';
import { isInLibrary, libraryFrame } from './stackRuns.ts';
import { asWhole, calledOnMade, wholesOf } from './whole.ts';
import { defined } from '../../support/index.ts';

export interface ExplainOptions {
  readonly subject: Subject;
  readonly measurements: Measurements;
  readonly decision: Decision;
  readonly workspaceFolder: string;
  readonly thresholds: Thresholds;
  readonly ignore: readonly IgnoreRule[];
  readonly log: Log;
  /** How long the page has to answer, in ms; after that, lines are looked for without it. Default: without limit. */
  readonly answersInMs?: number;
}

/** Makes findings of leaks: finds lines and names, and rates them. The largest comes first. */
export async function explain(options: ExplainOptions): Promise<readonly Finding[]> {
  const { subject, measurements, decision, workspaceFolder, thresholds } = options;
  const findings: Finding[] = [];
  for (const [heap, leaks] of Map.groupBy(decision.leaks, (found) => found.heap)) {
    const opened = leaks.find(({ leak }) => leak.kind === 'page');
    if (opened && subject instanceof PageUnderTest) {
      findings.push(await openedPagesFinding(subject, opened.leak, options));
      continue;
    }
    const sources = await openSources(measurements.studyOf(heap).cdp, options);
    const desk = openSourceDesk(subject, sources, { workspaceFolder, log: options.log });
    try {
      const explainer = new Explainer(options, heap, sources, desk);
      findings.push(...(await explainer.findings(leaks.map(({ leak }) => leak))));
    } finally {
      desk.close();
      if (!subject.guard.ended) await sources.close();
    }
  }
  return reported(findings, thresholds).toSorted((a, b) => b.bytesPerIteration - a.bytesPerIteration);
}

/** The scripts of a heap, from the page or worker itself; where that is too busy to answer, as the snapshots named them. */
async function openSources(
  cdp: GuardedCdp,
  { answersInMs, measurements: { evidence } }: ExplainOptions,
): Promise<PageSources> {
  if (answersInMs === undefined) return await PageSources.open(cdp);
  const seen = evidence.observations.filter((observation) => observation.saw === 'snapshot');
  const positions = seen.flatMap(({ analysis }) => analysis.groups.flatMap(({ stack }) => stack));
  return await PageSources.openWithin(answersInMs, cdp, positions);
}

/** Findings as the judge has them, where the page can no longer tell lines. */
export function withoutLines(
  { leaks }: Decision,
  options: { readonly thresholds: Thresholds; readonly ignore: readonly IgnoreRule[] },
): readonly Finding[] {
  const alike = new Map<string, { readonly leak: LeakCandidate; readonly holder: string | undefined }>();
  for (const { leak } of leaks) {
    const holder = (leak.group ?? leak.native ?? leak.growth)?.holder.name || undefined;
    const key = [leak.kind, leak.name, holder].join('\n');
    const known = alike.get(key)?.leak;
    alike.set(key, { leak: known ? sumOf(known, leak) : leak, holder });
  }
  return [...alike.values()].map(({ leak, holder }) => {
    const parts = (leak.parts ?? []).map((part) => withoutSites(part, undefined));
    return toFinding({ ...withoutSites(leak, holder), parts }, options);
  });
}

/** Two leaks that only their lines would tell apart. */
function sumOf(one: LeakCandidate, other: LeakCandidate): LeakCandidate {
  return {
    ...one,
    perIteration: one.perIteration + other.perIteration,
    bytesPerIteration: one.bytesPerIteration + other.bytesPerIteration,
    retainedBytes: one.retainedBytes + other.retainedBytes,
    survivors: one.survivors.map((count, index) => count + (other.survivors[index] ?? 0)),
  };
}

const withoutSites = (leak: LeakCandidate, holder: string | undefined): Explained => ({
  leak,
  allocatedAt: undefined,
  keptAt: undefined,
  holder,
});

/** What `minorBytes` leaves of the findings. It filters the report, never the verdict: the largest is always shown. */
function reported(findings: readonly Finding[], { minorBytes }: Thresholds): readonly Finding[] {
  const large = findings.filter(({ bytesPerIteration }) => bytesPerIteration >= minorBytes);
  if (large.length > 0 || findings.length === 0) return large;
  return [findings.reduce((most, finding) => (finding.bytesPerIteration > most.bytesPerIteration ? finding : most))];
}

/** The holder with the place in it that grew: a variable has a name of its own, an entry of a map has a key. */
function placeIn({ holder }: GrowthReport, place: string | undefined): HolderDescription {
  if (place === undefined || /^\d+$/.test(place)) return holder;
  if (/^(?:Weak)?Map$/.test(holder.className)) return { ...holder, name: `${holder.name}[${JSON.stringify(place)}]` };
  const { scopeAt: _, ...named } = holder;
  return { ...named, name: place };
}

/** Methods that end an animation of a library; those of the page's own objects (`cancel` of a form) are for something else. */
const isEndOfWork = ({ method }: Ending): boolean => /^(?:cancel|revert)$/.test(method);

class Explainer {
  readonly #options: ExplainOptions;
  readonly #mapper: SourceAnswers;
  readonly #sites: SiteFinder;
  readonly #places: SeenPlaces;

  constructor(options: ExplainOptions, heap: HeapNumber, sources: PageSources, mapper: SourceAnswers) {
    this.#options = options;
    this.#mapper = mapper;
    this.#sites = new SiteFinder(sources, mapper);
    this.#places = options.measurements.placesOf(heap);
  }

  /** One cause, one finding: what belongs together by the lines that made it, or by the subtree it is in, is put together. */
  async findings(leaks: readonly LeakCandidate[]): Promise<readonly Finding[]> {
    const explained: Explained[] = [];
    for (const leak of leaks) explained.push(await this.#explain(leak));
    const inSubtrees = await foldLeftNodes(explained, this.#places.subtrees, (subtree, parts) =>
      this.#leftRoot(subtree, parts),
    );
    const files = createWorkspaceFiles(this.#options.workspaceFolder);
    return await Promise.all(
      foldByCall(foldTimeouts(foldHeld(inSubtrees))).map(async (one) =>
        toFinding(one, {
          ...this.#options,
          followed: this.#options.subject.begun,
          library: await libraryFactsOf(one, files),
        }),
      ),
    );
  }

  async #explain(leak: LeakCandidate): Promise<Explained> {
    if (leak.growth) return await this.#grown(leak);
    if (leak.native) return await this.#native(leak);
    if (leak.kind === 'native-memory') return await this.#leftOpen(leak);
    const { group } = leak;
    const made = await this.#sites.allocation(leak);
    const kept = group && group.via === undefined ? this.#keptFrames(group.holder) : undefined;
    const put =
      (kept && (await this.#mapper.toSite(kept, 'line'))) ??
      (await this.#sites.reaction(leak)) ??
      (await this.#sites.mention(leak));
    const parent = group && isInDocument(leak) ? this.#parentOf(group) : undefined;
    const inserted =
      group && parent !== undefined
        ? await this.#sites.insertion(group.className, parent, this.#places.insertions)
        : undefined;
    const named = await this.#sites.namesOf(leak, kept?.[0]);
    const { holder } = named;
    // A library's record of a subscription has no telling name: the finding names the function that subscribed.
    const callback = [made, put].some((site) => site && isInLibrary(site))
      ? await this.#sites.callback(leak)
      : undefined;
    const allocatedAt = callback?.site ?? (made?.precision === 'line' ? made : (inserted?.allocatedAt ?? made));
    const name = isKey(leak) ? 'key' : (callback?.name ?? named.name);
    const known = callback?.className ?? leak.name;
    const parts: Explained[] = [];
    for (const part of leak.parts ?? []) {
      const partName = await this.#sites.nameOf(part);
      parts.push({ leak: { ...part, name: partName }, allocatedAt: undefined, keptAt: undefined, holder: undefined });
    }
    const found: Explained = {
      leak: { ...leak, name },
      ...(known === ANONYMOUS && name !== known ? { knownAs: { kind: leak.kind, name: known } } : {}),
      allocatedAt,
      keptAt: put ?? inserted?.keptAt,
      holder: inserted?.parent ?? (parent === undefined || parent === group?.holder.name ? holder : parent),
      parts,
      component: group?.component && (await this.#sites.componentName(group.component)),
      ending:
        group?.nodeType === 'object' && group.ending && (!isEndOfWork(group.ending) || (made && isInLibrary(made)))
          ? { ...group.ending, on: calledOnMade(leak.resource ? group.className : name, allocatedAt) }
          : undefined,
    };
    for (const whole of wholesOf(leak)) {
      const { name: wholeName, site, isUsers } = await this.#sites.whole(whole);
      // The page does close this view: the library's object that keeps it is the one to end.
      if (isUsers && (whole.ending.ran || isEndOfWork(whole.ending)) && libraryFrame(allocatedAt) !== undefined)
        continue;
      const told = asWhole(found, whole, wholeName, site);
      if (told !== found) return told;
    }
    return found;
  }

  /** What such nodes were seen to be put into; an element that script never touched is not in the paths of a snapshot. */
  #parentOf({ className, holder }: GroupReport): string {
    const into = this.#places.subtrees.filter(({ root }) => root === className).map(({ parent }) => parent);
    return into.length === 0 || into.includes(holder.name) ? holder.name : into[0]!;
  }

  /** The root of a subtree that stays in the document, where no snapshot told it apart from others of its tag. */
  async #leftRoot(subtree: LeftSubtree, parts: readonly Explained[]): Promise<Explained> {
    const { analysis, spans } = this.#places.latest;
    const like = analysis.groups.filter(
      ({ className, nodeType, holder }) =>
        className === subtree.root && nodeType === 'native' && (holder.nodeType === 'native' || holder.name === ''),
    );
    const bytes = like.reduce((sum, group) => sum + group.bytes.reduce((all, some) => all + some, 0), 0);
    const followed = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    const { iterations } = this.#places;
    const because = {
      rule: 'stays in the document',
      reason: `${subtree.count} more of them ${subtree.count === 1 ? 'is' : 'are'} in ${subtree.parent} after ${iterations} iterations`,
      numbers: { more: subtree.count, iterations },
    };
    return {
      leak: {
        kind: kindOf(subtree.root, undefined),
        name: subtree.root,
        perIteration: subtree.count / Math.max(1, iterations),
        bytesPerIteration: bytes / Math.max(1, followed),
        retainedBytes: bytes,
        survivors: parts[0]?.leak.survivors ?? [],
        because,
      },
      ...(await this.#sites.insertion(subtree.root, subtree.parent, this.#places.insertions)),
      holder: subtree.parent,
      retainedBy: [`<${subtree.parent}>`, `<${subtree.described}>`],
    };
  }

  #keptFrames(holder: {
    readonly heapObjectId: number;
    readonly slot?: string;
  }): readonly GeneratedFrame[] | undefined {
    return this.#places.kept.get(holderKey(holder.heapObjectId, holder.slot));
  }

  async #grown(leak: LeakCandidate): Promise<Explained> {
    const growth = leak.growth!;
    const kept = this.#keptFrames({
      heapObjectId: growth.holder.heapObjectId,
      ...defined({ slot: growth.type === 'slot' ? growth.slot : undefined }),
    });
    const keptAt =
      (kept && (await this.#mapper.toSite(kept, 'line'))) ?? (await this.#sites.assignment(growth, leak.place));
    const allocatedAt = await this.#sites.grown(growth);
    const holder = await this.#sites.holderName(placeIn(growth, leak.place), growth.stack, undefined, kept?.[0]);
    return { leak, allocatedAt: allocatedAt ?? keptAt, keptAt, holder, retainedBy: growth.holder.retainedBy };
  }

  /** What the system counts: no object says who opened it, one more iteration does. */
  async #leftOpen(leak: LeakCandidate): Promise<Explained> {
    const frames = (await this.#options.subject.openingFrames?.()) ?? [];
    const allocatedAt = await this.#mapper.toSite(frames, 'line');
    return { leak, allocatedAt, keptAt: undefined, holder: undefined };
  }

  async #native(leak: LeakCandidate): Promise<Explained> {
    const { className, holder } = leak.native!;
    const parent = this.#parentOf(leak.native!);
    return {
      leak: { ...leak, group: leak.native! },
      ...(await this.#sites.insertion(className, parent, this.#places.insertions)),
      holder: parent === '' ? undefined : parent,
      retainedBy: holder.retainedBy,
    };
  }
}
