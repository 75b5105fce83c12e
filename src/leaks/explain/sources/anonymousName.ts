import type { TraceMap } from '@jridgewell/trace-mapping';
import { functionRole } from './functionRole.ts';
import type { GeneratedFrame } from './generatedFrame.ts';
import { identifierAt } from './identifierAt.ts';
import { classAround } from './originalClassName.ts';
import { enclosingFunctions, parseScript } from './parsedScript.ts';

/** A name of fewer characters comes from a minifier. */
const SHORTEST_NAME = 3;

/**
 * What a function that the engine has no name for is called by: the property that it is put into (`function onKey` of
 * `this.onKey = () => …`), or the component or function that it is written in (`function in openMenu`). Undefined where neither has a name.
 */
export function anonymousName(frame: GeneratedFrame, text: string, map: TraceMap | undefined): string | undefined {
  const script = parseScript(text, frame.line);
  if (!script) return undefined;
  const [itself, ...around] = enclosingFunctions(script, script.offsetOf(frame.line, frame.column));
  if (itself?.name) return `function ${itself.name.text}`;
  const component = functionRole(frame, text, map)?.split(' of ')[1];
  if (component !== undefined && component.length >= SHORTEST_NAME) return `function in ${component}`;
  for (const { name } of around) {
    if (!name) continue;
    const at = script.positionOf(name.start);
    const owner = name.text === 'constructor' && map ? classAround({ ...frame, ...at }, text, map) : undefined;
    const within = owner?.original ?? (map && identifierAt(map, name.text, at)) ?? name.text;
    if (within.length >= SHORTEST_NAME) return `function in ${within}`;
  }
  return undefined;
}
