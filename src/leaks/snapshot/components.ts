import { ANGULAR_CLASS_MARKS, COMPONENT_RECORDS } from '../platform/index.ts';
import { defined } from '../../support/index.ts';
import { classOf } from './classOf.ts';
import type { HeapGraph } from './heapGraph.ts';
import type { SurvivorGroup } from './survivorGroup.ts';

/** The component of a framework that survivors keep: its name, and where its function or class is written. */
export interface KeptComponent {
  readonly name: string;
  readonly location?: { readonly scriptId: number; readonly line: number; readonly column: number };
}

interface Lookup {
  readonly graph: HeapGraph;
  readonly bucketOf: Int16Array;
  readonly isStretch: (bucket: number) => boolean;
}

/** The search from one survivor ends after so many objects: the component's record is near the leaked callback. */
const MAX_REACHED = 2000;
const MAX_SAMPLES = 3;

/**
 * The nearest component that the survivors of a group reach within the iteration that made them. A callback that a hook left behind
 * refers to the component that used the hook, which is on no stack: frameworks run effects later. Undefined where the survivors
 * of several iterations do not agree.
 */
export function keptComponent(group: SurvivorGroup, lookup: Lookup): KeptComponent | undefined {
  const { graph, bucketOf, isStretch } = lookup;
  const samples = group.samples.filter((node) => bucketOf[node]! >= 0 && !isStretch(bucketOf[node]!));
  const found = samples.slice(-MAX_SAMPLES).map((node) => nearest(node, lookup));
  const [first] = found;
  if (first === undefined || found.some((other) => other === undefined || !isSame(graph, first, other)))
    return undefined;
  if (first.itself !== undefined) return { name: first.itself };
  return {
    name: classOf(graph, first.written).replace(/^function /, ''),
    ...defined({ location: graph.location(first.written) }),
  };
}

interface Found {
  /** The function or object that is the component, or an instance of its class. */
  readonly written: number;
  /** What it says its name is. */
  readonly itself?: string;
}

/** A class's instances are others in each iteration, its name and place are not. */
const isSame = (graph: HeapGraph, a: Found, b: Found): boolean =>
  a.written === b.written || keyOf(graph, a) === keyOf(graph, b);

const keyOf = (graph: HeapGraph, { written, itself }: Found): string =>
  JSON.stringify([itself, classOf(graph, written), graph.location(written)]);

function nearest(start: number, { graph, bucketOf }: Lookup): Found | undefined {
  const queue = [start];
  const seen = new Set(queue);
  for (let at = 0; at < queue.length && at < MAX_REACHED; at += 1) {
    const node = queue[at]!;
    const component = graph.type(node) === 'object' ? componentOf(graph, node) : undefined;
    if (component) return component;
    graph.forEachEdge(node, (edge, to) => {
      const type = graph.edgeType(edge);
      if (bucketOf[to] !== bucketOf[start] || type === 'weak' || seen.has(to)) return;
      seen.add(to);
      queue.push(to);
    });
  }
  return undefined;
}

/** The component behind a framework's record of one on a page, or behind an instance of its class. */
function componentOf(graph: HeapGraph, node: number): Found | undefined {
  for (const { has, through } of COMPONENT_RECORDS) {
    if (has.some((name) => graph.target(node, 'property', name) === undefined)) continue;
    const written = through.reduce<number | undefined>(
      (at, name) => (at === undefined ? undefined : graph.target(at, 'property', name)),
      node,
    );
    if (written === undefined) continue;
    if (graph.type(written) === 'closure') return graph.rawName(written) === '' ? undefined : { written };
    const itself = ownName(graph, written);
    if (itself !== undefined) return { written, itself };
  }
  return isAngularClass(graph, node, 'ɵcmp') ? { written: node } : undefined;
}

/** Vue's components are objects that say their name; compilers of single-file components write `__name`. */
function ownName(graph: HeapGraph, component: number): string | undefined {
  const name = graph.target(component, 'property', 'name') ?? graph.target(component, 'property', '__name');
  return name !== undefined && graph.type(name) === 'string' ? graph.rawName(name) : undefined;
}

/** Whether an object is of a class that Angular's compiler marked: a component, a directive, a service. */
export function isAngularClass(graph: HeapGraph, node: number, ...marks: readonly string[]): boolean {
  if (graph.type(node) !== 'object') return false;
  const prototype = graph.target(node, 'property', '__proto__');
  const made = prototype === undefined ? undefined : graph.target(prototype, 'property', 'constructor');
  if (made === undefined || graph.type(made) !== 'closure') return false;
  return (marks.length > 0 ? marks : ANGULAR_CLASS_MARKS).some(
    (mark) => graph.target(made, 'property', mark) !== undefined,
  );
}
