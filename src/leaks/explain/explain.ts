import type { Log } from '../../support/index.ts';
import { DomWatch, type Insertion } from './exactLine/domWatch.ts';
import { HolderProbe, type ProbedHolder } from '../measure/probes/holderProbe.ts';
import type { BoundedGrowth, Finding, SourceSite } from '../model.ts';
import type { IgnoreRule, Thresholds } from '../../scenarios/index.ts';
import type { GroupReport, GrowthReport } from '../snapshot/messages.ts';
import { openSourceDesk } from './openSourceDesk.ts';
import type { GeneratedFrame, SourceAnswers } from './sources/index.ts';
import { GrowthWatch, type WatchedGrowth } from '../measure/growthWatch.ts';
import type { HeapStudy, StudyResult } from '../measure/heapStudy.ts';
import { kindOf } from '../judge/findingKinds.ts';
import { toFinding } from './finding.ts';
import type { Judgement } from '../judge/judge.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import { countOf, mergeByHolder, nativeCandidates, unexplainedGrowth } from '../judge/leftoverGrowth.ts';
import { PageSources } from '../measure/pageSources.ts';
import type { PageUnderTest } from '../drive/pageUnderTest.ts';
import { SiteFinder } from './siteFinder.ts';
import type { Suspicion } from '../judge/suspicion.ts';

export interface ExplainOptions {
  readonly subject: PageUnderTest;
  readonly study: HeapStudy;
  readonly judgement: Judgement;
  /** What the snapshot after the escalation showed. */
  readonly second: StudyResult;
  /** Iterations that the page can still take, where each adds more than the one before. */
  readonly iterationsLeft?: number;
  readonly suspicions: readonly Suspicion[];
  readonly workspaceFolder: string;
  readonly thresholds: Thresholds;
  readonly ignore: readonly IgnoreRule[];
  readonly log: Log;
}

export interface Explanation {
  readonly findings: readonly Finding[];
  readonly bounded: readonly BoundedGrowth[];
}

/** Iterations that are watched to see who puts things where. */
const WATCHED_ITERATIONS = 2;
/** When sizes are read, or the browser's own objects counted, more are needed to tell growth from chance. */
const MEASURED_ITERATIONS = 5;
/** Findings whose holders are watched; the largest first. */
const MAX_WATCHED = 20;

/** Makes findings of leaks: judges what only live holders show, finds lines and names, and weighs them. */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { subject, study, workspaceFolder } = options;
  const sources = await PageSources.open(study.cdp);
  const desk = openSourceDesk(subject, sources, { workspaceFolder, log: options.log });
  try {
    return await new Explainer(options, sources, desk).run();
  } finally {
    desk.close();
    if (!subject.guard.ended) await sources.close();
  }
}

class Explainer {
  readonly #options: ExplainOptions;
  readonly #mapper: SourceAnswers;
  readonly #sites: SiteFinder;
  readonly #bounded: BoundedGrowth[] = [];

  constructor(options: ExplainOptions, sources: PageSources, mapper: SourceAnswers) {
    this.#options = options;
    this.#mapper = mapper;
    this.#sites = new SiteFinder(sources, mapper);
  }

