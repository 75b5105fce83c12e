import type { Node } from 'acorn';
import { type FunctionQuery, childrenOf, isFunction, parseScript } from './parsedScript.ts';
import { functionBodyAt } from './allocationExpression.ts';

export interface CallQuery extends FunctionQuery {
  /** The called function, as the engine names it: `to`, `Chart`, `Chart.update`. */
  readonly callee: string;
}

/**
 * The only call of a function in another, as stacks have it, from 1; undefined where there is none or more than one. V8's allocation stacks say
 * which function called which, and not where in it: where it mentions the called one once, it was there.
 */
export function findOnlyCall(query: CallQuery): { line: number; column: number } | undefined {
  const name = query.callee.split('.').at(-1)!.replace(/^new /, '');
  if (name === '') return undefined;
  const script = parseScript(query.source, query.functionLine);
  const body = script && functionBodyAt(script, script.offsetOf(query.functionLine, query.functionColumn));
  if (!body) return undefined;
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (isFunction(node)) return;
    if ((node.type === 'CallExpression' || node.type === 'NewExpression') && calleeName(node) === name)
      found.push(node);
    childrenOf(node).forEach(visit);
  };
  body.forEach(visit);
  return found.length === 1 ? script.positionOf(positionInStacks(found[0]!, query.source)) : undefined;
}

/** Where V8's stacks have a call: at `to` of `gsap.to(…)`, at `new`, at the parenthesis where what is called has no name there. */
function positionInStacks(node: Node, source: string): number {
  const { callee } = node as Call;
  if (node.type === 'NewExpression' || callee.type === 'Identifier') return node.start;
  if (callee.type === 'MemberExpression' && callee.computed !== true) return callee.property!.start;
  return Math.max(node.start, source.indexOf('(', callee.end));
}

interface Call extends Node {
  readonly callee: Callee;
}
interface Callee extends Node {
  readonly name?: string;
  readonly computed?: boolean;
  readonly property?: Node & { readonly name?: string; readonly value?: unknown };
  readonly expressions?: readonly Callee[];
}

/** `to` of `gsap.to(…)`, `Chart` of `new Chart(…)`, `useEffect` of `(0, react.useEffect)(…)` and `(0, react["useEffect"])(…)`. */
export function calleeOf(node: Node): (Node & { readonly name?: string }) | undefined {
  const { callee } = node as Call;
  const target = callee.type === 'SequenceExpression' ? callee.expressions?.at(-1) : callee;
  if (target?.type !== 'MemberExpression') return target;
  const { property } = target;
  return typeof property?.value === 'string' ? { ...property, name: property.value } : property;
}

const calleeName = (node: Node): string | undefined => calleeOf(node)?.name;
