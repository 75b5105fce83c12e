import { type SnapshotCounts, checkSnapshotHead, isHeadComplete } from './snapshotHead.ts';

const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const COMMA = 0x2c;
const CLOSE = 0x5d;
const MAX_NUMBER = 2 ** 32;
/** Characters of a list's name with its colon and bracket, at most. */
const MAX_NAME = 100;
/** Numbers for which there is room at first in a list whose length is not said. */
const FIRST_ROOM = 1024;

/** Numbers of a snapshot, as DevTools' code reads and writes them. */
export class SnapshotNumbers extends Uint32Array {
  getValue(index: number): number {
    return this[index]!;
  }

  setValue(index: number, value: number): void {
    this[index] = value;
  }
}

/** A snapshot file as it is written, its numbers in typed arrays: what DevTools' code is given to work on. */
export interface RawSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly [readonly string[], ...unknown[]];
    };
    readonly trace_function_count?: number;
    readonly root_index?: number;
  };
  readonly nodes: SnapshotNumbers;
  readonly edges: SnapshotNumbers;
  readonly trace_function_infos: Uint32Array;
  readonly trace_tree: unknown;
  readonly samples: Uint32Array;
  readonly locations: Uint32Array;
  readonly strings: readonly string[];
}

type ListName = 'nodes' | 'edges' | 'trace_function_infos' | 'samples' | 'locations';
/** The beginning of a list that is read. Chromium 156 writes others, too (scopes and what they hold): they are left out. */
const LIST_BEGINS = /"(nodes|edges|trace_function_infos|trace_tree|samples|locations|strings)"\s*:\s*\[/;

/**
 * Parses the text of a snapshot in one pass, piece by piece as it comes, into typed arrays. Who follows its numbers believes them, so
 * that one could be a loop of 2 thousand millions, or one without end: those of nodes and edges must fit together.
 */
export class SnapshotText {
  readonly #maxCharacters: number;
  #stage: 'head' | 'between' | 'numbers' | 'tree' | 'strings' = 'head';
  #pending = '';
  #head = '';
  #counts: SnapshotCounts | undefined;
  /** The number that the text is in; -1 between numbers. */
  #value = -1;
  #list: ListName = 'nodes';
  #numbers = new SnapshotNumbers(0);
  #length = 0;
  /** Whether the list is as long as the head says. */
  #isFixed = false;
  readonly #lists = new Map<ListName, SnapshotNumbers>();
  #tree: unknown = [];
  #strings: string[] = [];

  /** @param maxCharacters of the whole text: a head that says that there is more is not believed */
  constructor(maxCharacters = Number.MAX_SAFE_INTEGER) {
    this.#maxCharacters = maxCharacters;
  }

  /** @throws Error that says what is wrong */
  push(text: string): void {
    let rest: string | undefined = text;
    while (rest !== undefined && rest !== '') {
      switch (this.#stage) {
        case 'head':
          rest = this.#takeHead(rest);
          break;
        case 'between':
          rest = this.#takeName(rest);
          break;
        case 'numbers':
          rest = this.#takeNumbers(rest);
          break;
        case 'tree':
          rest = this.#takeTree(rest);
          break;
        case 'strings':
          this.#strings.push(rest);
          return;
      }
    }
  }

  /** @throws Error where the text ended before its lists did, or a list that must be there is missing */
  finish(): RawSnapshot {
    if (this.#stage !== 'strings') throw new Error('its text is not complete');
    const text = this.#strings.join('');
    this.#strings = [];
    const none = new SnapshotNumbers(0);
    const { nodes, edges } = { nodes: this.#lists.get('nodes') ?? none, edges: this.#lists.get('edges') ?? none };
    checkNumbers(nodes, edges, this.#counts!);
    const end = text.lastIndexOf(']');
    if (end < 0) throw new Error('its text is not complete');
    return {
      snapshot: JSON.parse(this.#head) as RawSnapshot['snapshot'],
      nodes,
      edges,
      trace_function_infos: this.#lists.get('trace_function_infos') ?? none,
      trace_tree: this.#tree,
      samples: this.#lists.get('samples') ?? none,
      locations: this.#lists.get('locations') ?? none,
      strings: JSON.parse(`[${text.slice(0, end + 1)}`) as string[],
    };
  }

  #takeHead(text: string): string | undefined {
    this.#pending += text;
    if (!isHeadComplete(this.#pending)) return undefined;
    this.#counts = checkSnapshotHead(this.#pending, this.#maxCharacters);
    const end = /,\s*"nodes"\s*:/.exec(this.#pending)!.index;
    this.#head = this.#pending.slice(this.#pending.indexOf(':') + 1, end);
    const rest = this.#pending.slice(end);
    this.#pending = '';
    this.#stage = 'between';
    return rest;
  }

  #takeName(text: string): string | undefined {
    this.#pending += text;
    const found = LIST_BEGINS.exec(this.#pending);
    if (!found) {
      // The beginning of a name may be at the end.
      this.#pending = this.#pending.slice(-MAX_NAME);
      return undefined;
    }
    const name = found[1]!;
    const rest = this.#pending.slice(found.index + found[0].length);
    this.#pending = '';
    if (name === 'strings') this.#stage = 'strings';
    else if (name === 'trace_tree') this.#stage = 'tree';
    else this.#begin(name as ListName);
    return rest;
  }

  #begin(list: ListName): void {
    const { nodes, edges, nodeFields, edgeFields } = this.#counts!;
    const length =
      list === 'nodes' ? nodes * nodeFields.length : list === 'edges' ? edges * edgeFields.length : undefined;
    this.#stage = 'numbers';
    this.#list = list;
    this.#isFixed = length !== undefined;
    this.#numbers = new SnapshotNumbers(length ?? FIRST_ROOM);
    this.#length = 0;
  }

  /** Takes numbers up to the bracket that ends their list. @returns what comes after it */
  #takeNumbers(text: string): string | undefined {
    const { length } = text;
    let numbers = this.#numbers;
    let index = this.#length;
    let value = this.#value;
    let end = -1;
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE) {
        value = value < 0 ? code - ZERO : value * 10 + code - ZERO;
        continue;
      }
      if (code > SPACE && code !== COMMA && code !== CLOSE) throw unfit();
      if (value >= 0) {
        // Times of samples, in microseconds, may be larger; nothing reads them.
        if (value >= MAX_NUMBER && this.#isFixed) throw unfit();
        if (index === numbers.length) numbers = this.#makeRoom(numbers);
        numbers[index] = value;
        index += 1;
        value = -1;
      }
      if (code === CLOSE) {
        end = at;
        break;
      }
    }
    this.#numbers = numbers;
    this.#length = index;
    this.#value = value;
    if (end < 0) return undefined;
    if (this.#isFixed && index !== numbers.length) throw unfit();
    this.#lists.set(this.#list, this.#isFixed ? numbers : new SnapshotNumbers(numbers.buffer, 0, index));
    this.#stage = 'between';
    return text.slice(end + 1);
  }

  #makeRoom(numbers: SnapshotNumbers): SnapshotNumbers {
    if (this.#isFixed) throw unfit();
    const longer = new SnapshotNumbers(numbers.length * 2);
    longer.set(numbers);
    return longer;
  }

  /** Nested lists of numbers, without a quote up to the name of the next list. */
  #takeTree(text: string): string | undefined {
    const quote = text.indexOf('"');
    if (quote < 0) {
      this.#strings.push(text);
      return undefined;
    }
    const tree = `[${this.#strings.join('')}${text.slice(0, quote)}`;
    this.#strings = [];
    this.#tree = JSON.parse(tree.slice(0, tree.lastIndexOf(']') + 1));
    this.#stage = 'between';
    return text.slice(quote);
  }
}

function checkNumbers(nodes: SnapshotNumbers, edges: SnapshotNumbers, counts: SnapshotCounts): void {
  const { nodeFields, edgeFields } = counts;
  const edgeCountAt = nodeFields.indexOf('edge_count');
  let edgesOfNodes = 0;
  for (let at = edgeCountAt; at < nodes.length; at += nodeFields.length) edgesOfNodes += nodes[at]!;
  if (nodes.length !== counts.nodes * nodeFields.length || edgesOfNodes * edgeFields.length !== edges.length)
    throw unfit();
  for (let at = edgeFields.indexOf('to_node'); at < edges.length; at += edgeFields.length) {
    const to = edges[at]!;
    if (to >= nodes.length || to % nodeFields.length !== 0) throw unfit();
  }
}

function unfit(): Error {
  return new Error('its numbers do not fit together');
}
