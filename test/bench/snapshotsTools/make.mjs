// Writes a heap snapshot of about so many MB: node make.mjs FILE MB. Objects as applications have them: rows with texts, lists, closures.
import { writeHeapSnapshot } from 'node:v8';

const [file, megabytes] = process.argv.slice(2);
/** Measured: one row makes this much text. */
const ROW_BYTES = 1500;
const rows = Array.from({ length: (Number(megabytes) * 1_000_000) / ROW_BYTES }, (_, id) => ({
  id,
  name: `row ${id}`,
  tags: [`a${id}`, `b${id}`],
  size: { width: id + 0.5, height: id / 3 },
  children: Array.from({ length: 3 }, (__, child) => ({ id: child, text: `child ${child} of ${id}` })),
  onClick: () => rows.length + id,
}));
globalThis.rows = rows;
writeHeapSnapshot(file);
