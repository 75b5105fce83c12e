import type { Node } from 'acorn';
import { elementClassOfTag } from './elementClasses.ts';
import {
  type FunctionQuery,
  type ParsedScript,
  childrenOf,
  isFunction,
  nodesAround,
  parseScript,
} from './parsedScript.ts';

export interface AllocationQuery extends FunctionQuery {
  /** The class of the allocated object, as a heap snapshot names it; `{id, title}` for plain objects with such keys. */
  readonly className: string;
}

/**
 * The only expression in the function that makes such an object, from 1; undefined when there is none or more than one
 * that could have. Functions inside the function are not searched: V8 gives their allocations to them.
 *
 * Fooled by nothing that it answers, it is hoped, but it answers less than one would like: JSX, tagged templates and
 * calls into libraries that allocate in our name are not seen, and an object literal beside a second one is ambiguous.
 */
export function findAllocationExpression(query: AllocationQuery): { line: number; column: number } | undefined {
  const script = parseScript(query.source, query.functionLine);
  if (!script) return undefined;
  const body = functionBodyAt(script, script.offsetOf(query.functionLine, query.functionColumn));
  if (!body) return undefined;
  const makes = makerOf(query.className);
  if (!makes) return undefined;
  const found: Node[] = [];
  for (const node of body) collect(node, makes, found);
  const only = withoutInner(found, script);
  return only && script.positionOf(only.start);
}

/**
 * What runs when the function that starts at the offset is called. V8's start is the parenthesis of the parameters (or
 * the first parameter of an arrow function), the class for a constructor that is not written out, 0 for the script.
 */
export function functionBodyAt(script: ParsedScript, offset: number): Node[] | undefined {
  let inner: Node[] | undefined;
  for (const node of nodesAround(script.root, offset)) {
    if (isFunction(node)) {
      const { params, body } = node as Node & { params: Node[]; body: Node };
      if (offset <= body.start) inner = [...params, body];
    } else if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      const { body } = node as Node & { body: Node & { body: (Node & { value?: Node; static?: boolean })[] } };
      if (offset <= body.start)
        inner = body.body.flatMap((member) =>
          member.type === 'PropertyDefinition' && !member.static && member.value ? [member.value] : [],
        );
    }
  }
  if (inner) return inner;
  const first = childrenOf(script.root)[0];
  return first && offset <= first.start ? childrenOf(script.root) : undefined;
}

function collect(node: Node, makes: (node: Node) => boolean, found: Node[]): void {
  if (isFunction(node)) return;
  if (makes(node)) found.push(node);
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return;
  for (const child of childrenOf(node)) collect(child, makes, found);
}

/** The one expression, or the outermost of several that begin on one line inside each other. */
function withoutInner(found: readonly Node[], script: ParsedScript): Node | undefined {
  const [outer, ...others] = found;
  if (!outer) return undefined;
  const { line } = script.positionOf(outer.start);
  const inside = others.every(
    (node) => node.start >= outer.start && node.end <= outer.end && script.positionOf(node.start).line === line,
  );
  return inside ? outer : undefined;
}

interface Call extends Node {
  readonly callee: Node & { name?: string; property?: Node & { name?: string } };
  readonly arguments: (Node & { value?: unknown })[];
}
const calleeName = (node: Node): string | undefined => {
  const { callee } = node as Call;
  return callee.type === 'MemberExpression' ? callee.property?.name : callee.name;
};
const isNew = (node: Node, ...names: string[]): boolean =>
  node.type === 'NewExpression' && names.includes(calleeName(node) ?? '');
const isCall = (node: Node, ...names: string[]): boolean =>
  node.type === 'CallExpression' && names.includes(calleeName(node) ?? '');

const COPYING = ['map', 'filter', 'slice', 'concat', 'split', 'flat', 'flatMap', 'splice', 'toSorted', 'toReversed'];
const ARRAY_STATICS = ['from', 'of', 'keys', 'values', 'entries', 'getOwnPropertyNames', 'match', 'matchAll', 'all'];
const TYPED_ARRAYS =
  'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array'.split(
    ' ',
  );
/** Calls that may make plain objects without a literal in the source. */
const OBJECT_CALLS = ['parse', 'create', 'assign', 'fromEntries', 'structuredClone', 'groupBy'];
const HTML_WRITERS = ['insertAdjacentHTML', 'setHTMLUnsafe', 'setHTML', 'createContextualFragment', 'cloneNode'];

/** Classes of the platform and of Node that calls make, other than `create` and their name. */
const MADE_BY_CALL: Readonly<Record<string, readonly string[]>> = {
  AbortSignal: ['AbortController', 'timeout', 'any'],
  Animation: ['animate'],
  Attr: ['createAttribute', 'createAttributeNS', 'setAttribute', 'setAttributeNS'],
  CanvasRenderingContext2D: ['getContext'],
  ChildProcess: ['spawn', 'exec', 'execFile', 'fork'],
  ClientRequest: ['request', 'get'],
  Dir: ['opendir'],
  DocumentFragment: ['createDocumentFragment', 'createContextualFragment', 'cloneNode', 'importNode'],
  FSEvent: ['watch'],
  FSWatcher: ['watch'],
  FileHandle: ['open'],
  IDBTransaction: ['transaction'],
  Immediate: ['setImmediate'],
  ImageBitmap: ['createImageBitmap', 'transferToImageBitmap'],
  ImageData: ['createImageData', 'getImageData'],
  // What Node keeps of each listener of an EventTarget.
  Listener: ['addEventListener', 'once', 'on'],
  MediaStream: ['captureStream', 'getUserMedia', 'getDisplayMedia', 'clone'],
  MessagePort: ['MessageChannel'],
  PerformanceMark: ['mark'],
  PerformanceMeasure: ['measure'],
  Response: ['fetch', 'clone', 'json', 'error', 'redirect'],
  ShadowRoot: ['attachShadow'],
  Socket: ['connect', 'createConnection'],
  StatWatcher: ['watchFile'],
  TLSSocket: ['connect', 'createConnection'],
  Text: ['createTextNode', 'splitText'],
  Timeout: ['setInterval', 'setTimeout'],
  WebGL2RenderingContext: ['getContext'],
  WebGLRenderingContext: ['getContext'],
};

