import { isNativeId, isResizableBuffer, isScopeName } from '../platform/index.ts';
import { type Content, INNER, MIN_CONTENT_BYTES, forEachContent, forEachStorage, storageSize } from './contents.ts';
import type { HeapGraph } from './heapGraph.ts';
import { describeHolder, describeScope } from './holderName.ts';
import type { GrowthReport } from './messages.ts';
import type { RetainingPaths } from './retainingPaths.ts';
import { classOf, isUserVisible } from './classOf.ts';

/** Smaller storages are not remembered: whatever grows past it is compared with it. */
const MIN_TABLE_BYTES = 96;
/** Growth reported at most, largest first. */
const MAX_REPORTS = 50;
/** Entries of a collection whose classes are counted, at most. */
const MAX_ENTRIES = 1000;
/** Of one holder, what gained most: a first snapshot cannot tell what was replaced from what was added. */
const MAX_PER_HOLDER = 5;

/** What is remembered of a snapshot to compare the next one with: sizes only, about 60 bytes a remembered object. */
export class GrowthBaseline {
  readonly tables = new Map<number, number>();
  readonly slots = new Map<string, number>();

  static of(graph: HeapGraph, paths: RetainingPaths, oldest: number): GrowthBaseline {
    const baseline = new GrowthBaseline();
    for (let node = 0; node < graph.nodeCount; node += 1) {
      if (!isCollection(graph, node)) continue;
      const size = storageSize(graph, node);
      if (size > MIN_TABLE_BYTES) baseline.tables.set(graph.id(node), size);
    }
    forEachContent(graph, paths, oldest, (content) => {
      const key = keyOf(graph, content);
      baseline.slots.set(key, Math.max(baseline.slots.get(key) ?? 0, content.bytes));
    });
    return baseline;
  }
}

/**
 * What old objects gained since the baseline in their own storage and in what their slots hold. Objects that iterations
 * left are not in it (they are survivors): this is for what no object shows, numbers in a table that doubles now and
 * then, and a string or buffer that is replaced by an ever larger copy.
 *
 * Without a baseline, all that got a new storage or content since `oldest` is reported: it may have grown.
 *
 * @param oldest ids up to this one are older than the iterations
 * @param minBytes growth below it is not reported
 */
export function findGrowth(
  graph: HeapGraph,
  paths: RetainingPaths,
  baseline: GrowthBaseline | undefined,
  oldest: number,
  minBytes: number,
): GrowthReport[] {
  const reports: GrowthReport[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const id = graph.id(node);
    if (isNativeId(id) || id > oldest || !isCollection(graph, node) || !paths.isKept(node)) continue;
    if (isPrototype(graph, node)) continue;
    const bytesAfter = storageSize(graph, node);
    if (bytesAfter < minBytes) continue;
    if (!baseline && !hasNewStorage(graph, node, oldest)) continue;
    const bytesBefore = baseline ? (baseline.tables.get(id) ?? Math.min(bytesAfter, MIN_TABLE_BYTES)) : 0;
    if (bytesAfter - bytesBefore < minBytes) continue;
    reports.push({
      type: 'table',
      holder: describeHolder(graph, paths, node, []),
      className: classOf(graph, node),
      ...entriesIn(graph, node),
      bytesBefore,
      bytesAfter,
      stack: [],
    });
  }
  reports.push(...grownContents(graph, paths, baseline, oldest, minBytes));
  return reports.sort((a, b) => gainOf(b) - gainOf(a)).slice(0, MAX_REPORTS);
}

const gainOf = ({ bytesBefore, bytesAfter }: GrowthReport): number => bytesAfter - bytesBefore;

/**
 * What was replaced by something larger. A place that the baseline does not have says nothing where it is an entry or lies in what was
 * made anew: things that iterations add are survivors.
 */
