import type { Node } from 'acorn';
import { type TraceMap, originalPositionFor, sourceContentFor } from '@jridgewell/trace-mapping';
import { calleeOf } from './callExpression.ts';
import type { GeneratedFrame } from './generatedFrame.ts';
import { identifierAt } from './identifierAt.ts';
import { originalClassName } from './originalClassName.ts';
import { type ParsedScript, isFunction, nodesAround, parseScript } from './parsedScript.ts';

/** Functions of frameworks that run what they are given when a component begins, or its data changes. */
const RUNS =
  'use(?:Layout|Insertion|Passive)?Effect|useMemo|useSyncExternalStore|useSignalEffect|onMount|onMounted|onBeforeMount|onActivated|onUpdated|createEffect|createRenderEffect|createComputed|watch|watch(?:Post|Sync)?Effect|effect|afterNextRender|afterRender|\\$effect(?:\\.\\w+)?';
const RUNS_WITH_COMPONENT = new RegExp(`^(?:${RUNS})$`);
/** Declarations that are not inside of others, as people and formatters write them. */
const TOP_LEVEL =
  /^(?:export\s+)?(?:default\s+)?(?:(?:async\s+)?function\s*\*?\s*|class\s+|(?:const|let|var)\s+)(?<name>[$_\p{L}][$\w\p{L}]*)/gmu;
const OF_COMPONENT = /^(?:use)?\p{Lu}/u;
/** What Angular's compiler writes into the classes of components and directives. */
const ANGULAR_MARK = /^ɵ(?:cmp|dir)$/;
/** What Svelte's compiler makes of its runes. */
const COMPILED: Readonly<Record<string, string>> = {
  user_effect: '$effect',
  user_pre_effect: '$effect.pre',
  effect_root: '$effect.root',
};
/** Characters of a line that a person wrote, at most. */
const MAX_LINE = 500;
/** Methods that frameworks call when a component begins. */
const BEGINS_COMPONENT =
  /^(?:connectedCallback|firstUpdated|componentDidMount|componentWillMount|UNSAFE_componentWillMount|componentDidUpdate|ngOnInit|ngAfterViewInit|ngAfterContentInit|ngOnChanges|beforeCreate|created|beforeMount|mounted|activated|hostConnected|setup)$/;

/**
 * What a function is to a framework: `useEffect of useWidth`, `onMounted of setup`, `connectedCallback of UserCard`.
 * Undefined for functions that no framework calls. Read from the text around it: engines know such functions as anonymous.
 */
export function functionRole(frame: GeneratedFrame, text: string, map: TraceMap | undefined): string | undefined {
  const script = parseScript(text, frame.line);
  if (!script) return undefined;
  const offset = script.offsetOf(frame.line, frame.column);
  const around = nodesAround(script.root, offset);
  for (let index = around.length - 1; index > 0; index -= 1) {
    const node = around[index]!;
    if (makesAngularComponent(around, index)) {
      const owner = map ? originalClassName(frame, text, map) : undefined;
      return withOwner('constructor', owner ?? classAround(around, index));
    }
    if (!isFunction(node)) continue;
    const parent = around[placeOf(around, index) - 1]!;
    const outer = (): string | undefined => ownerAround(around, index - 1, script, map);
    if (parent.type === 'CallExpression') {
      const callee = calleeOf(parent);
      // Bundlers number what several modules call alike: `useEffect2`.
      const called = callee && nameAt(callee, script, map)?.replace(/^\$\.|\d+$/g, '');
      const name = called && (COMPILED[called] ?? called);
      if (name !== undefined && RUNS_WITH_COMPONENT.test(name)) return withOwner(name, outer());
    }
    const key = (parent as Node & { key?: Node & { name?: string } }).key?.name;
    const begins = key === 'connect' ? extendsController(around, index, script, map) : BEGINS_COMPONENT.test(key ?? '');
    if (key !== undefined && begins) {
      const owner = map ? originalClassName(frame, text, map) : undefined;
      return withOwner(key, owner ?? classAround(around, index) ?? componentAround(around, index, script, map));
    }
    if (parent.type === 'PropertyDefinition') return undefined;
    // A function with a name of its own is what the reader knows it by, and what frameworks are given it by.
    const identifier = nameOfFunction(node, parent);
    if (identifier !== undefined)
      return roleByName(nameAt(identifier, script, map), map ? sourceOf(node, script, map)?.text : text);
  }
  return undefined;
}

