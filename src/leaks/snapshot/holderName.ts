import { SCOPE_EDGES, isElementName, isGlobalName, isModuleScopeName, isScopeName } from '../platform/index.ts';
import type { HeapGraph } from './heapGraph.ts';
import type { PathStep, RetainingPaths } from './retainingPaths.ts';
import { defined } from '../../support/index.ts';
import { classOf, isUserVisible } from './classOf.ts';
import { isAngularClass } from './components.ts';

/** What keeps the survivors of a group, as the run needs it: to say, to compare and to fetch. */
export interface HolderDescription {
  /** In the user's words: `closedPanels`, `bus.subscribers.price`; empty where no name leads to it. */
  readonly name: string;
  /** Heap object id, to fetch the live object; valid as long as it lives. */
  readonly heapObjectId: number;
  /** `Array`, `Map`, `Window`, `Context`, `<ul>` … */
  readonly className: string;
  readonly nodeType: string;
  /** True where one slot (a variable, a property) holds all survivors; false for a collection, where each has its own. */
  readonly isSlot: boolean;
  /** The slot's variable or property. */
  readonly slot?: string;
  /** Where a function is written that sees the variable that the name starts with, where it starts with one. */
  readonly scopeAt?: { readonly scriptId: number; readonly line: number; readonly column: number };
  /** Where the class is written that the name starts with, where it starts with one. */
  readonly classAt?: { readonly scriptId: number; readonly line: number; readonly column: number };
  /** Edge names from the root to the survivors, for people. */
  readonly retainedBy: readonly string[];
}

/** Names longer than this are no words of a person, but generated. */
const MAX_WORDS = 6;

/**
 * Names the holder by the edges that lead to it: a variable or a global is where a name starts, properties and string
 * keys of Maps go on from it. When all samples hang on the same edge of the holder (`list = {next: list}`), that edge
 * belongs to the name.
 */
export function describeHolder(
  graph: HeapGraph,
  paths: RetainingPaths,
  holder: number,
  samples: readonly number[],
): HolderDescription {
  const toHolder = paths.path(holder);
  const firstSteps = samples.slice(0, 8).map((sample) => stepsBelow(paths, holder, sample));
  const slot = sharedSlot(graph, firstSteps);
  const words = nameOf(graph, slot ? [...toHolder, slot] : toHolder);
  const shown = firstSteps[0] ?? [];
  const scope = words[0]?.scope;
  const seenFrom = scope === undefined ? undefined : functionSeeing(graph, scope);
  const scopeAt = seenFrom === undefined ? undefined : graph.location(seenFrom);
  return {
    name: joinWords(words),
    heapObjectId: graph.id(holder),
    className: holderClass(graph, holder),
    nodeType: graph.type(holder),
    isSlot: slot !== undefined,
    ...(slot ? { slot: graph.edgeName(slot.edge) } : {}),
    ...(scopeAt ? { scopeAt } : {}),
    ...defined({ classAt: words[0]?.classAt }),
    retainedBy: describePath(graph, [...toHolder, ...shown]),
  };
}

/** Scopes that are searched for a function which sees a variable. */
const MAX_SCOPES = 50;

/** A function through which the live scope behind a context can be read, for holders that are contexts. */
export function describeScope(graph: HeapGraph, holder: number): { readonly closureId?: number } {
  const closure = isScopeName(graph.rawName(holder)) ? functionSeeing(graph, holder) : undefined;
  return closure === undefined ? {} : { closureId: graph.id(closure) };
}

/** A function that sees the variables of a scope: one of an inner scope sees the outer scopes as well. */
function functionSeeing(graph: HeapGraph, scope: number): number | undefined {
  const scopes = [scope];
  for (let at = 0; at < Math.min(scopes.length, MAX_SCOPES); at += 1) {
    let closure: number | undefined;
    graph.forEachRetainer(scopes[at]!, (edge, from) => {
      const name = graph.edgeName(edge);
      if (name === SCOPE_EDGES.closure && graph.type(from) === 'closure') closure ??= from;
      else if (name === SCOPE_EDGES.outer && isScopeName(graph.rawName(from))) scopes.push(from);
    });
    if (closure !== undefined) return closure;
  }
  return undefined;
}

function stepsBelow(paths: RetainingPaths, holder: number, node: number): PathStep[] {
  const steps: PathStep[] = [];
  for (let to = node; to !== holder && paths.parent(to) >= 0 && steps.length < 1000; to = paths.parent(to))
    steps.push({ from: paths.parent(to), edge: paths.parentEdge(to), to });
  return steps.reverse();
}

/** The step from the holder that all samples share, if it has a name (an element of an array has none). */
function sharedSlot(graph: HeapGraph, samples: readonly PathStep[][]): PathStep | undefined {
  const first = samples[0]?.[0];
  if (!first || !isNamed(graph, first)) return undefined;
  return samples.every((steps) => steps[0]?.edge === first.edge) ? first : undefined;
}

function isNamed(graph: HeapGraph, step: PathStep): boolean {
  const type = graph.edgeType(step.edge);
  return type === 'context' || (type === 'property' && graph.edgeName(step.edge) !== '__proto__');
}