function grownContents(
  graph: HeapGraph,
  paths: RetainingPaths,
  baseline: GrowthBaseline | undefined,
  oldest: number,
  minBytes: number,
): GrowthReport[] {
  const perHolder = new Map<number, { readonly content: Content; readonly bytesBefore: number }[]>();
  forEachContent(graph, paths, oldest, (content) => {
    const { holder, steps, target, bytes } = content;
    const isOld = graph.id(target) <= oldest;
    // Buffers can be resized in place; a first snapshot cannot tell whether they were.
    if (isOld && (!isResizableBuffer(graph.rawName(target)) || isPrototype(graph, target))) return;
    const known = baseline?.slots.get(keyOf(graph, content));
    if (baseline && known === undefined && (steps.length > 1 || isEntry(steps[0]!))) return;
    const unknown = isOld ? bytes : 0;
    const bytesBefore = baseline ? (known ?? Math.min(bytes, MIN_CONTENT_BYTES)) : unknown;
    if (bytes - bytesBefore < minBytes && (baseline || !isOld)) return;
    const contents = perHolder.get(holder);
    if (contents) contents.push({ content, bytesBefore });
    else perHolder.set(holder, [{ content, bytesBefore }]);
  });
  return [...perHolder.values()].flatMap((contents) =>
    contents
      .sort((a, b) => b.content.bytes - b.bytesBefore - (a.content.bytes - a.bytesBefore))
      .slice(0, MAX_PER_HOLDER)
      .map(({ content, bytesBefore }) => grownContent(graph, paths, content, bytesBefore)),
  );
}

const isEntry = (step: string): boolean => step === INNER || /^\d+$/.test(step);

const keyOf = (graph: HeapGraph, { holder, steps }: Content): string => `${graph.id(holder)} ${steps.join(' ')}`;

function grownContent(graph: HeapGraph, paths: RetainingPaths, content: Content, bytesBefore: number): GrowthReport {
  const { holder, steps, target, bytes } = content;
  const [slot] = steps;
  const within = slot === INNER ? steps : steps.slice(1);
  // The variable is all the name a scope has; an object has its own.
  const isNamed = graph.type(holder) === 'object' && isUserVisible(graph, holder);
  return {
    type: 'slot',
    holder: describeHolder(graph, paths, holder, isNamed ? [] : [target]),
    ...(slot === INNER ? {} : { slot: slot! }),
    ...(within.length === 0 ? {} : { within }),
    className: classOf(graph, target),
    bytesBefore,
    bytesAfter: bytes,
    ...(isScopeName(graph.rawName(holder)) ? describeScope(graph, holder) : {}),
    stack: graph.allocationStack(target),
  };
}

/** Of what most entries of a collection are, where they are objects: the browser's own have no iteration, and survive unseen. */
function entriesIn(graph: HeapGraph, node: number): { readonly entries?: string } {
  const counts = new Map<string, number>();
  let all = 0;
  const count = (to: number): void => {
    const type = graph.type(to);
    if (all >= MAX_ENTRIES || (type !== 'object' && type !== 'native') || !isUserVisible(graph, to)) return;
    const name = classOf(graph, to);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    all += 1;
  };
  forEachStorage(graph, node, (storage) => graph.forEachEdge(storage, (_edge, to) => count(to)));
  const most = [...counts].sort(([, a], [, b]) => b - a)[0];
  return most && most[1] * 2 > all ? { entries: most[0] } : {};
}

/** True when the table, elements or properties of an old object are newer than `oldest`. */
function hasNewStorage(graph: HeapGraph, node: number, oldest: number): boolean {
  let found = false;
  forEachStorage(graph, node, (storage) => {
    found ||= graph.id(storage) > oldest;
  });
  return found;
}

/** Prototypes get accessors and caches as they are used; programs keep no data there. */
function isPrototype(graph: HeapGraph, node: number): boolean {
  let found = false;
  graph.forEachRetainer(node, (edge, from) => {
    found ||= graph.type(from) === 'closure' && graph.edgeName(edge) === 'prototype';
  });
  return found;
}

/** What has a storage of its own that grows with its contents. */
function isCollection(graph: HeapGraph, node: number): boolean {
  return graph.type(node) === 'object' && isUserVisible(graph, node);
}
