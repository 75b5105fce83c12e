import { isBufferClass, isNativeId } from '../platform/index.ts';
import type { HeapGraph } from './heapGraph.ts';
import { describeHolder, describeScope } from './holderName.ts';
import type { GrowthReport } from './messages.ts';
import type { RetainingPaths } from './retainingPaths.ts';
import { classOf, isUserVisible } from './classOf.ts';

/** Smaller storages are not remembered: whatever grows past it is compared with it. */
const MIN_TABLE_BYTES = 96;
/** Smaller strings and buffers are not remembered. */
const MIN_SLOT_BYTES = 256;
/** Growth reported at most, largest first. */
const MAX_REPORTS = 50;

/** What is remembered of a snapshot to compare the next one with: sizes only, about 60 bytes a remembered object. */
export class GrowthBaseline {
  readonly tables = new Map<number, number>();
  readonly slots = new Map<string, number>();

  static of(graph: HeapGraph, paths: RetainingPaths): GrowthBaseline {
    const baseline = new GrowthBaseline();
    for (let node = 0; node < graph.nodeCount; node += 1) {
      if (!isCollection(graph, node)) continue;
      const size = storageSize(graph, node);
      if (size > MIN_TABLE_BYTES) baseline.tables.set(graph.id(node), size);
    }
    forEachSlot(graph, paths, (holder, name, _target, bytes) => {
      baseline.slots.set(`${graph.id(holder)} ${name}`, bytes);
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
      bytesBefore,
      bytesAfter,
      stack: [],
    });
  }
  forEachSlot(graph, paths, (holder, slot, target, bytesAfter) => {
    const holderId = graph.id(holder);
    if (holderId > oldest || graph.id(target) <= oldest) return;
    const known = baseline?.slots.get(`${holderId} ${slot}`);
    const bytesBefore = baseline ? (known ?? Math.min(bytesAfter, MIN_SLOT_BYTES)) : 0;
    if (bytesAfter - bytesBefore < minBytes) return;
    reports.push({
      type: 'slot',
      // The variable is all the name a scope has; an object has its own.
      holder: describeHolder(
        graph,
        paths,
        holder,
        graph.type(holder) === 'object' && isUserVisible(graph, holder) ? [] : [target],
      ),
      slot,
      className: classOf(graph, target),
      bytesBefore,
      bytesAfter,
      ...describeScope(graph, holder),
      stack: graph.allocationStack(target),
    });
  });
  const gain = (report: GrowthReport): number => report.bytesAfter - report.bytesBefore;
  return reports.sort((a, b) => gain(b) - gain(a)).slice(0, MAX_REPORTS);
}

const STORAGE_EDGES = new Set(['elements', 'table', 'properties']);

function forEachStorage(graph: HeapGraph, node: number, visit: (storage: number) => void): void {
  graph.forEachEdge(node, (edge, to) => {
    if (graph.edgeType(edge) !== 'internal' || !STORAGE_EDGES.has(graph.edgeName(edge))) return;
    if (!isUserVisible(graph, to)) visit(to);
  });
}

/** Bytes of the object with its elements, table and properties, and nothing that these refer to. */
function storageSize(graph: HeapGraph, node: number): number {
  let bytes = graph.selfSize(node);
  forEachStorage(graph, node, (storage) => {
    bytes += graph.selfSize(storage);
  });
  return bytes;
}

/** True when the table, elements or properties of an old object are newer than `oldest`. */
function hasNewStorage(graph: HeapGraph, node: number, oldest: number): boolean {
  let found = false;
  forEachStorage(graph, node, (storage) => {
    found ||= graph.id(storage) > oldest;
  });
  return found;
}

/** Prototypes get accessors and caches as they are used; nobody keeps data there. */
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

/** Calls `visit` for each variable and property that holds a string or buffer of some size. */
function forEachSlot(
  graph: HeapGraph,
  paths: RetainingPaths,
  visit: (holder: number, name: string, target: number, bytes: number) => void,
): void {
  for (let target = 0; target < graph.nodeCount; target += 1) {
    const type = graph.type(target);
    const isText = type === 'string' || type === 'concatenated string' || type === 'sliced string';
    if (!isText && !(type === 'object' && isBufferClass(graph.rawName(target)))) continue;
    const bytes = graph.retainedSize(target);
    if (bytes < MIN_SLOT_BYTES || !paths.isKept(target)) continue;
    graph.forEachRetainer(target, (edge, holder) => {
      const edgeType = graph.edgeType(edge);
      if (edgeType !== 'property' && edgeType !== 'context') return;
      if (!paths.isKept(holder) || isNativeId(graph.id(holder))) return;
      visit(holder, graph.edgeName(edge), target, bytes);
    });
  }
}
