// Parses one snapshot file with memlab, with retained sizes: node memlab.mjs FILE PACKAGES_FOLDER
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [file, packages] = process.argv.slice(2);
const { getFullHeapFromFile } = createRequire(join(packages, 'package.json'))('@memlab/heap-analysis');
const began = performance.now();
const heap = await getFullHeapFromFile(file);
const result = {
  peak: process.resourceUsage().maxRSS * 1024,
  seconds: [(performance.now() - began) / 1000],
  objects: heap.nodes.length,
};
process.stdout.write(`\nRESULT ${JSON.stringify(result)}\n`);
