import { maskCode } from '../testExplorer/maskCode.ts';

/** Text to put into a file, at an offset; several, none of which overlap, in order. */
interface FixEdit {
  readonly offset: number;
  readonly text: string;
}

/** A change that is certain to end a leak, and small enough to be read at a glance. */
export interface CertainFix {
  /** What it adds: `removeEventListener`, `clearInterval`, `dispose`, `abort`. */
  readonly what: string;
  readonly edits: readonly FixEdit[];
}

/** What is made, the variable or arguments it is known by, and what ends it. */
interface Made {
  readonly end: string;
  readonly what: string;
  /** What has to be written where it is made, so that there is something to end, in order: a name, a signal. */
  readonly before?: readonly FixEdit[];
}

/** Objects whose own documentation says how they are ended. */
const ENDED_BY: Readonly<Record<string, string>> = {
  'new Chart': 'destroy',
  'new Swiper': 'destroy',
  'new Sortable': 'destroy',
  'new ResizeObserver': 'disconnect',
  'new IntersectionObserver': 'disconnect',
  'new MutationObserver': 'disconnect',
  'new PerformanceObserver': 'disconnect',
  'new WebSocket': 'close',
  'new EventSource': 'close',
  'new BroadcastChannel': 'close',
  'new Worker': 'terminate',
  'echarts.init': 'dispose',
  'L.map': 'remove',
  'monaco.editor.create': 'dispose',
};

/**
 * The fix of a leak whose cause is certain: something that is started on a line of an effect (`useEffect`) or of
 * `connectedCallback` and has an end, where the effect has no clean-up, or the class no `disconnectedCallback`. Undefined in
 * every other case: a wrong fix is worse than none.
 *
 * @param line where the leak is made, counted from 0
 */
export function certainFix(text: string, line: number): CertainFix | undefined {
  const masked = maskCode(text);
  const lineStart = offsetOfLine(text, line);
  const lineEnd = text.indexOf('\n', lineStart) === -1 ? text.length : text.indexOf('\n', lineStart);
  const made = madeOn(text, masked, lineStart, lineEnd);
  if (!made) return undefined;
  return inEffect(text, masked, lineStart, made) ?? inElement(text, masked, lineStart, made);
}

