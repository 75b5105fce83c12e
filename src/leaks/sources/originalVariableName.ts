import type { Node } from 'acorn';
import { type TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { childrenOf, isFunction, parseScript } from './parsedScript.ts';

/**
 * The name that a variable, or a private member (`#t`), of a bundle has in its source. Asked for by its short name alone, so it answers only where
 * that name is declared once at the top of the bundle, or once in all of it.
 */
export function originalVariableName(name: string, text: string, map: TraceMap): string | undefined {
  if (map.names.length === 0) return undefined;
  const script = parseScript(text, 1);
  if (!script) return undefined;
  const top: Node[] = [];
  const inner: Node[] = [];
  collectDeclarations(script.root, name, false, top, inner);
  const declared = top.length > 0 ? top : inner;
  if (declared.length !== 1) return undefined;
  const { line, column } = script.positionOf(declared[0]!.start);
  return originalPositionFor(map, { line, column: column - 1 }).name ?? undefined;
}

interface Declaring extends Node {
  readonly id?: Node | null;
  readonly params?: readonly Node[];
}

function collectDeclarations(node: Node, name: string, nested: boolean, top: Node[], inner: Node[]): void {
  const { id, params } = node as Declaring;
  const declares =
    node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
  if (declares && id) collectIdentifiers(id, name, nested ? inner : top);
  const { key } = node as Node & { readonly key?: Node };
  if (key?.type === 'PrivateIdentifier' && `#${(key as Node & { name: string }).name}` === name) inner.push(key);
  params?.forEach((parameter) => collectIdentifiers(parameter, name, inner));
  const below = nested || isFunction(node);
  for (const child of childrenOf(node)) collectDeclarations(child, name, below, top, inner);
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
