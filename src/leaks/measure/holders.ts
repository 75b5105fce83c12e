import type { GuardedCdp } from '../drive/cdp.ts';
import type { HolderSizes } from '../evidence.ts';
import type { GeneratedFrame } from '../explain/sources/index.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import type { GrowthReport } from '../snapshot/messages.ts';
import { HolderProbe, type ProbedHolder } from './probes/holderProbe.ts';
import { defined } from '../../support/index.ts';
import { type PlaceSizes, steadiest } from './probes/holderSizes.ts';

/** Holders whose live size is read, or that are watched, at most: each takes a call or two an iteration. */
const MAX_HOLDERS = 20;

/** The stacks by which things were put into holders, innermost frame first, by {@link holderKey}. */
export type KeptPlaces = ReadonlyMap<string, readonly GeneratedFrame[]>;

/** Names a holder, or one slot of it, among those of a heap. */
export function holderKey(heapObjectId: number, slot: string | undefined): string {
  return `${heapObjectId} ${slot ?? ''}`;
}

/** Live holders of one heap over a few iterations: how large they are, and who puts things into them. */
export class Holders {
  readonly #probe: HolderProbe;
  readonly #grown: { readonly holder: ProbedHolder; readonly readings: PlaceSizes[] }[];
  readonly #watched = new Map<string, ProbedHolder>();

  constructor(cdp: GuardedCdp, growth: readonly GrowthReport[]) {
    this.#probe = new HolderProbe(cdp);
    this.#grown = growth.slice(0, MAX_HOLDERS).map((report) => ({ holder: probedGrowth(report), readings: [] }));
  }

  /** From here on, who puts things into the holders of leaks and growth is seen. */
  async watch(leaks: readonly LeakCandidate[]): Promise<void> {
    for (const { group } of leaks) {
      if (!group || group.via !== undefined || this.#watched.size >= MAX_HOLDERS) continue;
      const { heapObjectId, slot } = group.holder;
      await this.#watch({ heapObjectId, slot });
    }
    for (const { holder } of this.#grown) await this.#watch(holder);
  }

  async #watch(holder: ProbedHolder): Promise<void> {
    const key = holderKey(holder.heapObjectId, holder.slot);
    if (this.#watched.has(key)) return;
    this.#watched.set(key, holder);
    await this.#probe.watch(holder);
  }

  async readSizes(): Promise<void> {
    for (const { holder, readings } of this.#grown) {
      const sizes = await this.#probe.sizes(holder);
      if (Object.keys(sizes).length > 0) readings.push(sizes);
    }
  }

  get sizes(): readonly HolderSizes[] {
    return this.#grown.map(({ holder: { heapObjectId, slot, within }, readings }) => {
      const { place = '', sizes = [] } = steadiest(readings) ?? {};
      return { heapObjectId, ...defined({ slot, within }), ...(place === '' ? {} : { place }), sizes };
    });
  }

  /** Takes everything off the holders again. */
  async finish(): Promise<KeptPlaces> {
    const stacks = await this.#probe.finish();
    const places = new Map<string, readonly GeneratedFrame[]>();
    for (const [key, holder] of this.#watched) {
      const frames = stacks.get(holder);
      if (frames) places.set(key, frames);
    }
    return places;
  }
}

function probedGrowth(growth: GrowthReport): ProbedHolder {
  return {
    heapObjectId: growth.holder.heapObjectId,
    slot: growth.type === 'slot' ? growth.slot : undefined,
    ...defined({ within: growth.within, closureId: growth.closureId }),
  };
}
