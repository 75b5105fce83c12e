/** A heap snapshot as V8 writes it, small enough to be read: for tests of what reads snapshots. */
export interface HeapNode {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly size?: number;
  readonly trace?: number;
  /** Where its function or class is written. */
  readonly location?: readonly [scriptId: number, line: number, column: number];
  readonly edges?: readonly (readonly [type: string, name: string | number, to: number])[];
}

const NODE_TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

/**
 * The text of a snapshot of the nodes, the first being the root. Edges name their targets by id.
 *
 * @param stacks names of the functions that made objects, outermost first: that of a node with `trace` 1 is the first
 */
export function heapText(nodes: readonly HeapNode[], stacks: readonly (readonly string[])[] = []): string {
  const strings: string[] = ['<dummy>'];
  const indexOf = (text: string): number => {
    const known = strings.indexOf(text);
    return known >= 0 ? known : strings.push(text) - 1;
  };
  const place = new Map(nodes.map(({ id }, index) => [id, index]));
  const nodeFields: number[] = [];
  const edgeFields: number[] = [];
  let edgeCount = 0;
  for (const { id, type, name, size = 16, trace = 0, edges = [] } of nodes) {
    nodeFields.push(NODE_TYPES.indexOf(type), indexOf(name), id, size, edges.length, trace, 0);
    for (const [edgeType, edgeName, to] of edges) {
      edgeFields.push(
        EDGE_TYPES.indexOf(edgeType),
        typeof edgeName === 'number' ? edgeName : indexOf(edgeName),
        place.get(to)! * 7,
      );
      edgeCount += 1;
    }
  }
  const names = ['(root)', ...new Set(stacks.flat())];
  const infos = names.flatMap((name, index) => [index + 1, indexOf(name), indexOf('app.js'), 9, index, 0]);
  const locations = nodes.flatMap(({ location }, index) => (location ? [index * 7, ...location] : []));
  // One chain of frames a stack; the innermost frame has the number by which nodes name the stack.
  const tree = [
    1_000_000,
    0,
    0,
    0,
    stacks.flatMap((stack, index) =>
      stack.reduceRight<unknown[]>(
        (below, name, depth) => [
          depth === stack.length - 1 ? index + 1 : 1000 * (index + 1) + depth,
          names.indexOf(name),
          1,
          16,
          below,
        ],
        [],
      ),
    ),
  ];
  const snapshot = {
    meta: {
      node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
      node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number', 'number'],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
      trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
      trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
      sample_fields: ['timestamp_us', 'last_assigned_id'],
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    },
    node_count: nodes.length,
    edge_count: edgeCount,
    trace_function_count: stacks.length === 0 ? 0 : names.length,
  };
  return `{"snapshot":${JSON.stringify(snapshot)},\n"nodes":[${nodeFields.join(',')}],\n"edges":[${edgeFields.join(',')}],\n"trace_function_infos":[${infos.join(',')}],\n"trace_tree":${stacks.length > 0 ? JSON.stringify(tree) : '[]'},\n"samples":[],\n"locations":[${locations.join(',')}],\n"strings":${JSON.stringify(strings)}}`;
}

/**
 * A page with a scope that has the variables given, as V8 shows it: root, GC roots, window, a function, its context.
 * Ids up to 99 are taken.
 */
export function pageWith(
  variables: readonly (readonly [name: string, to: number])[],
  nodes: readonly HeapNode[],
): HeapNode[] {
  return [
    {
      id: 1,
      type: 'synthetic',
      name: '',
      size: 0,
      edges: [
        ['element', 1, 3],
        ['shortcut', 'window', 5],
      ],
    },
    { id: 3, type: 'synthetic', name: '(GC roots)', size: 0, edges: [['element', 1, 5]] },
    { id: 5, type: 'object', name: 'Window / http://host', edges: [['property', 'iterate', 7]] },
    { id: 7, type: 'closure', name: 'iterate', edges: [['internal', 'context', 9]] },
    {
      id: 9,
      type: 'object',
      name: 'system / Context / scope @1',
      edges: variables.map(([name, to]) => ['context', name, to] as const),
    },
    ...nodes,
  ];
}

const ITERATIONS = 4;
/** What is asked of a snapshot taken after four iterations, whose objects have the ids of {@link idIn}. */
export const FOUR_ITERATIONS = {
  boundaries: Array.from({ length: ITERATIONS + 1 }, (_, index) => 999 + index * 100),
  iterations: Array.from({ length: ITERATIONS }, () => 1),
  iterationsSince: ITERATIONS,
  minBuckets: 2,
};
/** The id of the nth object that an iteration made; both begin with 1. */
export const idIn = (iteration: number, nth: number): number => 1001 + (iteration - 1) * 100 + nth * 2;
export const each = <T>(make: (iteration: number) => T): T[] =>
  Array.from({ length: ITERATIONS }, (_, index) => make(index + 1));
