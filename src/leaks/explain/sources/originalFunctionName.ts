import { type TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { classAround } from './originalClassName.ts';
import { enclosingFunctions, parseScript } from './parsedScript.ts';
import type { GeneratedFrame } from './generatedFrame.ts';

/**
 * The name that the function around a frame has in the source, where the bundle gave it another: the map names the
 * identifier at the function's declaration. Undefined where the map does not say.
 */
export function originalFunctionName(
  frame: GeneratedFrame,
  text: string | undefined,
  map: TraceMap,
): string | undefined {
  const isQualified = frame.function.includes('.');
  if (frame.function === '' || text === undefined || (map.names.length === 0 && !isQualified)) return undefined;
  const script = parseScript(text, frame.line);
  if (!script) return undefined;
  const words = frame.function.replace(/^new /, '').split('.');
  const short = words.at(-1)!;
  const around = enclosingFunctions(script, script.offsetOf(frame.line, frame.column));
  const ofClass =
    around[0]?.name?.text === (isQualified ? short : 'constructor') && around[0].node.type === 'FunctionExpression';
  if (ofClass && words.length <= 2) {
    // A constructor is named as its class (`Chart`), a method with its class in front (`Chart.resize`).
    const owner = classAround(frame, text, map);
    if (owner?.original !== undefined && owner.names.includes(words[0]!))
      return isQualified ? `${owner.original}.${short}` : owner.original;
  }
  for (const { node, name } of around) {
    if (!name || (name.text !== short && node.type !== 'ArrowFunctionExpression')) continue;
    const { line, column } = script.positionOf(name.start);
    const original = originalPositionFor(map, { line, column: column - 1 });
    // A declared function has no owner: V8 tells what `this` was, as in `HTMLButtonElement.open` of a click's handler.
    if (node.type === 'FunctionDeclaration') return original.name ?? (isQualified ? name.text : undefined);
    return isQualified ? undefined : (original.name ?? undefined);
  }
  return undefined;
}
