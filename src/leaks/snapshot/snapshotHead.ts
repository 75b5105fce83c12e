/** Characters in which a snapshot says what it holds. V8 writes about 2,500. */
const HEAD_CHARACTERS = 100_000;

/** How many nodes and edges a snapshot says that it has, and what is said of each. */
export interface SnapshotCounts {
  readonly nodes: number;
  readonly edges: number;
  readonly nodeFields: readonly string[];
  readonly edgeFields: readonly string[];
}

/** Whether a text has all that {@link checkSnapshotHead} looks at, or never will. */
export function isHeadComplete(text: string): boolean {
  return text.length >= HEAD_CHARACTERS || text.includes('"nodes":[');
}

/**
 * Looks at what a snapshot says of itself before anything is made room for: its numbers of nodes and edges are believed by
 * its parser, and a text that was cut off, or is none of V8's, may say anything.
 *
 * @param text the whole, or its beginning
 * @param maxCharacters how long the whole text can be
 * @throws Error that says what is wrong with it
 */
export function checkSnapshotHead(text: string, maxCharacters: number): SnapshotCounts {
  const head = text.slice(0, HEAD_CHARACTERS);
  const json = /^\s*\{"snapshot":(?<json>\{.*?\}),\s*"nodes":/s.exec(head)?.groups?.['json'];
  if (json === undefined) throw new Error('it does not begin as one');
  let header: Header;
  try {
    header = JSON.parse(json) as Header;
  } catch {
    throw new Error('it does not begin as one');
  }
  const { meta, node_count, edge_count, trace_function_count = 0 } = header;
  const needed =
    numbersOf(node_count, meta?.node_fields) +
    numbersOf(edge_count, meta?.edge_fields) +
    numbersOf(trace_function_count, meta?.trace_function_info_fields ?? []);
  // Each number takes a digit and a comma.
  if (!(needed * 2 <= maxCharacters + 3)) throw new Error('it says that it holds more than it can');
  return { nodes: node_count!, edges: edge_count!, nodeFields: meta!.node_fields!, edgeFields: meta!.edge_fields! };
}

interface Header {
  readonly meta?: {
    readonly node_fields?: readonly string[];
    readonly edge_fields?: readonly string[];
    readonly trace_function_info_fields?: readonly string[];
  };
  readonly node_count?: number;
  readonly edge_count?: number;
  readonly trace_function_count?: number;
}

function numbersOf(count: unknown, fields: unknown): number {
  if (!Number.isSafeInteger(count) || (count as number) < 0 || !Array.isArray(fields) || fields.length > 100)
    throw new Error('its numbers of nodes and edges are none');
  return (count as number) * fields.length;
}