function madeOn(text: string, masked: string, start: number, end: number): Made | undefined {
  const code = text.slice(start, end);
  const bare = masked.slice(start, end);
  const listener =
    /^(\s*)([\w.$]+)\.addEventListener\(\s*(['"`][\w:-]+['"`])\s*,\s*([\w.$]+)\s*(?:,\s*(true|false|\{[^}]*\}))?\s*\);?\s*$/.exec(
      code,
    );
  if (listener) {
    const [, , target, type, handler, options] = listener;
    const capture = options === undefined || !/true/.test(options) ? '' : `, ${options}`;
    if (options !== undefined && /\b(?:once|signal)\b/.test(options)) return undefined;
    return {
      what: 'removeEventListener',
      end: `${target}.removeEventListener(${type}, ${handler}${capture});`,
    };
  }
  const inPlace = handlerInPlace(text, masked, start);
  if (inPlace) return inPlace;
  const timer = /^(\s*)(?:(?:const|let)\s+(\w+)\s*=\s*)?(?:window\.)?(setInterval|requestAnimationFrame)\(/.exec(bare);
  if (timer) {
    const [, indent = '', name, kind] = timer;
    const clear = kind === 'setInterval' ? 'clearInterval' : 'cancelAnimationFrame';
    if (name !== undefined) return { what: clear, end: `${clear}(${name});` };
    return {
      what: clear,
      end: `${clear}(timer);`,
      before: [{ offset: start + indent.length, text: 'const timer = ' }],
    };
  }
  const object = /^\s*(?:const|let)\s+(\w+)\s*=\s*(new\s+\w+|[\w.]+)\s*(?:<[^>]*>)?\(/.exec(bare);
  const method = object && ENDED_BY[object[2]!.replace(/\s+/, ' ')];
  return object && method ? { what: method, end: `${object[1]}.${method}();` } : undefined;
}

/**
 * A handler that is written in place has no name to take it out by: its listener ends with a signal. Only for what is
 * known to be the browser's own: `addEventListener` of libraries (three.js) takes no signal.
 */
function handlerInPlace(text: string, masked: string, start: number): Made | undefined {
  const call = /^([ \t]*)(?:window|document(?:\.(?:body|documentElement))?|globalThis|self)\.addEventListener\(/.exec(
    masked.slice(start),
  );
  if (!call) return undefined;
  const parts = argumentsAt(masked, start + call[0].length - 1);
  const [, handler, options] = parts ?? [];
  if (!parts || !handler || parts.length > 3) return undefined;
  if (!/^\s*(?:async\s+)?(?:function\b|\(|\w+\s*=>)/.test(masked.slice(handler.from, handler.to))) return undefined;
  // What follows on the line is not ours to move.
  if (!/^\)\s*;?[ \t]*(?:\n|$)/.test(masked.slice(parts.at(-1)!.to))) return undefined;
  const name = ['controller', 'listening'].find((one) => !new RegExp(`\\b${one}\\b`).test(masked));
  if (name === undefined) return undefined;
  const signal = `signal: ${name}.signal`;
  const made = { what: 'abort', end: `${name}.abort();` };
  const controller = {
    offset: start,
    text: `${call[1]}const ${name} = new AbortController();\n`,
  };
  if (!options) {
    const end = handler.from + text.slice(handler.from, handler.to).trimEnd().length;
    return {
      ...made,
      before: [controller, { offset: end, text: `, { ${signal} }` }],
    };
  }
  const given = masked.slice(options.from, options.to);
  const open = /^\s*\{/.exec(given);
  if (!open || /\b(?:once|signal)\b|\.\.\./.test(given) || /^\s*\{\s*\}/.test(given)) return undefined;
  return {
    ...made,
    before: [controller, { offset: options.from + open[0].length, text: ` ${signal},` }],
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The arguments of a call whose parenthesis opens here; undefined where it does not close. A comma at the end is no argument. */
function argumentsAt(masked: string, open: number): Span[] | undefined {
  const spans: Span[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < masked.length; at += 1) {
    const sign = masked[at]!;
    if ('([{'.includes(sign)) depth += 1;
    if (')]}'.includes(sign)) depth -= 1;
    if (depth === 0 || (depth === 1 && sign === ',')) {
      if (depth === 0 && masked.slice(from, at).trim() === '') return undefined;
      spans.push({ from, to: at });
      from = at + 1;
    }
    if (depth === 0) return spans;
  }
  return undefined;
}

/** The innermost effect around the place gets a clean-up, unless it returns one. */
function inEffect(text: string, masked: string, at: number, made: Made): CertainFix | undefined {
  const effects = [...masked.matchAll(/\buse(?:Layout|Insertion)?Effect\(\s*\(\s*\)\s*=>\s*\{/g)];
  const bodies = effects.map((effect) => bodyAt(masked, effect.index + effect[0].length - 1));
  const body = bodies.findLast((one) => one !== undefined && one.open < at && at < one.close);
  if (!body) return undefined;
  const code = masked.slice(body.open + 1, body.close);
  // Started in a function of the effect's, it may be started more than once; a returned clean-up is its author's.
  if (/\breturn\b/.test(code) || depthAt(masked, body.open + 1, at) !== 0) return undefined;
  const indent = /^[ \t]*/.exec(text.slice(at))![0];
  const closing = text.lastIndexOf('\n', body.close) + 1;
  const edit = {
    offset: closing,
    text: `${indent}return () => ${asExpression(made.end)};\n`,
  };
  return { what: made.what, edits: [...(made.before ?? []), edit] };
}

/** A custom element that has no `disconnectedCallback` yet gets one. */
function inElement(text: string, masked: string, at: number, made: Made): CertainFix | undefined {
  if (made.before || !/^(?:window|document|this)\b/.test(made.end) || !made.end.includes('removeEventListener'))
    return undefined;
  const connected = [...masked.matchAll(/^([ \t]*)(?:override\s+)?connectedCallback\(\s*\)\s*(?::\s*void\s*)?\{/gm)];
  const own = connected.findLast((one) => one.index < at);
  const body = own && bodyAt(masked, own.index + own[0].length - 1);
  if (!own || !body || at > body.close || /\bdisconnectedCallback\b/.test(masked)) return undefined;
  if (depthAt(masked, body.open + 1, at) !== 0) return undefined;
  const indent = own[1] ?? '';
  const method = `\n\n${indent}disconnectedCallback() {\n${indent}${indent}${made.end}\n${indent}}`;
  return { what: made.what, edits: [{ offset: body.close + 1, text: method }] };
}

function bodyAt(masked: string, open: number): { open: number; close: number } | undefined {
  let depth = 0;
  for (let at = open; at < masked.length; at += 1) {
    if (masked[at] === '{') depth += 1;
    if (masked[at] === '}') depth -= 1;
    if (depth === 0) return { open, close: at };
  }
  return undefined;
}

function depthAt(masked: string, from: number, to: number): number {
  let depth = 0;
  for (const sign of masked.slice(from, to)) depth += sign === '{' ? 1 : sign === '}' ? -1 : 0;
  return depth;
}

function asExpression(statement: string): string {
  return statement.replace(/;$/, '');
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let n = 0; n < line; n += 1) {
    const next = text.indexOf('\n', offset);
    if (next === -1) return text.length;
    offset = next + 1;
  }
  return offset;
}
