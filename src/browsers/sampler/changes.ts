import type { Appearance, SampleChanges, SamplerSnapshot } from './sample.ts';

interface KnownRow {
  readonly look: string;
  readonly processes: ReadonlyMap<string, string>;
}

/** Remembers what was last said about each row, and says only what looks different now. */
export class ChangeDetector {
  readonly #appearance: Appearance;
  /** By tree key: its own look and the looks of its processes by their keys. Holds living trees only. */
  #known = new Map<string, KnownRow>();

  constructor(appearance: Appearance) {
    this.#appearance = appearance;
  }

  /** The changes since the last call, or undefined when everything looks the same. */
  compare(snapshot: SamplerSnapshot): SampleChanges | undefined {
    const now = new Map<string, KnownRow>();
    const bornTrees: string[] = [];
    const restructuredTrees: string[] = [];
    const changedTrees: string[] = [];
    const changedProcesses: string[] = [];
    for (const sample of snapshot.trees) {
      const look = this.#appearance.tree(sample);
      const processes = new Map(sample.processes.map((process) => [process.key, this.#appearance.process(process)]));
      now.set(sample.key, { look, processes });
      const before = this.#known.get(sample.key);
      if (!before) {
        bornTrees.push(sample.key);
        continue;
      }
      if (before.look !== look) changedTrees.push(sample.key);
      let stayed = 0;
      for (const [key, text] of processes) {
        const then = before.processes.get(key);
        if (then === undefined) continue;
        stayed += 1;
        if (then !== text) changedProcesses.push(key);
      }
      if (stayed !== processes.size || stayed !== before.processes.size) restructuredTrees.push(sample.key);
    }
    const diedTrees = [...this.#known.keys()].filter((key) => !now.has(key));
    this.#known = now;
    const lists = [bornTrees, diedTrees, restructuredTrees, changedTrees, changedProcesses];
    if (lists.every((list) => list.length === 0)) return undefined;
    return { snapshot, bornTrees, diedTrees, restructuredTrees, changedTrees, changedProcesses };
  }
}