interface Word {
  readonly text: string;
  /** A variable or a property of the global object: a name starts here. */
  readonly starts: boolean;
  /** The scope of a variable. */
  readonly scope?: number;
  /** Where a class is written. */
  readonly classAt?: { readonly scriptId: number; readonly line: number; readonly column: number };
}

function nameOf(graph: HeapGraph, steps: readonly PathStep[]): Word[] {
  const words: Word[] = [];
  for (const step of steps) {
    const type = graph.edgeType(step.edge);
    const name = graph.edgeName(step.edge);
    if (type === 'context') {
      words.push(name === 'this' ? instanceWord(graph, step) : { text: name, starts: true, scope: step.from });
    } else if (type === 'property') {
      if (name === '__proto__' || name === '' || name.startsWith('<symbol ')) continue;
      words.push({ text: name, starts: isGlobalName(graph.rawName(step.from)) });
    } else if (graph.type(step.from) === 'array') {
      const key = mapKeyBefore(graph, step);
      if (key !== undefined) words.push({ text: key, starts: false });
    } else if (
      graph.type(step.from) === 'native' &&
      isUserVisible(graph, step.from) &&
      isElementName(graph.rawName(step.to))
    ) {
      words.push({ text: elementName(graph, step.to), starts: true });
    }
    // The way to a service or component is the framework's own records, which say nothing to a user.
    if (words.at(-1)?.starts === false && isAngularClass(graph, step.to))
      words.push({ text: classOf(graph, step.to), starts: true, ...defined({ classAt: graph.location(step.to) }) });
  }
  const start = words.findLastIndex((word) => word.starts);
  return words.slice(Math.max(start, 0)).slice(-MAX_WORDS);
}

/** An arrow function's `this` says nothing outside of the function; its class does. */
function instanceWord(graph: HeapGraph, { from, to }: PathStep): Word {
  const text = classOf(graph, to);
  if (graph.type(to) !== 'object' || !/^(?!Object$|Array$)[$_\p{L}][$\w\p{L}]*$/u.test(text))
    return { text: 'this', starts: true, scope: from };
  return { text, starts: true, ...defined({ classAt: graph.location(to) }) };
}

/** `<ul id="log" class="list">` → `ul#log`. */
function elementName(graph: HeapGraph, node: number): string {
  const name = graph.rawName(node);
  const tag = /<([^\s>]+)/.exec(name)?.[1] ?? 'element';
  const id = / id="([^"]+)"/.exec(name)?.[1];
  return id === undefined ? tag : `${tag}#${id}`;
}

/** A Map's table lists key, value, chain: the string in front of a value is its key. */
function mapKeyBefore(graph: HeapGraph, step: PathStep): string | undefined {
  const index = Number(graph.edgeName(step.edge));
  if (!Number.isInteger(index) || index < 1) return undefined;
  const key = graph.find(
    step.from,
    (edge, to) => graph.edgeName(edge) === String(index - 1) && graph.type(to) === 'string',
  );
  return key === undefined ? undefined : graph.rawName(key);
}

/** `jQuery40000274426327215226971`: libraries make such names up, another in each run, so that they meet no other. */
const withoutNumber = (word: string): string => word.replace(/(?<=^[$_\p{L}][$\w\p{L}]*?)\d{10,}$/u, '…');

function joinWords(words: readonly Word[]): string {
  let text = '';
  for (const { text: word } of words) {
    if (text === '') text = withoutNumber(word);
    else if (/^[#$_\p{L}][$\w\p{L}]*$/u.test(word)) text += `.${withoutNumber(word)}`;
    else text += `[${/^\d+$/.test(word) ? word : JSON.stringify(word.slice(0, 40))}]`;
  }
  return text;
}

function holderClass(graph: HeapGraph, holder: number): string {
  return isScopeName(graph.rawName(holder)) ? 'Context' : classOf(graph, holder);
}

/** The path for people: names of edges, with the classes they pass, without V8's internals. */
export function describePath(graph: HeapGraph, steps: readonly PathStep[], limit = 20): string[] {
  const lines: string[] = [];
  let betweenModuleAndVariable = false;
  for (const step of steps) {
    const type = graph.edgeType(step.edge);
    // A module's scope is held by way of a generator object that stands for its evaluation.
    if (isModuleScopeName(graph.rawName(step.to))) {
      lines.push('module scope');
      betweenModuleAndVariable = true;
      continue;
    }
    if (type === 'context') betweenModuleAndVariable = false;
    if (betweenModuleAndVariable) continue;
    const name = graph.edgeName(step.edge);
    const target = isUserVisible(graph, step.to) ? classOf(graph, step.to) : undefined;
    if (type === 'property' || type === 'context') lines.push(target === undefined ? name : `${name}: ${target}`);
    else if (type === 'element' && target !== undefined && graph.type(step.from) !== 'synthetic')
      lines.push(graph.type(step.from) === 'native' ? target : `[${name}]: ${target}`);
    else if (target !== undefined && graph.type(step.from) !== 'synthetic') lines.push(target);
  }
  return lines.slice(-limit);
}
