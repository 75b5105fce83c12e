import { BOILERPLATE_EDGES, STORAGE_EDGES, isBufferClass, isInternalName, isNativeId } from '../platform/index.ts';
import { MIN_CONTENT_BYTES, TEXT_TYPES } from './contents.ts';
import type { AnalysisRequest } from './messages.ts';
import type { RawSnapshot } from './snapshotText.ts';

/**
 * A look at a snapshot's numbers that answers one question: can there be anything in it to analyse? Most checks end here.
 * It needs no retainers, distances or dominators, which take most of a full analysis (*measured on a page of 54,000
 * objects: 60 ms instead of 290 ms*). It errs on the side of yes: what the inspector or a weak reference keeps counts.
 */
export function mayHoldSurvivors(raw: RawSnapshot, request: AnalysisRequest): boolean {
  return hasOftenMade(raw, request) || hasNewContent(raw, request.boundaries[0]!);
}

const MADE_BY_SCRIPT = ['object', 'closure', 'regexp', 'native', 'string', 'concatenated string', 'sliced string'];

/** Whether something of one name was made in several iterations. */
function hasOftenMade(raw: RawSnapshot, { boundaries, minBuckets }: AnalysisRequest): boolean {
  const { nodes, strings, snapshot } = raw;
  const { meta } = snapshot;
  const boilerplates = findBoilerplates(raw);
  const size = meta.node_fields.length;
  const typeAt = meta.node_fields.indexOf('type');
  const nameAt = meta.node_fields.indexOf('name');
  const idAt = meta.node_fields.indexOf('id');
  const telling = new Set(MADE_BY_SCRIPT.map((type) => meta.node_types[0].indexOf(type)));
  const isText = new Set(
    ['string', 'concatenated string', 'sliced string'].map((type) => meta.node_types[0].indexOf(type)),
  );
  const oldest = boundaries[0]!;
  const newest = boundaries.at(-1)!;
  const bucketsOf = new Map<number, Set<number>>();
  for (let node = 0; node < nodes.length; node += size) {
    const id = nodes[node + idAt]!;
    if (isNativeId(id) || id <= oldest || id > newest || !telling.has(nodes[node + typeAt]!)) continue;
    if (boilerplates.has(node)) continue;
    const name = nodes[node + nameAt]!;
    if (isInternalName(strings[name] ?? '')) continue;
    // Texts have their content for a name: they are one kind.
    const key = isText.has(nodes[node + typeAt]!) ? -1 : name;
    let buckets = bucketsOf.get(key);
    if (!buckets) bucketsOf.set(key, (buckets = new Set()));
    buckets.add(boundaries.findIndex((boundary) => id <= boundary));
    if (buckets.size >= minBuckets) return true;
  }
  return false;
}

function findBoilerplates({ edges, strings, snapshot: { meta } }: RawSnapshot): Set<number> {
  const size = meta.edge_fields.length;
  const nameAt = meta.edge_fields.indexOf('name_or_index');
  const typeAt = meta.edge_fields.indexOf('type');
  const toAt = meta.edge_fields.indexOf('to_node');
  const internal = meta.edge_types[0].indexOf('internal');
  const names = new Set([...BOILERPLATE_EDGES].map((name) => strings.indexOf(name)));
  const found = new Set<number>();
  for (let edge = 0; edge < edges.length; edge += size)
    if (edges[edge + typeAt] === internal && names.has(edges[edge + nameAt]!)) found.add(edges[edge + toAt]!);
  return found;
}

/** Of storages and texts, smaller ones are nothing that has grown: an empty Map has a table of 76 bytes. */
const MIN_STORAGE_BYTES = 120;

/** Whether there is a new text or buffer of some size, or something of the page's own got a new storage. */
function hasNewContent({ nodes, edges, strings, snapshot: { meta } }: RawSnapshot, oldest: number): boolean {
  const nodeSize = meta.node_fields.length;
  const edgeSize = meta.edge_fields.length;
  const field = (name: string): number => meta.node_fields.indexOf(name);
  const [idAt, typeAt, sizeAt, countAt] = [field('id'), field('type'), field('self_size'), field('edge_count')];
  const edgeField = (name: string): number => meta.edge_fields.indexOf(name);
  const [edgeTypeAt, edgeNameAt, toAt] = [edgeField('type'), edgeField('name_or_index'), edgeField('to_node')];
  const nodeType = (name: string): number => meta.node_types[0].indexOf(name);
  // Objects that get more properties get new names too, which are texts made in each iteration.
  const storages = [...STORAGE_EDGES].filter((name) => name !== 'properties');
  const storageNames = new Set(storages.map((name) => strings.indexOf(name)));
  const texts = new Set([...TEXT_TYPES].map(nodeType));
  const [rope, object, code] = [nodeType('concatenated string'), nodeType('object'), nodeType('code')];
  const internal = meta.edge_types[0].indexOf('internal');

  let edge = 0;
  for (let node = 0; node < nodes.length; node += nodeSize) {
    const end = edge + nodes[node + countAt]! * edgeSize;
    // Code has its source and its constants; the browser's own objects have no texts of V8's.
    if (isNativeId(nodes[node + idAt]!) || nodes[node + typeAt] === code) {
      edge = end;
      continue;
    }
    for (; edge < end; edge += edgeSize) {
      const to = edges[edge + toAt]!;
      if (nodes[to + idAt]! <= oldest || isNativeId(nodes[to + idAt]!)) continue;
      const bytes = nodes[to + sizeAt]!;
      const toType = nodes[to + typeAt]!;
      // A buffer's bytes are not its own object's, nor a rope's its parts: any new one counts.
      if (texts.has(toType) && (bytes >= MIN_CONTENT_BYTES || toType === rope)) return true;
      if (toType === object && isBuffer(strings, nodes, to, meta)) return true;
      if (edges[edge + edgeTypeAt] !== internal || nodes[node + typeAt] !== object) continue;
      if (bytes >= MIN_STORAGE_BYTES && storageNames.has(edges[edge + edgeNameAt]!)) return true;
    }
  }
  return false;
}

function isBuffer(
  strings: readonly string[],
  nodes: Uint32Array,
  node: number,
  meta: RawSnapshot['snapshot']['meta'],
): boolean {
  const name = strings[nodes[node + meta.node_fields.indexOf('name')]!] ?? '';
  return isBufferClass(name);
}
