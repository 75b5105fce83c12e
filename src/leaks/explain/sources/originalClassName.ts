import type { Node } from 'acorn';
import { type TraceMap, originalPositionFor, sourceContentFor } from '@jridgewell/trace-mapping';
import { nodesAround, parseScript } from './parsedScript.ts';
import type { GeneratedFrame } from './generatedFrame.ts';

/** A name of more characters comes from people. */
const LONGEST_SHORT_NAME = 2;

interface Named extends Node {
  readonly id?: (Node & { readonly name?: string }) | null;
  readonly left?: Node & { readonly name?: string };
}

/**
 * The name that a class has in its source, where a bundle gave it another: `var Ai = class {…}` is `Chart`. The map names the
 * identifier that the class is put into; where it has no names, the source itself says `class Chart` at that place.
 *
 * @param frame where V8 says that the class, or its constructor, is written
 */
export function originalClassName(frame: GeneratedFrame, text: string, map: TraceMap): string | undefined {
  return classAround(frame, text, map)?.original;
}

/** The innermost class around a place: what the bundle calls it, and its name in the source where the map says that. */
export function classAround(
  frame: GeneratedFrame,
  text: string,
  map: TraceMap,
): { readonly names: readonly string[]; readonly original: string | undefined } | undefined {
  const script = parseScript(text, frame.line);
  if (!script) return undefined;
  const offset = script.offsetOf(frame.line, frame.column);
  const around: Named[] = nodesAround(script.root, offset);
  const index = around.findLastIndex(({ type }) => type === 'ClassDeclaration' || type === 'ClassExpression');
  const [node, parent] = [around[index], around[index - 1]];
  if (!node) return undefined;
  const start = script.positionOf(node.start);
  const written = classAt(map, start.line, start.column - 1);
  const identifiers = [node.id, parent?.type === 'VariableDeclarator' ? parent.id : parent?.left];
  const names = identifiers.flatMap((identifier) => (identifier?.name === undefined ? [] : [identifier.name]));
  for (const identifier of identifiers) {
    if (identifier?.name === undefined) continue;
    const { line, column } = script.positionOf(identifier.start);
    const { name } = originalPositionFor(map, { line, column: column - 1 });
    if (name === null) continue;
    // A package that is shipped minified has its own map: what is named is then the shipped name, and the source has another.
    const isShort = name.length <= LONGEST_SHORT_NAME && written !== undefined && written.length > LONGEST_SHORT_NAME;
    return { names, original: isShort ? written : withoutMark(name, written) };
  }
  return { names, original: written };
}

/** Where a class mentions itself, compilers call it `_EditorView` inside. */
const withoutMark = (name: string, written: string | undefined): string => (name === `_${written}` ? written! : name);

/** What the source says where the class begins. */
function classAt(map: TraceMap, line: number, column: number): string | undefined {
  const place = originalPositionFor(map, { line, column });
  const content = place.source === null ? null : sourceContentFor(map, place.source);
  if (content === null || content === undefined || place.line === null) return undefined;
  const from = content.split('\n')[place.line - 1]?.slice(place.column ?? 0);
  return from === undefined ? undefined : /^(?:[^;{}]{0,80}?\b)?class\s+([$_\p{L}][$\w\p{L}]*)/u.exec(from)?.[1];
}
