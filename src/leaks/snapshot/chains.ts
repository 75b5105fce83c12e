import type { HeapGraph } from './heapGraph.ts';
import type { RetainingPaths } from './retainingPaths.ts';
import { classOf } from './classOf.ts';

/** Steps walked up a chain at most; a longer one has its holder somewhere in it, which still is one holder for all. */
const MAX_STEPS = 2000;
/** Steps between two members of a chain: `componentOptions.children[0]` are three, with the arrays' backing stores more. */
const MAX_GAP = 8;
/** What everything is made of links nothing: an array in an array is no list. */
const GENERIC = /^(?:Array|Object|Map|Set|WeakMap|Promise|string|anonymous function|function .*)$/;

/**
 * The object above a linked structure, seen from the oldest member that iterations made: lists, trees and virtual nodes hold
 * new members by old ones (`first → next → next`), and which old one that is changes with each iteration. A member is of the
 * same class as the new one, and the names of the edges from one to the next occur again further along.
 *
 * @param entry the first new node below `holder` on its path
 * @returns the lowest node above all members; undefined where `entry` hangs on no chain
 */
export function aboveChain(graph: HeapGraph, paths: RetainingPaths, entry: number): number | undefined {
  const type = graph.type(entry);
  const className = classOf(graph, entry);
  if (type !== 'object' || GENERIC.test(className)) return undefined;
  const rawName = graph.rawName(entry);
  const isMember = (node: number): boolean =>
    graph.type(node) === type && graph.rawName(node) === rawName && classOf(graph, node) === className;

  /** Members from the entry upwards, each with the names of the edges that lead from it to the one before. */
  const hops: { readonly member: number; readonly words: string }[] = [];
  let words: string[] = [];
  let steps = 0;
  for (let at = entry; steps < MAX_STEPS; steps += 1) {
    const above = paths.parent(at);
    if (above < 0) break;
    words.push(wordOf(graph, paths.parentEdge(at)));
    if (words.length > MAX_GAP) break;
    if (isMember(above)) {
      hops.push({ member: above, words: words.join('.') });
      words = [];
    }
    at = above;
  }
  const counts = new Map<string, number>();
  for (const hop of hops) counts.set(hop.words, (counts.get(hop.words) ?? 0) + 1);
  let top: number | undefined;
  for (const hop of hops) {
    if (counts.get(hop.words)! < 2 && !leadsOn(graph, entry, hop.words, isMember)) break;
    top = hop.member;
  }
  return top;
}

/** Whether the youngest member has a next one by the same edge: then one hop is enough to know a list. */
function leadsOn(graph: HeapGraph, from: number, word: string, isMember: (node: number) => boolean): boolean {
  return graph.find(from, (edge, to) => wordOf(graph, edge) === word && to !== from && isMember(to)) !== undefined;
}

/** Positions in arrays are others in each member. */
function wordOf(graph: HeapGraph, edge: number): string {
  const type = graph.edgeType(edge);
  return type === 'element' || type === 'hidden' ? '[]' : graph.edgeName(edge);
}
