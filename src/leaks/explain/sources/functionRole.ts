import type { Node } from 'acorn';
import { type TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { calleeOf } from './callExpression.ts';
import type { GeneratedFrame } from './generatedFrame.ts';
import { originalClassName } from './originalClassName.ts';
import { type ParsedScript, childrenOf, isFunction, parseScript } from './parsedScript.ts';

/** Functions of frameworks that run what they are given when a component begins, or its data changes. */
const RUNS_WITH_COMPONENT =
  /^(?:use(?:Layout|Insertion|Passive)?Effect|useMemo|useSyncExternalStore|useSignalEffect|onMount|onMounted|onBeforeMount|onActivated|onUpdated|createEffect|createRenderEffect|createComputed|watch|watchEffect|watchPostEffect|effect|afterNextRender|afterRender|\$effect)$/;
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
    if (!isFunction(node)) continue;
    const parent = around[index - 1]!;
    const outer = (): string | undefined => ownerAround(around, index - 1, script, map);
    if (parent.type === 'CallExpression') {
      const callee = calleeOf(parent);
      const name = callee && nameAt(callee, script, map);
      if (name !== undefined && RUNS_WITH_COMPONENT.test(name)) return withOwner(name, outer());
    }
    const key = (parent as Node & { key?: Node & { name?: string } }).key?.name;
    if (key !== undefined && BEGINS_COMPONENT.test(key)) {
      const owner = map ? originalClassName(frame, text, map) : undefined;
      return withOwner(key, owner ?? classAround(around, index));
    }
    // A function with a name of its own is what the reader knows it by.
    if (nameOfFunction(node, parent) !== undefined) return undefined;
  }
  return undefined;
}

const withOwner = (name: string, owner: string | undefined): string =>
  owner === undefined ? name : `${name} of ${owner}`;

function nodesAround(root: Node, offset: number): Node[] {
  const around: Node[] = [];
  for (let node: Node | undefined = root; node;) {
    around.push(node);
    node = childrenOf(node).find((child) => child.start <= offset && offset < child.end);
  }
  return around;
}

type Identifier = Node & { readonly name?: string };

function nameOfFunction(node: Node, parent: Node): Identifier | undefined {
  const { id } = node as Node & { id?: Identifier | null };
  if (id) return id;
  const declarator = parent as Node & { id?: Identifier; left?: Identifier };
  if (parent.type === 'VariableDeclarator') return declarator.id;
  return parent.type === 'AssignmentExpression' ? declarator.left : undefined;
}

/** The nearest function with a name around a call: the component, or the hook. */
function ownerAround(
  around: readonly Node[],
  from: number,
  script: ParsedScript,
  map: TraceMap | undefined,
): string | undefined {
  for (let index = from; index > 0; index -= 1) {
    const node = around[index]!;
    if (!isFunction(node)) continue;
    const identifier = nameOfFunction(node, around[index - 1]!);
    if (identifier?.name !== undefined) return nameAt(identifier, script, map);
  }
  return undefined;
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
  if (!map) return identifier.name;
  const { line, column } = script.positionOf(identifier.start);
  return originalPositionFor(map, { line, column: column - 1 }).name ?? identifier.name;
}
