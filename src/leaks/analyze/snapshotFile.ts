import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { defined, LeakwrightError, errnoOf, formatBytes } from '../../support/index.ts';

/** The head of a snapshot, with its numbers and the names of its fields, is a few KB. */
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 64;
/** So much of a packed file has the head. */
const PACKED_HEAD_BYTES = 32 * 1024;
/** Snapshots are packed to a fifth (*measured*); what says that it was packed to less than this share was cut off. */
const MAX_PACKED = 200;
/** V8 writes no larger ones itself; the text of a larger one would not fit into the arrays that read it. */
export const MAX_FILE_BYTES = 2 ** 31;
/** *Measured*: 278 MB took 0.97 GB at the peak. */
const MEMORY_PER_BYTE = 4;

const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count'];
const EDGE_FIELDS = ['type', 'name_or_index', 'to_node'];

export interface SnapshotHead {
  readonly nodes: number;
  readonly edges: number;
  readonly fileBytes: number;
}

interface RawHead {
  readonly meta?: { readonly node_fields?: unknown; readonly edge_fields?: unknown; readonly node_types?: unknown };
  readonly node_count?: unknown;
  readonly edge_count?: unknown;
}

/**
 * Looks at both ends of a snapshot file, so that a file that cannot be read is refused at once.
 *
 * @throws LeakwrightError `usage` with what is wrong: no such file, no snapshot, cut off, numbers that cannot be, too large
 */
export async function inspectSnapshotFile(path: string, availableBytes: number): Promise<SnapshotHead> {
  const name = basename(path);
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const reason =
      errnoOf(error) === 'ENOENT'
        ? 'there is no such file'
        : `it cannot be opened (${errnoOf(error) ?? 'unknown error'})`;
    throw refuse(
      `'${path}' cannot be read: ${reason}.`,
      'Give the path of a .heapsnapshot file, or of a folder with some.',
    );
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refuse(`'${path}' is no file.`);
    const first = await readBytes(file, 0, Math.min(stat.size, HEAD_BYTES));
    const packed = isGzip(first);
    const head = packed ? unpackHead(first, name) : first.toString('utf8');
    if (head.startsWith('{"head":')) {
      throw refuse(
        `'${name}' is an allocation profile: it says where memory was allocated, not what is kept.`,
        'Save a heap snapshot: DevTools (Memory), or v8.writeHeapSnapshot().',
      );
    }
    if (!/^\s*\{\s*"snapshot"\s*:/.test(head)) {
      throw refuse(
        `'${name}' is no heap snapshot: it does not begin as one.`,
        'Save one in DevTools (Memory), or with v8.writeHeapSnapshot().',
      );
    }
    const raw = parseHead(head, name);
    const tail = await readBytes(file, Math.max(0, stat.size - TAIL_BYTES), Math.min(stat.size, TAIL_BYTES));
    // The last four bytes of a gzip file are the size in bytes of its content. Whether the file is complete is seen when it is unpacked.
    const size = packed ? tail.readUInt32LE(tail.length - 4) : stat.size;
    if (size < stat.size || size > stat.size * MAX_PACKED) throw notUnpacked(name);
    const counts = checkNumbers(raw, size, name);
    if (!packed && !/\]\s*\}\s*$/.test(tail.toString('utf8'))) {
      throw refuse(
        `'${name}' was cut off: it has ${formatBytes(stat.size)} and does not end as a snapshot does.`,
        'Save it again, and wait until it is complete. A full disk is a common reason.',
      );
    }
    if (size > MAX_FILE_BYTES) {
      throw refuse(
        `'${name}' has ${formatBytes(size)}: snapshots of more than ${formatBytes(MAX_FILE_BYTES)} cannot be read.`,
        'Take it earlier, when the heap is smaller.',
      );
    }
    if (size * MEMORY_PER_BYTE > availableBytes) {
      throw refuse(
        `'${name}' needs about ${formatBytes(size * MEMORY_PER_BYTE)} of memory to be read, and ${formatBytes(availableBytes)} are free.`,
        'Close something, or read it on a larger machine.',
      );
    }
    return { ...counts, fileBytes: stat.size };
  } finally {
    await file.close();
  }
}

function parseHead(text: string, name: string): RawHead {
  const end = /,\s*"nodes"\s*:/.exec(text)?.index;
  const start = text.indexOf(':') + 1;
  try {
    if (end === undefined) throw new SyntaxError('no nodes');
    return JSON.parse(text.slice(start, end)) as RawHead;
  } catch {
    throw refuse(
      `'${name}' was cut off or damaged: its head, which says what it has, cannot be read.`,
      'Save it again.',
    );
  }
}

function checkNumbers(head: RawHead, bytes: number, name: string): { nodes: number; edges: number } {
  const { meta, node_count: nodes, edge_count: edges } = head;
  const nodeFields = meta?.node_fields;
  const edgeFields = meta?.edge_fields;
  const missing = [...missingOf(nodeFields, NODE_FIELDS), ...missingOf(edgeFields, EDGE_FIELDS)];
  if (missing.length > 0) {
    throw refuse(
      `'${name}' is no snapshot of V8: its objects have no ${missing.join(', ')}.`,
      'Snapshots of Chromium and Node can be read.',
    );
  }
  const [types] = Array.isArray(meta?.node_types) ? (meta.node_types as unknown[]) : [];
  if (!Array.isArray(types) || !types.includes('object')) {
    throw refuse(`'${name}' is damaged: it does not say which types its objects have.`, 'Save it again.');
  }
  if (!isCount(nodes) || !isCount(edges))
    throw refuse(`'${name}' is damaged: it does not say how many objects it has.`);
  // Each number takes a digit and a comma at least.
  const least = 2 * (nodes * (nodeFields as unknown[]).length + edges * (edgeFields as unknown[]).length);
  if (least > bytes) {
    throw refuse(
      `'${name}' was cut off or damaged: it says that it has ${nodes} objects and ${edges} references, which cannot be in ${formatBytes(bytes)}.`,
      'Save it again.',
    );
  }
  if (nodes === 0) throw refuse(`'${name}' has no objects.`);
  return { nodes, edges };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function missingOf(fields: unknown, needed: readonly string[]): string[] {
  return needed.filter((field) => !Array.isArray(fields) || !fields.includes(field));
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** By its first bytes: names say little of files that were sent around. */
export const isGzip = (first: Buffer): boolean => first[0] === 0x1f && first[1] === 0x8b;

/** Unpacks the first bytes of a gzip file, as text. */
function unpackHead(first: Buffer, name: string): string {
  try {
    return gunzipSync(first.subarray(0, PACKED_HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
  } catch {
    throw notUnpacked(name);
  }
}

const notUnpacked = (name: string): LeakwrightError =>
  refuse(`'${name}' was cut off or damaged: it cannot be unpacked.`, 'Save it again.');

function refuse(message: string, hint?: string): LeakwrightError {
  return new LeakwrightError('usage', message, defined({ hint }));
}
