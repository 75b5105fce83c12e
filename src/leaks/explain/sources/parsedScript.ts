import { type Node, parse } from 'acorn';
import { LRUCache } from 'lru-cache';

/** A parsed script that knows its own lines. Lines and columns count from 1, offsets from 0. */
export interface ParsedScript {
  readonly root: Node;
  offsetOf(line: number, column: number): number;
  positionOf(offset: number): { line: number; column: number };
}

/** A function of a script, by where V8 says it starts: lines and columns count from 1. */
export interface FunctionQuery {
  /** The text of the script (or of the HTML page with its inline scripts) as the browser had it. */
  readonly source: string;
  readonly functionLine: number;
  readonly functionColumn: number;
}

export interface NamedFunction {
  readonly node: Node;
  /** The identifier that names it: its own, or that of the variable, property or method it is put into. */
  readonly name: { readonly text: string; readonly start: number } | undefined;
}

/** A syntax tree takes some fifty times the size of its text. */
const parsed = new LRUCache<string, { script: ParsedScript | undefined }>({ max: 8, maxSize: 8 * 1024 * 1024 });

/**
 * Parses a script, or the inline script around `line` of an HTML page. Undefined where it is no JavaScript (a typed or
 * broken source).
 */
export function parseScript(text: string, line: number): ParsedScript | undefined {
  const code = /^\s*</.test(text) ? inlineScript(text, line) : text;
  if (code === undefined) return undefined;
  let known = parsed.get(code);
  if (!known) {
    known = { script: parseText(code) };
    parsed.set(code, known, { size: Math.max(1, code.length) });
  }
  return known.script;
}

function parseText(code: string): ParsedScript | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      const root = parse(code, {
        ecmaVersion: 'latest',
        sourceType,
        allowHashBang: true,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowSuperOutsideMethod: true,
      });
      return { root, ...lineIndex(code) };
    } catch {
      // A sloppy script is no module: `with`, octal literals, `await` as a name.
    }
  }
  return undefined;
}

/** The page with all but one script blanked out, so that positions stay. */
function inlineScript(html: string, line: number): string | undefined {
  const lines = lineIndex(html);
  const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');
  for (const match of html.matchAll(/(?<open><script\b[^>]*>)(?<code>[\s\S]*?)<\/script\s*>/gi)) {
    const start = match.index + match.groups!['open']!.length;
    const code = match.groups!['code']!;
    const end = start + code.length;
    if (line < lines.positionOf(start).line || line > lines.positionOf(end).line) continue;
    return blank(html.slice(0, start)) + code + blank(html.slice(end));
  }
  return undefined;
}

function lineIndex(text: string): Pick<ParsedScript, 'offsetOf' | 'positionOf'> {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    offsetOf: (line, column) => (starts[line - 1] ?? text.length) + Math.max(0, column - 1),
    positionOf(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - starts[low]! + 1 };
    },
  };
}

export function isFunction(node: Node): boolean {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

/** The direct children of a node, in source order. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) children.push(...(value as unknown[]).filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  return children;
}
function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The nodes that an offset is in, outermost first. */
export function nodesAround(root: Node, offset: number): Node[] {
  const around: Node[] = [];
  for (let node: Node | undefined = root; node;) {
    around.push(node);
    node = childrenOf(node).find((child) => child.start <= offset && offset < child.end);
  }
  return around;
}

/** The functions around an offset, innermost first. */
export function enclosingFunctions(script: ParsedScript, offset: number): NamedFunction[] {
  return nodesAround(script.root, offset)
    .flatMap((node, at, around) => (isFunction(node) ? [{ node, name: nameOf(node, around[at - 1]) }] : []))
    .reverse();
}

interface Named extends Node {
  readonly name?: string;
  readonly property?: Named;
}
/** The parts of the nodes that can hold a function and name it by that. */
interface Holder extends Node {
  readonly id?: Named | null;
  readonly key?: Named;
  readonly left?: Named;
  readonly computed?: boolean;
}
function nameOf(node: Node, parent: Holder | undefined): NamedFunction['name'] {
  const target =
    (node as Holder).id ??
    (parent?.type === 'VariableDeclarator' ? parent.id : undefined) ??
    (parent?.computed ? undefined : parent?.key) ??
    parent?.left?.property ??
    parent?.left;
  return target?.name === undefined ? undefined : { text: target.name, start: target.start };
}