  async run(): Promise<Explanation> {
    const { subject, study, judgement, second, suspicions } = this.#options;
    const { leaks, ageless } = judgement;
    const growth = unexplainedGrowth(second.analysis.growth, leaks);
    const interfaces = await subject.exposedInterfaces(ageless.map(({ className }) => className));
    const natives = nativeCandidates(mergeByHolder(ageless), leaks, suspicions, interfaces, second.iterationsSince);
    const probe = new HolderProbe(study.cdp);
    const watch = new GrowthWatch(subject, probe, growth, this.#options.iterationsLeft !== undefined);
    const holders = await this.#watchHolders(probe, leaks, watch, growth);
    const inDocument = leaks.filter(isInDocument);
    const dom = natives.some(isNode) || inDocument.length > 0 ? new DomWatch(study.cdp) : undefined;
    let insertions: Insertion[] = [];

    let iterations = holders.size > 0 || dom ? WATCHED_ITERATIONS : 0;
    if (growth.length > 0 || natives.length > 0)
      iterations = this.#options.iterationsLeft === undefined ? MEASURED_ITERATIONS : WATCHED_ITERATIONS;
    iterations = Math.min(iterations, this.#options.iterationsLeft ?? iterations);
    await watch.read();
    for (let iteration = 0; iteration < iterations; iteration += 1) {
      if (iteration === 0) await dom?.start();
      await subject.iterate('settle');
      if (iteration === 0) insertions = (await dom?.stop()) ?? [];
      await watch.read();
    }
    const kept = await probe.finish();

    const findings: Finding[] = [];
    for (const leak of leaks) {
      const made = await this.#sites.allocation(leak);
      const put = (await this.#keptAt(kept, holders.get(leak))) ?? (await this.#sites.reaction(leak));
      const inserted =
        leak.group && inDocument.includes(leak) ? await this.#sites.insertion(leak.group, insertions) : undefined;
      const allocatedAt = made?.precision === 'line' ? made : (inserted?.allocatedAt ?? made);
      const holder = holders.get(leak);
      findings.push(await this.#finding(leak, allocatedAt, put ?? inserted?.keptAt, holder && kept.get(holder)?.[0]));
    }
    for (const watched of watch.results()) {
      const finding = await this.#grownFinding(watched, kept, watch);
      if (finding) findings.push(finding);
    }
    if (natives.length > 0) findings.push(...(await this.#nativeFindings(natives, study, iterations, insertions)));
    for (const [group, bounded] of judgement.doubtful)
      if (!natives.some((native) => sameNatives(native, group))) this.#bounded.push(bounded);
    return {
      findings: findings
        .filter((finding) => finding.bytesPerIteration >= this.#options.thresholds.minorBytes)
        .sort((a, b) => b.bytesPerIteration - a.bytesPerIteration),
      bounded: this.#bounded,
    };
  }

  async #watchHolders(
    probe: HolderProbe,
    leaks: readonly LeakCandidate[],
    watch: GrowthWatch,
    growth: readonly GrowthReport[],
  ): Promise<Map<LeakCandidate, ProbedHolder>> {
    const holders = new Map<LeakCandidate, ProbedHolder>();
    const byId = new Map<string, ProbedHolder>();
    for (const leak of leaks) {
      const { group } = leak;
      if (!group || group.via !== undefined || byId.size >= MAX_WATCHED) continue;
      const key = `${group.holder.heapObjectId} ${group.holder.slot ?? ''}`;
      let holder = byId.get(key);
      if (!holder) {
        holder = { heapObjectId: group.holder.heapObjectId, slot: group.holder.slot };
        byId.set(key, holder);
        await probe.watch(holder);
      }
      holders.set(leak, holder);
    }
    for (const report of growth) {
      const holder = watch.holderOf(report);
      if (holder) await probe.watch(holder);
    }
    return holders;
  }

  async #keptAt(
    kept: ReadonlyMap<ProbedHolder, GeneratedFrame[]>,
    holder: ProbedHolder | undefined,
  ): Promise<SourceSite | undefined> {
    const stack = holder && kept.get(holder);
    return stack && (await this.#mapper.toSite(stack, 'line'));
  }

  async #finding(
    leak: LeakCandidate,
    allocatedAt: SourceSite | undefined,
    keptAt: SourceSite | undefined,
    putAt: GeneratedFrame | undefined,
  ): Promise<Finding> {
    const { name, holder } = await this.#sites.namesOf(leak, putAt);
    return toFinding({ ...leak, name }, { allocatedAt, keptAt, holder }, this.#options);
  }

  async #grownFinding(
    { growth, sizes, verdict }: WatchedGrowth,
    kept: ReadonlyMap<ProbedHolder, GeneratedFrame[]>,
    watch: GrowthWatch,
  ): Promise<Finding | undefined> {
    const { log, second } = this.#options;
    log.debug(`${growth.holder.name || growth.className}: sizes ${sizes.join(', ')}: ${verdict.answer}`);
    if (verdict.answer !== 'leak') {
      if (verdict.answer === 'bounded')
        this.#bounded.push({
          name: growth.className,
          reason: verdict.reason,
          ...(growth.holder.name === '' ? {} : { holder: growth.holder.name }),
        });
      return undefined;
    }
    const steps = sizes.slice(1).map((size, index) => size - sizes[index]!);
    const last = second.spans.at(-1)!.last;
    const first = second.spans[0]!.first;
    const leak: LeakCandidate = {
      kind: kindOf(growth.className, undefined),
      name: growth.type === 'table' ? `entries of ${growth.className}` : growth.className,
      perIteration: growth.type === 'table' ? steps.reduce((sum, step) => sum + step, 0) / steps.length : 1,
      bytesPerIteration: (growth.bytesAfter - growth.bytesBefore) / Math.max(1, last - first + 1),
      retainedBytes: growth.bytesAfter,
      survivors: growth.type === 'table' ? steps : steps.map((step) => (step > 0 ? 1 : 0)),
      verdict,
    };
    const holder = watch.holderOf(growth);
    const keptAt = await this.#keptAt(kept, holder);
    const allocatedAt = await this.#sites.grown(growth);
    const putAt = holder && kept.get(holder)?.[0];
    const name = await this.#sites.holderName(growth.holder, growth.stack, undefined, putAt);
    return toFinding(
      leak,
      { allocatedAt: allocatedAt ?? keptAt, keptAt, holder: name, retainedBy: growth.holder.retainedBy },
      this.#options,
    );
  }

  /** A third snapshot says whether the browser's own objects go on coming. */
  async #nativeFindings(
    natives: readonly GroupReport[],
    study: HeapStudy,
    iterations: number,
    insertions: readonly Insertion[],
  ): Promise<Finding[]> {
    const { second } = this.#options;
    const third = await study.snapshot();
    const inThird = mergeByHolder(third.analysis.groups);
    const since = second.iterationsSince;
    const findings: Finding[] = [];
    for (const native of natives) {
      const latest = inThird.find((candidate) => sameNatives(candidate, native));
      const inGroup = latest ? latest.ageless + latest.survivors.at(-1)! : 0;
      // Siblings hang on each other, and a group names the first of them only: elements are counted as well.
      const before = second.analysis.elements[native.className] ?? 0;
      const more = Math.max(inGroup, (third.analysis.elements[native.className] ?? before) - before);
      const count = countOf(native);
      const bytes = native.bytes.reduce((sum, some) => sum + some, 0);
      const rate = count / since;
      if (more < rate * iterations * 0.6) {
        this.#bounded.push({ name: native.className, reason: 'no more of them come', holder: native.holder.name });
        continue;
      }
      const { allocatedAt, keptAt } = await this.#sites.insertion(native, insertions);
      const leak: LeakCandidate = {
        kind: kindOf(native.className, undefined),
        name: native.className,
        perIteration: Math.round(rate * 10) / 10,
        bytesPerIteration: bytes / since,
        retainedBytes: bytes,
        survivors: [],
        verdict: { answer: 'leak', reason: 'they keep coming' },
      };
      findings.push(
        toFinding(
          leak,
          {
            allocatedAt,
            keptAt,
            holder: native.holder.name === '' ? undefined : native.holder.name,
            retainedBy: native.holder.retainedBy,
          },
          this.#options,
        ),
      );
    }
    return findings;
  }
}

/** Nodes and frames that the document itself holds, not a collection of the page. */
function isInDocument({ kind, group }: LeakCandidate): boolean {
  return (
    (kind === 'dom-node' || kind === 'frame') &&
    (group?.holder.nodeType === 'native' || group?.holder.nodeType === 'synthetic')
  );
}

function isNode(native: GroupReport): boolean {
  const kind = kindOf(native.className, undefined);
  return kind === 'dom-node' || kind === 'frame';
}

function sameNatives(a: GroupReport, b: GroupReport): boolean {
  return (
    a.className === b.className && (a.holder.heapObjectId === b.holder.heapObjectId || a.holder.name === b.holder.name)
  );
}
