import { maskCode } from './maskCode.ts';

/** The structure of a scenario file, known without running it. Offsets count from 0. */
export interface ScenarioOutline {
  /** The word `iteration` (memlab: `action`) where it is defined: where a run begins for the eye. */
  readonly iteration: { readonly start: number; readonly end: number } | undefined;
  /** The `name` it gives itself, where that is a plain text. */
  readonly name: string | undefined;
  /** After the `[` of its `ignore`. */
  readonly ignoreList: number | undefined;
  /** It has an `ignore`, whether as a list that is written out or not. */
  readonly hasIgnore: boolean;
  /** After the `{` of the exported object; undefined when its parts are exported by name. */
  readonly object: number | undefined;
  /** It exports its parts by name, as fuite's and memlab's do. */
  readonly named: boolean;
}

interface Property {
  readonly start: number;
  readonly end: number;
}

const STEP_NAMES = ['iteration', 'action'] as const;

/** Reads the shape of a scenario file. Made for files as people write them: it does not run, resolve or follow anything. */
export function outlineScenario(text: string): ScenarioOutline {
  const code = maskCode(text);
  const object = exportedObject(code);
  const properties = object === undefined ? new Map<string, Property>() : propertiesOf(code, object);
  const exported = namedExports(code);
  const find = (name: string) => properties.get(name) ?? exported.get(name);
  const step = STEP_NAMES.map(find).find((found) => found !== undefined);
  const name = find('name');
  const ignore = find('ignore');
  const list = ignore && /^\s*(?::[^=\n]+=|[:=])\s*\[/.exec(code.slice(ignore.end));
  return {
    iteration: step,
    name: name && stringAfter(text, name.end),
    hasIgnore: ignore !== undefined,
    ignoreList: ignore && list ? ignore.end + list[0].length : undefined,
    object: object !== undefined && STEP_NAMES.some((one) => properties.has(one)) ? object : undefined,
    named: STEP_NAMES.some((one) => exported.has(one)),
  };
}

/** The offset after the `{` of the default export: an object, one in a call, or a variable's. */
function exportedObject(code: string): number | undefined {
  const exporting =
    /(?:\bexport\s+default\b|\bmodule\s*\.\s*exports\s*=(?!=)|\bexports\s*\.\s*default\s*=(?!=))\s*/.exec(code);
  if (!exporting) return undefined;
  const from = exporting.index + exporting[0].length;
  const rest = code.slice(from);
  const direct = /^(?:[\w$.]+\s*\(\s*)?\(?\s*\{/.exec(rest);
  if (direct) return from + direct[0].length;
  const variable = /^[\w$]+/.exec(rest)?.[0];
  if (variable === undefined) return undefined;
  const name = variable.replaceAll('$', String.raw`\$`);
  const declared = new RegExp(String.raw`\b(?:const|let|var)\s+${name}\s*(?::[^=]+)?=\s*(?:[\w$.]+\s*\(\s*)?\{`).exec(
    code,
  );
  return declared ? declared.index + declared[0].length : undefined;
}

/** The names of an object's own properties, with where they stand. */
function propertiesOf(code: string, open: number): Map<string, Property> {
  const found = new Map<string, Property>();
  let depth = 1;
  let expectsName = true;
  for (let at = open; at < code.length && depth > 0; at += 1) {
    const one = code[at]!;
    if (expectsName && depth === 1 && /[\w$]/.test(one)) {
      const match = /^((?:async\s+|get\s+|\*\s*)*)([\w$]+)/.exec(code.slice(at))!;
      const start = at + match[1]!.length;
      const end = start + match[2]!.length;
      if (!found.has(match[2]!)) found.set(match[2]!, { start, end });
      at = end - 1;
      expectsName = false;
    } else if ('([{'.includes(one)) depth += 1;
    else if (')]}'.includes(one)) depth -= 1;
    else if (one === ',' && depth === 1) expectsName = true;
  }
  return found;
}

function namedExports(code: string): Map<string, Property> {
  const found = new Map<string, Property>();
  const pattern =
    /(?:\bexport\s+(?:async\s+)?(?:function\s*\*?|const|let|var)\s+|\b(?:module\s*\.\s*)?exports\s*\.\s*)([\w$]+)/g;
  for (const match of code.matchAll(pattern)) {
    const end = match.index + match[0].length;
    found.set(match[1]!, { start: end - match[1]!.length, end });
  }
  return found;
}

/** The text of `: 'text'` or `= "text"`; undefined for what is not written out. */
function stringAfter(text: string, from: number): string | undefined {
  const match = /^\s*[:=]\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`$\\]*)`)/.exec(
    text.slice(from, from + 400),
  );
  const inside = match?.[1] ?? match?.[2] ?? match?.[3];
  return inside?.replaceAll(/\\(.)/g, '$1');
}
