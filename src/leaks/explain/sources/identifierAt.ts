import { type TraceMap, originalPositionFor, sourceContentFor, traceSegment } from '@jridgewell/trace-mapping';

/** Characters of a line that a person wrote, at most. */
const MAX_LINE = 500;
/** Names longer than this come from people, or from compilers that made them up. */
const LONGEST_SHORT_NAME = 3;
const KEYWORD =
  /^(?:async|await|case|catch|class|const|default|delete|do|else|export|extends|false|for|function|if|import|in|instanceof|let|new|null|of|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield)$/;

/**
 * The name in source of the identifier at a place of a script: what the map names there, or the word that the source has where
 * the map leads (maps of Turbopack name few identifiers), if the name is none or short. Undefined where the map has no entry for the very place.
 *
 * @param identifier as the script has it
 * @param at counted from 1
 */
export function identifierAt(
  map: TraceMap,
  identifier: string,
  at: { readonly line: number; readonly column: number },
): string | undefined {
  const column = at.column - 1;
  const found = originalPositionFor(map, { line: at.line, column });
  const named = found.name ?? undefined;
  // A package may export from a minified file: the map then has the minified name (`x`), and the source has `effect`.
  if (found.source === null || (named ?? identifier).replace('#', '').length > LONGEST_SHORT_NAME) return named;
  if (traceSegment(map, at.line - 1, column)?.[0] !== column) return named;
  const line = sourceContentFor(map, found.source)?.split('\n', found.line)[found.line - 1];
  if (line === undefined || line.length > MAX_LINE) return named;
  const word = /^#?[$_\p{L}][$\w\p{L}]*/u.exec(line.slice(found.column))?.[0];
  return word === undefined || KEYWORD.test(word) ? named : word;
}
