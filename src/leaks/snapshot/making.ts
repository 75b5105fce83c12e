import type { FunctionPosition, HeapGraph } from './heapGraph.ts';
import type { RetainingPaths } from './retainingPaths.ts';
import type { SurvivorGroup } from './survivorGroup.ts';

/** Traces of one group that are compared: more of them have hardly a function in common, and each must be put together. */
const MOST_TRACES = 1000;

/** Objects of one group may be made at up to this many lines: then the most frequent one is named. At more, none is. */
const MOST_LINES = 3;

/** Steps from a survivor to its holder that are walked; what is further below is held by something nearer. */
const MAX_STEPS = 50;

/**
 * Counts anew the traces of groups in which none prevails, by the survivors that hang on the holder themselves: in a stretch of
 * iterations the effects of a component hang on each other, each made at another line, and the first one holds them all.
 */
export function countMakingNearest(
  graph: HeapGraph,
  paths: RetainingPaths,
  members: ReadonlyMap<number, SurvivorGroup>,
): void {
  const unclear = new Set([...members.values()].filter(({ traces }) => traces.size > 0 && !prevailing(traces)));
  if (unclear.size === 0) return;
  for (const group of unclear) group.traces.clear();
  for (const [node, group] of members) {
    const trace = graph.traceId(node);
    if (trace !== 0 && unclear.has(group) && isNearest(paths, members, node, group)) countMaking(group, trace, node);
  }
}

function isNearest(
  paths: RetainingPaths,
  members: ReadonlyMap<number, SurvivorGroup>,
  node: number,
  group: SurvivorGroup,
): boolean {
  let above = paths.parent(node);
  for (let step = 0; step < MAX_STEPS && above !== group.holder; step += 1) {
    if (above < 0 || members.get(above) === group) return false;
    above = paths.parent(above);
  }
  return above === group.holder;
}

/** Counts one object more that was made with a trace. */
export function countMaking({ traces }: SurvivorGroup, trace: number, sample: number): void {
  const known = traces.get(trace);
  if (known) known.count += 1;
  else traces.set(trace, { count: 1, sample });
}

/** The trace of more than half of all. */
function prevailing(traces: SurvivorGroup['traces']): { readonly sample: number } | undefined {
  let total = 0;
  let best: { count: number; sample: number } | undefined;
  for (const trace of traces.values()) {
    total += trace.count;
    if (!best || trace.count > best.count) best = trace;
  }
  return best && best.count * 2 > total ? best : undefined;
}

/** By what most of a group's survivors were made. */
export interface Making {
  /** Innermost first; empty where nothing is known or most have no function in common. */
  readonly stack: FunctionPosition[];
  /** Only the innermost functions are common to most: they were called in several ways, and those are left out. */
  readonly callersDiffer?: true;
}

/** The stack that made most of a group's survivors, or what the stacks of most begin with: a log is written to from everywhere. */
export function makingOf(graph: HeapGraph, { traces }: SurvivorGroup): Making {
  const best = prevailing(traces);
  if (best) return { stack: graph.allocationStack(best.sample) };
  if (traces.size > MOST_TRACES) return { stack: [] };
  const common = commonFrames([...traces.values()].map(({ count, sample }) => [count, graph.allocationStack(sample)]));
  if (common.stack.length > 0) return common;
  // Two or three lines make them, each of which leaves its own: the one that leaves most.
  const all = [...traces.values()].toSorted((a, b) => b.count - a.count);
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const [most] = all;
  return { stack: most && most.count * MOST_LINES >= total ? graph.allocationStack(most.sample) : [] };
}

function commonFrames(stacks: readonly (readonly [count: number, stack: readonly FunctionPosition[]])[]): Making {
  const countOf = (some: typeof stacks): number => some.reduce((sum, [count]) => sum + count, 0);
  const total = countOf(stacks);
  const stack: FunctionPosition[] = [];
  for (let alike = stacks; ;) {
    const byFrame = Map.groupBy(alike, ([, frames]) => keyOf(frames[stack.length]));
    const differ = byFrame.size > 1;
    byFrame.delete(undefined);
    const [most] = [...byFrame.values()].sort((a, b) => countOf(b) - countOf(a));
    if (!most || countOf(most) * 2 <= total)
      return { stack, ...(differ && stack.length > 0 ? { callersDiffer: true } : {}) };
    stack.push(most[0]![1][stack.length]!);
    alike = most;
  }
}

const keyOf = (frame: FunctionPosition | undefined): string | undefined =>
  frame && `${frame.scriptId}:${frame.line}:${frame.column}`;
