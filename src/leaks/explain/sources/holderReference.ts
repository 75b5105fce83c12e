import type { Node } from 'acorn';
import { type FunctionQuery, childrenOf, nodesAround, parseScript } from './parsedScript.ts';

export interface ReferenceQuery extends FunctionQuery {
  /** A variable or property, as the script calls it: the last word of a holder's name. */
  readonly name: string;
}

/**
 * The only place in a function, nested ones included, that mentions a name, from 1; undefined when there is none or more
 * than one. A function that is known to have put something into a holder, and mentions it once, does it there.
 */
export function findOnlyReference(query: ReferenceQuery): { line: number; column: number } | undefined {
  return findOnly(query, (node) => isNamed(node, query.name));
}

/**
 * The only place in a function, nested ones included, that assigns a new value to a variable or field of that name, from 1;
 * undefined when there is none or more than one.
 */
export function findOnlyAssignment(query: ReferenceQuery): { line: number; column: number } | undefined {
  return findOnly(query, (node) => {
    if (node.type !== 'AssignmentExpression') return false;
    const { left } = node as Node & { left: Node & { property?: Node } };
    return isNamed(left, query.name) || (left.property !== undefined && isNamed(left.property, query.name));
  });
}

function isNamed(node: Node, wanted: string): boolean {
  const { name } = node as Node & { name?: unknown };
  return (node.type === 'Identifier' || node.type === 'PrivateIdentifier') && name === wanted;
}

function findOnly(
  query: ReferenceQuery,
  matches: (node: Node) => boolean,
): { line: number; column: number } | undefined {
  const script = parseScript(query.source, query.functionLine);
  if (!script) return undefined;
  const offset = script.offsetOf(query.functionLine, query.functionColumn);
  const found: number[] = [];
  const visit = (node: Node): void => {
    if (matches(node)) found.push(node.start);
    childrenOf(node).forEach(visit);
  };
  visit(nodesAround(script.root, offset).findLast(({ type }) => /Function/.test(type)) ?? script.root);
  return found.length === 1 ? script.positionOf(found[0]!) : undefined;
}