/** What in a function's text makes objects of the class; undefined where text does not tell (strings, code, system objects). */
function makerOf(className: string): ((node: Node) => boolean) | undefined {
  const name = className.replace(/^Detached\s+/, '').replace(/\s*\(detached\)$/, '');
  if (/^\{.*\}$/.test(name)) {
    const keys = keysOfShape(name);
    const areAll = !name.includes('…');
    return (node) =>
      node.type === 'ObjectExpression'
        ? couldHaveShape(node, keys, areAll)
        : isCall(node, ...OBJECT_CALLS) || isNew(node, 'Object');
  }
  if (name === 'Object')
    return (node) => node.type === 'ObjectExpression' || isCall(node, ...OBJECT_CALLS) || isNew(node, 'Object');
  if (name === 'Array')
    return (node) =>
      node.type === 'ArrayExpression' || isNew(node, 'Array') || isCall(node, 'Array', ...COPYING, ...ARRAY_STATICS);
  if (name === 'ArrayBuffer' || name === 'system / JSArrayBufferData')
    return (node) => isNew(node, 'ArrayBuffer', ...TYPED_ARRAYS) || isCall(node, 'arrayBuffer', 'transfer');
  if (name === 'RegExp') return (node) => isNew(node, 'RegExp') || (node.type === 'Literal' && 'regex' in node);
  // What goes on with a suspended function, or settles a promise: the engine's own, without a place in the source.
  if (name === 'anonymous function') return makesReaction;
  // An async function, `then` and `await` make promises without saying so.
  if (name === 'Promise') return undefined;
  const element = elementName(name);
  if (element !== undefined) return (node) => makesElement(node, element);
  if (Object.hasOwn(MADE_BY_CALL, name)) {
    const makers = MADE_BY_CALL[name]!;
    return (node) => isNew(node, name, ...makers) || isCall(node, ...makers);
  }
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return undefined;
  // `createOscillator` makes an OscillatorNode, `createTexture` a WebGLTexture, `createTreeWalker` a TreeWalker.
  const factory = `create${name.replace(/^(?:WebGL|GPU)/, '').replace(/Node$/, '')}`;
  return (node) => isNew(node, name) || isCall(node, factory);
}

const makesReaction = (node: Node): boolean =>
  node.type === 'AwaitExpression' ||
  (node.type === 'ForOfStatement' && (node as Node & { await?: boolean }).await === true) ||
  isNew(node, 'Promise') ||
  isCall(node, 'all', 'allSettled', 'any', 'race', 'finally', 'withResolvers', 'fromAsync');

/** The keys that a snapshot names a plain object by: `{id, title, …}`. */
function keysOfShape(name: string): string[] {
  return name
    .slice(1, -1)
    .split(', ')
    .filter((key) => key !== '' && key !== '…');
}

/**
 * False when the literal begins with other keys than the object has, or names one that it has not, wherever that stands. Keys that only a
 * run can tell may be any.
 *
 * @param areAll whether the object has no other keys
 */
function couldHaveShape(node: Node, keys: readonly string[], areAll: boolean): boolean {
  const { properties } = node as Node & {
    properties: (Node & { key?: Node & { name?: string; value?: unknown }; computed?: boolean })[];
  };
  const named = properties.map(({ type, key, computed }) =>
    type === 'Property' && computed !== true ? (key?.name ?? String(key?.value)) : undefined,
  );
  if (areAll && named.some((name) => name !== undefined && name !== '__proto__' && !keys.includes(name))) return false;
  for (const [index, name] of named.entries()) {
    if (name === undefined || index >= keys.length) return true;
    if (name !== keys[index]) return false;
  }
  return true;
}

/** `HTMLDivElement` and `<div class="row">` alike, as snapshots of different browser versions write it. */
function elementName(name: string): string | undefined {
  const tag = /^<(?<tag>[a-z][\w-]*)/i.exec(name)?.groups?.['tag'];
  if (tag !== undefined) return elementClassOfTag(tag);
  return /^(?:HTML|SVG|MathML)\w*Element$/.test(name) ? name : undefined;
}

function makesElement(node: Node, className: string): boolean {
  if (node.type === 'AssignmentExpression') {
    const { property } = (node as Node & { left: Call['callee'] }).left;
    return property?.name === 'innerHTML' || property?.name === 'outerHTML';
  }
  if (isCall(node, 'createElement', 'createElementNS')) {
    const tag = (node as Call).arguments[calleeName(node) === 'createElement' ? 0 : 1]?.value;
    // A tag that is only known when it runs may be any.
    return typeof tag !== 'string' || elementClassOfTag(tag) === className;
  }
  return isCall(node, ...HTML_WRITERS) || (className === 'HTMLImageElement' && isNew(node, 'Image'));
}
