import { identityKey } from '../../processes/index.ts';
import type { BrowserTree } from '../browserTree.ts';

/** Turns processor time since a process's start into its share of a core since the sample before. */
export class CpuUse {
  /** By process key, of the last sample only. */
  #last = new Map<string, { readonly cpuMs: number; readonly at: number }>();

  /**
   * Percent of one core by process key; those seen for the first time are missing.
   *
   * @param at monotonic time of the sample in ms
   */
  percents(trees: readonly BrowserTree[], at: number): ReadonlyMap<string, number> {
    const percents = new Map<string, number>();
    const now = new Map<string, { readonly cpuMs: number; readonly at: number }>();
    for (const { processes } of trees) {
      for (const { info } of processes) {
        const key = identityKey(info);
        const before = this.#last.get(key);
        if (before && at > before.at)
          percents.set(key, Math.max(0, ((info.cpuMs - before.cpuMs) / (at - before.at)) * 100));
        now.set(key, { cpuMs: info.cpuMs, at });
      }
    }
    this.#last = now;
    return percents;
  }
}

/** Of a whole tree; undefined while nothing is known of any of its processes. */
export function sumCpu(tree: BrowserTree, percents: ReadonlyMap<string, number>): number | undefined {
  let sum: number | undefined;
  for (const { info } of tree.processes) {
    const percent = percents.get(identityKey(info));
    if (percent !== undefined) sum = (sum ?? 0) + percent;
  }
  return sum;
}
