import type { GrowthReport } from '../snapshot/messages.ts';
import type { HolderProbe, ProbedHolder } from './probes/holderProbe.ts';
import { accumulates } from '../judge/rules/accumulates.ts';
import { type RuleAnswer, decide } from '../judge/rules/rule.ts';
import type { PageUnderTest } from '../drive/pageUnderTest.ts';

export interface WatchedGrowth {
  readonly growth: GrowthReport;
  readonly sizes: readonly number[];
  readonly verdict: RuleAnswer;
}

function probedGrowth(growth: GrowthReport): ProbedHolder {
  return {
    heapObjectId: growth.holder.heapObjectId,
    slot: growth.type === 'slot' ? growth.slot : undefined,
    ...(growth.closureId === undefined ? {} : { closureId: growth.closureId }),
  };
}

/** Holders whose live size is read at most: each reading is a call or two. */
const MAX_WATCHED = 20;

/** Reads how large live holders are, iteration by iteration. */
export class GrowthWatch {
  readonly #subject: PageUnderTest;
  readonly #probe: HolderProbe;
  readonly #multiplies: boolean;
  readonly #watched: { readonly growth: GrowthReport; readonly holder: ProbedHolder; readonly sizes: number[] }[];

  /** @param multiplies whether each iteration is known to add more than the one before */
  constructor(subject: PageUnderTest, probe: HolderProbe, growth: readonly GrowthReport[], multiplies = false) {
    this.#subject = subject;
    this.#multiplies = multiplies;
    this.#probe = probe;
    this.#watched = growth
      .slice(0, MAX_WATCHED)
      .map((report) => ({ growth: report, holder: probedGrowth(report), sizes: [] }));
  }

  async read(): Promise<void> {
    for (const watched of this.#watched) {
      const size = await this.#probe.size(watched.holder);
      if (size !== undefined) watched.sizes.push(size);
    }
  }

  results(): WatchedGrowth[] {
    return this.#watched.map(({ growth, sizes }) => ({
      growth,
      sizes,
      verdict: decide([accumulates], {
        sizes,
        iterationsInAll: this.#subject.begun,
        multiplies: this.#multiplies,
      }),
    }));
  }

  holderOf(growth: GrowthReport): ProbedHolder | undefined {
    return this.#watched.find((watched) => watched.growth === growth)?.holder;
  }
}
