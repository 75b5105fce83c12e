import type { Finding, SourceSite } from '../model.ts';
import type { IgnoreRule, Thresholds } from '../../scenarios/index.ts';
import type { Log } from '../../support/index.ts';
import { openSourceDesk } from './openSourceDesk.ts';
import type { GeneratedFrame, SourceAnswers } from './sources/index.ts';
import { PageUnderTest } from '../drive/pageUnderTest.ts';
import type { Subject } from '../drive/subject.ts';
import type { HeapNumber } from '../evidence.ts';
import type { Decision } from '../judge/decide.ts';
import { isInDocument } from '../judge/judgeHeap.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import { holderKey } from '../measure/holders.ts';
import type { Measurements, SeenPlaces } from '../measure/measurements.ts';
import { PageSources } from '../measure/pageSources.ts';
import { toFinding } from './finding.ts';
import { openedPagesFinding } from './openedPages.ts';
import { SiteFinder } from './siteFinder.ts';

export interface ExplainOptions {
  readonly subject: Subject;
  readonly measurements: Measurements;
  readonly decision: Decision;
  readonly workspaceFolder: string;
  readonly thresholds: Thresholds;
  readonly ignore: readonly IgnoreRule[];
  readonly log: Log;
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
    const sources = await PageSources.open(measurements.studyOf(heap).cdp);
    const desk = openSourceDesk(subject, sources, { workspaceFolder, log: options.log });
    try {
      const explainer = new Explainer(options, heap, sources, desk);
      for (const { leak } of leaks) findings.push(await explainer.finding(leak));
    } finally {
      desk.close();
      if (!subject.guard.ended) await sources.close();
    }
  }
  return reported(findings, thresholds).toSorted((a, b) => b.bytesPerIteration - a.bytesPerIteration);
}

/** Findings as the judge has them, where the page can no longer be asked for lines. */
export function withoutLines(
  { leaks }: Decision,
  options: { readonly thresholds: Thresholds; readonly ignore: readonly IgnoreRule[] },
): readonly Finding[] {
  return leaks.map(({ leak }) => {
    const holder = (leak.group ?? leak.native ?? leak.growth)?.holder.name;
    const sites = { allocatedAt: undefined, keptAt: undefined, holder: holder === '' ? undefined : holder };
    return toFinding(leak, sites, options);
  });
}

/** What `minorBytes` leaves of the findings. It filters the report, never the verdict: the largest is always shown. */
function reported(findings: readonly Finding[], { minorBytes }: Thresholds): readonly Finding[] {
  const large = findings.filter(({ bytesPerIteration }) => bytesPerIteration >= minorBytes);
  if (large.length > 0 || findings.length === 0) return large;
  return [findings.reduce((most, finding) => (finding.bytesPerIteration > most.bytesPerIteration ? finding : most))];
}

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

  async finding(leak: LeakCandidate): Promise<Finding> {
    if (leak.growth) return await this.#grown(leak);
    if (leak.native) return await this.#native(leak);
    const made = await this.#sites.allocation(leak);
    const kept = leak.group && leak.group.via === undefined ? this.#keptFrames(leak.group.holder) : undefined;
    const put = (kept && (await this.#mapper.toSite(kept, 'line'))) ?? (await this.#sites.reaction(leak));
    const inserted =
      leak.group && isInDocument(leak) ? await this.#sites.insertion(leak.group, this.#places.insertions) : undefined;
    const allocatedAt = made?.precision === 'line' ? made : (inserted?.allocatedAt ?? made);
    const { name, holder } = await this.#sites.namesOf(leak, kept?.[0]);
    return this.#toFinding({ ...leak, name }, allocatedAt, put ?? inserted?.keptAt, holder);
  }

  #keptFrames(holder: {
    readonly heapObjectId: number;
    readonly slot?: string;
  }): readonly GeneratedFrame[] | undefined {
    return this.#places.kept.get(holderKey(holder.heapObjectId, holder.slot));
  }

  async #grown(leak: LeakCandidate): Promise<Finding> {
    const growth = leak.growth!;
    const kept = this.#keptFrames({
      heapObjectId: growth.holder.heapObjectId,
      slot: growth.type === 'slot' ? growth.slot : undefined,
    });
    const keptAt = (kept && (await this.#mapper.toSite(kept, 'line'))) ?? (await this.#sites.assignment(growth));
    const allocatedAt = await this.#sites.grown(growth);
    const holder = await this.#sites.holderName(growth.holder, growth.stack, undefined, kept?.[0]);
    return this.#toFinding(leak, allocatedAt ?? keptAt, keptAt, holder, growth.holder.retainedBy);
  }

  async #native(leak: LeakCandidate): Promise<Finding> {
    const { holder } = leak.native!;
    const { allocatedAt, keptAt } = await this.#sites.insertion(leak.native!, this.#places.insertions);
    return this.#toFinding(leak, allocatedAt, keptAt, holder.name === '' ? undefined : holder.name, holder.retainedBy);
  }

  #toFinding(
    leak: LeakCandidate,
    allocatedAt: SourceSite | undefined,
    keptAt: SourceSite | undefined,
    holder: string | undefined,
    retainedBy?: readonly string[],
  ): Finding {
    return toFinding(leak, { allocatedAt, keptAt, holder, ...(retainedBy ? { retainedBy } : {}) }, this.#options);
  }
}
