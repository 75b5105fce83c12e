import {
  ANONYMOUS,
  BOUND_FUNCTION_EDGE,
  isBoundName,
  isDetachedName,
  isInternalName,
  withoutMarks,
} from '../platform/index.ts';
import type { HeapGraph, NodeType } from './heapGraph.ts';

const USER_TYPES: ReadonlySet<NodeType> = new Set([
  'object',
  'closure',
  'regexp',
  'native',
  'string',
  'concatenated string',
  'sliced string',
  'bigint',
  'symbol',
]);

/** V8's own objects and backing stores, which stand for the object that owns them, are never named. */
export function isUserVisible(graph: HeapGraph, node: number): boolean {
  return USER_TYPES.has(graph.type(node)) && !isInternalName(graph.rawName(node));
}

export function coarseType(graph: HeapGraph, node: number): CoarseType {
  const type = graph.type(node);
  if (type === 'object' || type === 'closure' || type === 'native') return type;
  return type.includes('string') ? 'string' : 'other';
}

export type CoarseType = 'object' | 'closure' | 'native' | 'string' | 'other';

/** Shapes of plain objects are told apart by this many property names. */
const SHAPE_NAMES = 4;
/** The class as a user would name it: `Panel`, `{id, total}`, `<li> (detached)`, `function onResize`, `string`. */
export function classOf(graph: HeapGraph, node: number): string {
  const name = graph.rawName(node);
  const type = graph.type(node);
  if (type === 'closure') {
    const called = graph.rawName(functionBehind(graph, node));
    return called === '' ? ANONYMOUS : `function ${called}`;
  }
  if (type === 'native') return nativeClass(name);
  if (type === 'object') return name === 'Object' ? shapeOf(graph, node) : name.replace(/ \/ \S*$/, '');
  return coarseType(graph, node) === 'string' ? 'string' : type;
}

/** The function that one made by `bind` calls, also where it was bound twice: that has no name of its own. */
function functionBehind(graph: HeapGraph, node: number): number {
  if (!isBoundName(graph.rawName(node))) return node;
  const called = graph.find(node, (edge) => graph.edgeName(edge) === BOUND_FUNCTION_EDGE);
  return called === undefined ? node : functionBehind(graph, called);
}

/**
 * Elements of authors have a hyphen in their names. One that ends in a number, or in hexadecimal digits, was named by a program:
 * `<item-7f3a>` and `<item-04c1>` are of one kind, and of another name in each run.
 *
 * Fooled by: names that a program made up of other letters, which are a kind each.
 */
function tagClass(tag: string): string {
  const named = /^([^-]+-.*?)(?:[\da-f]{3,}(?:-[\da-f]{3,})*|(?<=-)\d+)$/.exec(tag)?.[1];
  return named !== undefined && /\d/.test(tag.slice(named.length)) ? `<${named}…>` : `<${tag}>`;
}

function nativeClass(name: string): string {
  const plain = withoutMarks(name);
  const tag = /^<([^\s>]+)/.exec(plain)?.[1];
  const base = tag === undefined ? plain : tagClass(tag);
  return isDetachedName(name) ? `${base} (detached)` : base;
}

/** Names of more properties than this are the data of a table, and so are numbers: they are others in each run. */
const MAX_SHAPE = 100;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/;

/** Plain objects have no class: their property names tell them apart, and stay the same from run to run. */
function shapeOf(graph: HeapGraph, node: number): string {
  const names: string[] = [];
  let more = 0;
  graph.forEachEdge(node, (edge) => {
    if (graph.edgeType(edge) !== 'property') return;
    const name = graph.edgeName(edge);
    if (name === '__proto__') return;
    if (names.length < SHAPE_NAMES) names.push(name);
    else more += 1;
  });
  if (more > MAX_SHAPE || names.some((name) => NUMBER.test(name))) return 'Object';
  return names.length === 0 ? 'Object' : `{${names.join(', ')}${more > 0 ? ', …' : ''}}`;
}