const withOwner = (name: string, owner: string | undefined): string =>
  owner === undefined ? name : `${name} of ${owner}`;

type Member = Node & {
  readonly kind?: string;
  readonly static?: boolean;
  readonly key?: { readonly name?: string };
  readonly body?: readonly (Node & {
    readonly expression?: { readonly left?: { readonly property?: { readonly name?: string } } };
  })[];
};

/** A function to which a compiler gave a name for debuggers stands where that is read: `{ "Panel.useEffect": () => … }["Panel.useEffect"]`. */
function placeOf(around: readonly Node[], index: number): number {
  const [member, object, property] = around.slice(Math.max(0, index - 3), index);
  const isNamed =
    property?.type === 'Property' && object?.type === 'ObjectExpression' && member?.type === 'MemberExpression';
  return isNamed ? index - 3 : index;
}

type Identifier = Node & { readonly name?: string };

function nameOfFunction(node: Node, parent: Node): Identifier | undefined {
  const { id } = node as Node & { id?: Identifier | null };
  if (id) return id;
  const declarator = parent as Node & { id?: Identifier; left?: Identifier };
  if (parent.type === 'VariableDeclarator') return declarator.id;
  return parent.type === 'AssignmentExpression' ? declarator.left : undefined;
}

/**
 * The nearest function with a name around a call: the component, or the hook. A component may be what a call makes of the function
 * (`memo`, `observer`), or an object with a `setup`.
 */
function ownerAround(
  around: readonly Node[],
  from: number,
  script: ParsedScript,
  map: TraceMap | undefined,
): string | undefined {
  for (let index = from; index > 0; index -= 1) {
    const node = around[index]!;
    if (!isFunction(node)) continue;
    const identifier = nameOfFunction(node, around[placeOf(around, index) - 1]!);
    if (identifier?.name !== undefined) return nameAt(identifier, script, map);
    const component = componentAround(around, index, script, map) ?? nameInSource(node, script, map);
    if (component !== undefined) return component;
  }
  return undefined;
}

/** `CartBadge` in `const CartBadge = observer(() => …)`, `Card` in `const Card = { setup() {…} }` or `{ __name: 'Card', setup() {…} }`. */
function componentAround(
  around: readonly Node[],
  index: number,
  script: ParsedScript,
  map: TraceMap | undefined,
): string | undefined {
  for (let at = index - 1; at > 0; at -= 1) {
    const node = around[at]!;
    if (node.type === 'ObjectExpression') {
      const given = givenName(node);
      if (given !== undefined) return given;
    } else if (node.type === 'Property') {
      if (!BEGINS_COMPONENT.test((node as Node & { key: Identifier }).key.name ?? '')) return undefined;
    } else if (node.type !== 'CallExpression') {
      const identifier = nameOfFunction(around[at + 1]!, node);
      const name = identifier?.name === undefined ? undefined : nameAt(identifier, script, map);
      // Components are written in capitals: `rows = list.map(() => …)` is none.
      return name !== undefined && /^\p{Lu}/u.test(name) ? name : undefined;
    }
  }
  return undefined;
}

