// oxlint-disable typescript/unbound-method -- a trap is named to leave it out of the stack, and is never called
import type { AnyFunction, Handler, Named, Site } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Records } from './records.ts';
import type { countStoredRecords } from './storedRecords.ts';
import type { Wrapping } from './wrapping.ts';

/**
 * Follows what a document holds outside of both heaps: the text of its nodes and text fields, their attributes, the rules of its
 * style sheets, local and session storage, and the records of databases and caches. Each is a size, and what counts is a new maximum
 * of it: a log that is trimmed, a sheet that is emptied, and a clock have none after a while.
 *
 * Nothing of the page is wrapped until a size grew for the first time: only then are the places of interest that write it.
 */
export function followContent(
  natives: Natives,
  records: Records,
  wrapping: Wrapping,
  countRecords: typeof countStoredRecords,
) {
  const {
    apply,
    getOwnPropertyDescriptor,
    defineProperty,
    NativeProxy,
    getterOf,
    prototypeOf,
    scope,
    push,
    uncurry,
    isObject,
  } = natives;
  const { state, callerSite } = records;
  /** Characters that a text must gain: a number that gets one digit more is no growth. */
  const LEAST_CHARACTERS = 8;
  /** Records made at one reading: of more that were gained, one. */
  const MAX_AT_ONCE = 30;
  /** Enough for 540 iterations, which is how far growth is followed: what reaches the limit earlier looks as if it had come to its end. */
  const MAX_RECORDS = 20_000;
  /** Of larger documents the attributes are not read: their markup takes too long at each reading (measured on a busy machine: 30,000 elements 32 to 50 ms). */
  const MAX_ELEMENTS = 30_000;
  /** Of more stored entries only the number is read. */
  const MAX_STORED = 1000;

  const page = scope['document'] as object | undefined;
  const rootOf = getterOf('Document', 'documentElement');
  const textOf = getterOf('Node', 'textContent') as ((node: object) => string | null) | undefined;
  const sheetsOf = getterOf('Document', 'styleSheets') as ((node: object) => ArrayLike<object>) | undefined;
  const adoptedOf = getterOf('Document', 'adoptedStyleSheets') as ((node: object) => ArrayLike<object>) | undefined;
  const rulesOf = getterOf('CSSStyleSheet', 'cssRules') as ((sheet: object) => ArrayLike<object>) | undefined;

  const valueOf = getterOf('HTMLTextAreaElement', 'value') as ((field: object) => string) | undefined;
  const elementsOf = page && uncurry(Document.prototype.getElementsByTagName);
  const markupOf = getterOf('Element', 'outerHTML') as ((element: object) => string) | undefined;
  const classOf = getterOf('Element', 'className') as ((element: object) => string) | undefined;
  const tokensOf = getterOf('DOMTokenList', 'value') as ((list: object) => string) | undefined;
  const styleOf = getterOf('CSSStyleDeclaration', 'cssText') as ((style: object) => string) | undefined;
  const attributeOf = page && uncurry(Element.prototype.getAttribute);

  function lengthFrom(getter: ((node: object) => string | null) | undefined, node: unknown): number {
    try {
      return getter?.(node as object)?.length ?? 0;
    } catch {
      // Not a node, or not a text field.
      return 0;
    }
  }
  const lengthOf = (node: unknown): number => lengthFrom(textOf, node);
  const textLength = (): number => lengthOf(rootOf?.(page!));
  const allOf = (tag: string): ArrayLike<object> => elementsOf!(page, tag);
  /** Characters of the values of the document's text areas. */
  function fieldLength(): number {
    let length = 0;
    const fields = allOf('textarea');
    for (let index = 0; index < fields.length; index += 1) length += lengthFrom(valueOf, fields[index]);
    return length;
  }
  /** Characters of the document's markup that are no text: its tags with their attributes. */
  function markupLength(): number {
    const root = rootOf?.(page!);
    return root && allOf('*').length <= MAX_ELEMENTS ? lengthFrom(markupOf, root) - lengthOf(root) : 0;
  }
  const storages: object[] = [];
  function addStorage(name: string): void {
    try {
      // A frame has the storage of its page.
      const storage = scope[name];
      if ((scope['top'] as unknown) === scope && isObject(storage)) push(storages, storage);
    } catch {
      // A page without an origin of its own has none.
    }
  }
  addStorage('localStorage');
  addStorage('sessionStorage');
  const countOf = getterOf('Storage', 'length') as ((storage: object) => number) | undefined;
  const keyAt = page && uncurry(Storage.prototype.key);
  const itemOf = page && uncurry(Storage.prototype.getItem);
  const itemLength = (storage: unknown, key: unknown): number => lengthFrom((one) => itemOf!(one, key), storage);
  /** Characters of all stored keys and values, plus one for each entry. */
  function storedLength(): number {
    let length = 0;
    for (let at = 0; at < storages.length; at += 1) {
      const storage = storages[at]!;
      const count = countOf!(storage);
      length += count;
      const read = count > MAX_STORED ? 0 : count;
      for (let index = 0; index < read; index += 1) {
        const key = keyAt!(storage, index);
        length += key === null ? 0 : key.length + itemLength(storage, key);
      }
    }
    return length;
  }
  function ruleCount(): number {
    let count = 0;
    const add = (sheets: ArrayLike<object> | undefined): void => {
      if (!sheets) return;
      for (let index = 0; index < sheets.length; index += 1) {
        try {
          count += rulesOf!(sheets[index]!).length;
        } catch {
          // A sheet of another site does not show its rules.
        }
      }
    };
    add(sheetsOf?.(page!));
    add(adoptedOf?.(page!));
    return count;
  }

  function ledger(kind: string, name: string, size: () => number, least: number, isCounted: boolean) {
    const nowhere: Site = { stack: '' };
    return {
      kind,
      name,
      size,
      least,
      isCounted,
      most: -1,
      largest: 0,
      site: nowhere,
      written: nowhere,
      entries: [] as Named[],
    };
  }
  const text = ledger('dom-node', "addition to the document's text", textLength, LEAST_CHARACTERS, false);
  const field = ledger('dom-node', 'addition to a text field', fieldLength, LEAST_CHARACTERS, false);
  const attributes = ledger('dom-node', "addition to the document's attributes", markupLength, LEAST_CHARACTERS, false);
  const rules = ledger('object', 'CSSRule', ruleCount, 1, true);
  const stored = ledger('object', 'addition to local or session storage', storedLength, LEAST_CHARACTERS, false);
  const recordCount = countRecords(
    natives,
    wrapping,
    (hide) => (watching ? callerSite(hide) : undefined),
    (site) => {
      kept.written = site;
    },
  );
  const kept = ledger('object', 'record in IndexedDB or Cache Storage', recordCount, 1, true);
  const ledgers = page && textOf && rulesOf ? [text, field, attributes, rules, stored, kept] : [];

  let watching = false;
  /** Notes who writes: of the writes between two readings, the one that added most. */
  function watchWriters(): void {
    watching = true;
    const note = (ledger: typeof text, gained: number, hide: unknown): void => {
      if (gained < ledger.largest) return;
      ledger.largest = gained;
      ledger.written = callerSite(hide);
    };
    const writes = (ledger: typeof text, sizeOf: (self: unknown, name: unknown) => number): Handler => {
      const handler: Handler = {
        __proto__: null,
        apply(target, self, args: unknown[]) {
          const was = sizeOf(self, args[0]);
          const result: unknown = apply(target, self, args as never[]);
          const gained = sizeOf(self, args[0]) - was;
          if (gained > 0) {
            note(ledger, gained, handler.apply);
            if (ledger === text) note(rules, 0, handler.apply);
          }
          return result;
        },
      };
      return handler;
    };
    /** What is written through it cannot be seen: `element.dataset.name = value`. */
    const opens: Handler = {
      __proto__: null,
      apply(target, self, args: unknown[]) {
        note(attributes, 0, opens.apply);
        return apply(target, self, args as never[]);
      },
    };
    const from =
      (getter: ((node: object) => string | null) | undefined) =>
      (self: unknown): number =>
        lengthFrom(getter, self);
    const attributeLength = (self: unknown, name: unknown): number => {
      try {
        const value = attributeOf!(self, name);
        return value === null ? 0 : value.length + 1;
      } catch {
        // Not an element.
        return 0;
      }
    };
    const writers = [
      { owner: 'Node', names: ['textContent', 'nodeValue'], handler: writes(text, lengthOf) },
      {
        owner: 'CharacterData',
        names: ['data', 'appendData', 'insertData', 'replaceData'],
        handler: writes(text, lengthOf),
      },
      { owner: 'Element', names: ['innerHTML', 'insertAdjacentText'], handler: writes(text, lengthOf) },
      { owner: 'HTMLElement', names: ['innerText'], handler: writes(text, lengthOf) },
      { owner: 'Storage', names: ['setItem'], handler: writes(stored, itemLength) },
      { owner: 'HTMLTextAreaElement', names: ['value', 'setRangeText'], handler: writes(field, from(valueOf)) },
      { owner: 'Element', names: ['setAttribute', 'toggleAttribute'], handler: writes(attributes, attributeLength) },
      { owner: 'Element', names: ['className'], handler: writes(attributes, from(classOf)) },
      {
        owner: 'DOMTokenList',
        names: ['add', 'toggle', 'replace', 'value'],
        handler: writes(attributes, from(tokensOf)),
      },
      { owner: 'CSSStyleDeclaration', names: ['setProperty', 'cssText'], handler: writes(attributes, from(styleOf)) },
      { owner: 'HTMLElement', names: ['dataset'], handler: opens },
      { owner: 'SVGElement', names: ['dataset'], handler: opens },
    ];
    for (let at = 0; at < writers.length; at += 1) {
      // No destructuring of arrays: it would run the page's own iterator.
      const { owner, names, handler } = writers[at]!;
      const prototype = prototypeOf(owner);
      if (!prototype) continue;
      for (let index = 0; index < names.length; index += 1) {
        const descriptor = getOwnPropertyDescriptor(prototype, names[index]!);
        if (!descriptor?.configurable) continue;
        if (descriptor.set) {
          descriptor.set = new NativeProxy(descriptor.set as AnyFunction, handler) as (value: unknown) => void;
          defineProperty(prototype, names[index]!, descriptor);
        } else if (descriptor.get) {
          descriptor.get = new NativeProxy(descriptor.get as AnyFunction, handler);
          defineProperty(prototype, names[index]!, descriptor);
        } else wrapping.wrap(prototype, names[index]!, handler);
      }
    }
    const sheet = prototypeOf('CSSStyleSheet');
    const insert: Handler = {
      __proto__: null,
      apply(target, self, args: unknown[]) {
        const result: unknown = apply(target, self, args as never[]);
        note(rules, 1, insert.apply);
        return result;
      },
    };
    const methods = ['insertRule', 'addRule', 'replace', 'replaceSync'];
    for (let index = 0; index < methods.length; index += 1) wrapping.wrap(sheet, methods[index]!, insert);
  }

  /** Compares the sizes with the largest so far; what was gained belongs to the iteration that is marked. */
  function read(): void {
    for (let at = 0; at < ledgers.length; at += 1) {
      const ledger = ledgers[at]!;
      const size = ledger.size();
      const gained = size - ledger.most;
      if (ledger.largest > 0 || ledger.written.stack !== '') ledger.site = ledger.written;
      ledger.largest = 0;
      if (ledger.most >= 0 && gained < ledger.least) continue;
      const isFirst = ledger.most < 0;
      ledger.most = size;
      if (isFirst) continue;
      const count = ledger.isCounted && gained < MAX_AT_ONCE ? gained : 1;
      for (let index = 0; index < count && ledger.entries.length < MAX_RECORDS; index += 1)
        push(ledger.entries, { id: state.nextId++, site: ledger.site, iteration: state.iteration });
      if (!watching) watchWriters();
    }
  }

  /** What grew so far did before the first iteration. */
  function startOver(): void {
    for (let at = 0; at < ledgers.length; at += 1) {
      const ledger = ledgers[at]!;
      ledger.most = ledger.size();
      ledger.entries = [];
    }
  }

  function each(visit: (kind: string, name: string, record: Named) => void): void {
    for (let at = 0; at < ledgers.length; at += 1) {
      const { kind, name, site, entries } = ledgers[at]!;
      // One place for all: the first were made before anything was watched.
      for (let index = 0; index < entries.length; index += 1) visit(kind, name, { ...entries[index]!, site });
    }
  }

  return {
    read,
    startOver,
    each,
    isGrowing: () => watching,
    counts: () => ({
      textGrowths: text.entries.length,
      fieldGrowths: field.entries.length,
      attributeGrowths: attributes.entries.length,
      cssRules: rules.entries.length,
      storageGrowths: stored.entries.length,
      storedRecords: kept.entries.length,
    }),
  };
}

export type Content = ReturnType<typeof followContent>;
