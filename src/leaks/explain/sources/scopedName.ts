import type { TraceMap } from '@jridgewell/trace-mapping';
import { identifierAt } from './identifierAt.ts';
import { declarationsIn } from './originalVariableName.ts';
import { isFunction, nodesAround, parseScript } from './parsedScript.ts';

/**
 * The name in source of a variable as a function sees it: bundles use few letters and declare each many times, so the
 * scopes around the function say which one is meant. Undefined where the map has no name for it, or a scope declares it twice.
 *
 * @param at where a function is written that sees the variable and does not declare it itself
 */
export function scopedName(
  name: string,
  text: string,
  map: TraceMap,
  at: { readonly line: number; readonly column: number },
): string | undefined {
  const script = parseScript(text, at.line);
  if (!script) return undefined;
  const offset = script.offsetOf(at.line, at.column);
  const scopes = nodesAround(script.root, offset)
    .filter((node) => node === script.root || isFunction(node))
    .reverse();
  // The innermost is the function itself.
  for (const scope of scopes.length > 1 ? scopes.slice(1) : scopes) {
    const declared = declarationsIn(scope, name);
    if (declared.length === 0) continue;
    if (declared.length > 1) return undefined;
    return identifierAt(map, name, script.positionOf(declared[0]!.start));
  }
  return undefined;
}