const FUNCTION = /^(?:export\s+)?(?:default\s+)?(?:async\s+)?function\b\s*\*?\s*(?<name>[$_\p{L}][$\w\p{L}]*)/u;
const COMPONENT_OR_HOOK =
  /(?:const|let|var)\s+(?<name>(?:use)?\p{Lu}[$\w\p{L}]*)\s*(?::[^=]*)?=\s*(?:[$\w.]+\(\s*)*(?:async\s+)?$/u;

/** Whether a node is the constructor of a class that Angular's compiler made a component or directive, or a property of its instances. */
function makesAngularComponent(around: readonly Node[], index: number): boolean {
  const member = around[index] as Member;
  const isStart =
    member.type === 'MethodDefinition' ? member.kind === 'constructor' : member.type === 'PropertyDefinition';
  if (!isStart || member.static === true || around[index - 1]!.type !== 'ClassBody') return false;
  const { body } = around[index - 1] as Node & { body: readonly Member[] };
  return body.some(
    ({ type, key, body: statements }) =>
      ANGULAR_MARK.test(key?.name ?? '') ||
      (type === 'StaticBlock' &&
        statements!.some(({ expression }) => ANGULAR_MARK.test(expression?.left?.property?.name ?? ''))),
  );
}

/** The role of a function that a framework is given by its name: `useSyncExternalStore(subscribe, …)`. */
function roleByName(name: string | undefined, source: string | undefined): string | undefined {
  if (name === undefined || source === undefined || !/^[$_\p{L}][$\w\p{L}]*$/u.test(name)) return undefined;
  const given = new RegExp(
    `(?<![$\\w])(?<runs>${RUNS})\\s*(?:<[^<>()]*>)?\\(\\s*${name.replaceAll('$', '\\$')}\\s*[,)]`,
    'u',
  ).exec(source);
  if (!given) return undefined;
  const around = [...source.slice(0, given.index).matchAll(TOP_LEVEL)].at(-1)?.groups?.['name'];
  return withOwner(given.groups!['runs']!, around !== undefined && OF_COMPONENT.test(around) ? around : undefined);
}

/** Minifiers put a function in the place of its name, and few maps name it there: the text of the source does. */
function nameInSource(node: Node, script: ParsedScript, map: TraceMap | undefined): string | undefined {
  const at = map && sourceOf(node, script, map);
  const written = at?.text.split('\n', at.line)[at.line - 1];
  if (at === undefined || written === undefined || written.length > MAX_LINE) return undefined;
  return (
    FUNCTION.exec(written.slice(at.column))?.groups?.['name'] ??
    COMPONENT_OR_HOOK.exec(written.slice(0, at.column))?.groups?.['name']
  );
}

/** The text of the source in which a node is written, and its place there. */
function sourceOf(
  node: Node,
  script: ParsedScript,
  map: TraceMap,
): { readonly text: string; readonly line: number; readonly column: number } | undefined {
  const { line, column } = script.positionOf(node.start);
  const at = originalPositionFor(map, { line, column: column - 1 });
  const text = at.source === null ? undefined : sourceContentFor(map, at.source);
  return typeof text === 'string' ? { text, line: at.line!, column: at.column! } : undefined;
}

interface Text {
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked?: string } }[];
}

/** The name that a component's object gives itself; compilers of single-file components write `__name`. */
function givenName(object: Node): string | undefined {
  const { properties } = object as Node & {
    properties: readonly { readonly key?: Identifier; readonly value?: Text }[];
  };
  // Minifiers write texts as templates.
  const named = (key: string): unknown => {
    const text = properties.find((one) => one.key?.name === key)?.value;
    return text?.quasis?.length === 1 ? text.quasis[0]?.value.cooked : text?.value;
  };
  const name = named('name') ?? named('__name');
  return typeof name === 'string' ? name : undefined;
}

/** Stimulus connects its controllers; a method of that name says nothing elsewhere. */
function extendsController(
  around: readonly Node[],
  from: number,
  script: ParsedScript,
  map: TraceMap | undefined,
): boolean {
  const { superClass } = (around[from - 3] ?? {}) as { superClass?: Identifier | null };
  return superClass?.name !== undefined && nameAt(superClass, script, map) === 'Controller';
}

function classAround(around: readonly Node[], from: number): string | undefined {
  for (let index = from; index > 0; index -= 1) {
    const node = around[index] as Node & { id?: Identifier | null };
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') continue;
    return node.id?.name ?? nameOfFunction(node, around[index - 1]!)?.name;
  }
  return undefined;
}

function nameAt(identifier: Identifier, script: ParsedScript, map: TraceMap | undefined): string | undefined {
  const { name } = identifier;
  if (!map || name === undefined) return name;
  return identifierAt(map, name, script.positionOf(identifier.start)) ?? name;
}
