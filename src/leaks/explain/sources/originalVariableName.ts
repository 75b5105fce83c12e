import type { Node } from 'acorn';
import type { TraceMap } from '@jridgewell/trace-mapping';
import { identifierAt } from './identifierAt.ts';
import { childrenOf, isFunction, nodesAround, parseScript } from './parsedScript.ts';

/**
 * The name that a variable, or a private member (`#t`), of a bundle has in its source. Asked for by its short name alone, so it answers only where
 * that name is declared once at the top of the bundle, or once in all of it.
 */
export function originalVariableName(name: string, text: string, map: TraceMap): string | undefined {
  const script = parseScript(text, 1);
  if (!script) return undefined;
  const top: Node[] = [];
  const inner: Node[] = [];
  collectDeclarations(script.root, name, false, top, inner);
  const declared = top.length > 0 ? top : inner;
  if (declared.length !== 1) return undefined;
  return identifierAt(map, name, script.positionOf(declared[0]!.start));
}

/**
 * The name in source of the variable that a call or assignment at a place starts with (`u` in `u.push(x)`, `u.list[0]=x`), where
 * it has that short name: bundles use few letters, and declare each many times.
 */
export function originalNameUsedAt(
  name: string,
  text: string,
  map: TraceMap,
  at: { readonly line: number; readonly column: number },
): string | undefined {
  const script = parseScript(text, 1);
  if (!script) return undefined;
  const offset = script.offsetOf(at.line, at.column);
  const put: Putting | undefined = nodesAround(script.root, offset).findLast(
    ({ type }) => type === 'CallExpression' || type === 'AssignmentExpression',
  );
  let target = put?.callee ?? put?.left;
  while (target?.object) target = target.object;
  if (target?.type !== 'Identifier' || target.name !== name) return undefined;
  return identifierAt(map, name, script.positionOf(target.start));
}

interface Putting extends Node {
  readonly callee?: Target;
  readonly left?: Target;
}
interface Target extends Node {
  readonly object?: Target;
  readonly name?: string;
}

interface Declaring extends Node {
  readonly id?: Node | null;
  readonly params?: readonly Node[];
}

function collectDeclarations(node: Node, name: string, nested: boolean, top: Node[], inner: Node[]): void {
  const { params } = node as Declaring;
  collectDeclared(node, name, nested ? inner : top);
  const { key } = node as Node & { readonly key?: Node };
  if (key?.type === 'PrivateIdentifier' && `#${(key as Node & { name: string }).name}` === name) inner.push(key);
  params?.forEach((parameter) => collectIdentifiers(parameter, name, inner));
  const below = nested || isFunction(node);
  for (const child of childrenOf(node)) collectDeclarations(child, name, below, top, inner);
}

/** Where a function, or a script, declares a name itself: not the functions in it, but their names. */
export function declarationsIn(scope: Node, name: string): Node[] {
  const found: Node[] = [];
  (scope as Declaring).params?.forEach((parameter) => collectIdentifiers(parameter, name, found));
  const visit = (node: Node): void => {
    collectDeclared(node, name, found);
    if (!isFunction(node)) childrenOf(node).forEach(visit);
  };
  childrenOf(scope).forEach(visit);
  return found;
}

function collectDeclared(node: Node, name: string, found: Node[]): void {
  const { id } = node as Declaring;
  if (id && /^(?:VariableDeclarator|FunctionDeclaration|ClassDeclaration)$/.test(node.type))
    collectIdentifiers(id, name, found);
}

/** The identifier, or those of a destructuring pattern. */
function collectIdentifiers(pattern: Node, name: string, found: Node[]): void {
  if (pattern.type === 'Identifier') {
    if ((pattern as Node & { name: string }).name === name) found.push(pattern);
    return;
  }
  if (pattern.type === 'Property') {
    collectIdentifiers((pattern as Node & { value: Node }).value, name, found);
    return;
  }
  // What a default value mentions is no declaration.
  const target = pattern.type === 'AssignmentPattern' ? [(pattern as Node & { left: Node }).left] : childrenOf(pattern);
  for (const child of target) collectIdentifiers(child, name, found);
}
