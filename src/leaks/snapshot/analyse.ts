import { isNativeId } from '../platform/index.ts';
import { keptCallbacks } from './callbacks.ts';
import { keptComponent } from './components.ts';
import { GrowthBaseline, findGrowth } from './growth.ts';
import { Endings } from './endings.ts';
import type { HeapGraph } from './heapGraph.ts';
import { describeHolder } from './holderName.ts';
import type { AnalysisRequest, GroupReport, SnapshotAnalysis } from './messages.ts';
import { RetainingPaths } from './retainingPaths.ts';
import { countNodes } from './domTree.ts';
import type { SurvivorGroup } from './survivorGroup.ts';
import { baseConstructors } from './wholes.ts';
import { makingOf } from './making.ts';
import { IterationBuckets, type Survivors, groupSurvivors } from './survivors.ts';
import { defined } from '../../support/index.ts';

/** A table grows by at least a reference an iteration: 4 bytes, as V8 compresses them in browsers. */
const MIN_BYTES_AN_ITERATION = 4;

/** Analyses the snapshots of one check, one after the other: each is compared with the one before. */
export class Analyst {
  #before:
    | {
        readonly baseline: GrowthBaseline;
        readonly newestNative: number;
        readonly nodes: Readonly<Record<string, number>>;
      }
    | undefined;

  /** What survives in a snapshot from the iterations that `request` delimits, with its holders, and what else grew. */
  analyse(graph: HeapGraph, request: AnalysisRequest): SnapshotAnalysis {
    const before = this.#before;
    const oldest = request.boundaries[0]!;
    const paths = RetainingPaths.compute(graph, oldest);
    const since = request.iterationsSince;
    const nodes = countNodes(graph);
    const buckets = new IterationBuckets(request, before?.newestNative);
    const survivors = groupSurvivors(
      graph,
      paths,
      buckets,
      before && { grown: grownClasses(nodes, before.nodes), iterations: since },
    );
    const endings = new Endings(graph);
    const analysis: SnapshotAnalysis = {
      groups: survivors.groups
        .filter(
          ({ ageless, survivors: left }) =>
            ageless > 0 ||
            left.filter((count) => count > 0).length >= request.minBuckets ||
            fillsStretch(left, buckets),
        )
        .map((group) => report(graph, paths, group, survivors, endings, buckets)),
      growth: findGrowth(graph, paths, before?.baseline, oldest, since * MIN_BYTES_AN_ITERATION),
      nodeCount: graph.nodeCount,
      elements: nodes,
    };
    this.#before = { baseline: GrowthBaseline.of(graph, paths, oldest), newestNative: highestNativeId(graph), nodes };
    return analysis;
  }
}

/** Whether something is left of each iteration of the last stretch: a queue that loses its oldest entries may have none of the others. */
function fillsStretch(survivors: readonly number[], buckets: IterationBuckets): boolean {
  const last = survivors.length - 1;
  return buckets.isStretch(last) && survivors[last]! >= buckets.iterationsIn(last);
}

function grownClasses(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): ReadonlySet<string> {
  return new Set(Object.keys(now).filter((name) => now[name]! > (before[name] ?? 0)));
}

function highestNativeId(graph: HeapGraph): number {
  let highest = 0;
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const id = graph.id(node);
    if (isNativeId(id) && id > highest) highest = id;
  }
  return highest;
}

const keyOf = (graph: HeapGraph, { className, writtenAt, holder, via }: SurvivorGroup): string =>
  `${className} ${writtenAt} ${graph.id(holder)} ${via ?? ''}`;

function report(
  graph: HeapGraph,
  paths: RetainingPaths,
  group: SurvivorGroup,
  { causes, wholes, bucketOf }: Survivors,
  endings: Endings,
  buckets: IterationBuckets,
): GroupReport {
  // For an object it is where its class is written: its name in the source is found there.
  const location = graph.location(group.samples[0]!);
  const owner = causes.partOf.get(group);
  const cluster = causes.clusters.get(group);
  const component = keptComponent(group, { graph, bucketOf, isStretch: (bucket) => buckets.isStretch(bucket) });
  const making = makingOf(graph, group);
  const bases = baseConstructors(graph, group.samples[0]!, making.stack);
  const callbacks = keptCallbacks(group, { graph, bucketOf });
  return {
    key: keyOf(graph, group),
    ...(owner ? { partOf: keyOf(graph, owner) } : {}),
    ...defined({ cluster }),
    className: group.className,
    nodeType: group.nodeType,
    survivors: group.survivors,
    ageless: group.ageless,
    bytes: group.bytes,
    holder: describeHolder(graph, paths, group.holder, group.samples),
    ...defined({ via: group.via }),
    ...making,
    ...(bases > 0 ? { bases } : {}),
    ...(location ? { location } : {}),
    ...defined({ ending: endings.of(group.samples[0]!), whole: wholes.get(group), component }),
    ...(callbacks.length > 0 ? { callbacks } : {}),
  };
}
