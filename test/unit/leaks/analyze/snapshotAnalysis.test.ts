import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { addSnapshotTools } from '../../../../src/agents/tools/snapshotTools.ts';
import { analyzeSnapshots } from '../../../../src/api/analyzeSnapshots.ts';
import { Workbench } from '../../../../src/agents/workbench.ts';
import { SnapshotAnalysis, findSnapshotFiles } from '../../../../src/leaks/index.ts';
import { silentLog } from '../../../../src/support/index.ts';

/** Writes three snapshots of itself: panels pile up, a cache is emptied and filled again, listeners come with each round. */
const PROGRAM = `
import { writeHeapSnapshot } from 'node:v8';
import { EventEmitter } from 'node:events';

class Panel {
  constructor(number) {
    this.number = number;
    this.rows = Array.from({ length: 10 }, (_, row) => ({ row }));
  }
}
const closedPanels = [];
const cache = new Map();
const bus = new EventEmitter();
bus.setMaxListeners(0);
for (let round = 1; round <= 3; round += 1) {
  cache.clear();
  for (let index = 0; index < 60; index += 1) {
    closedPanels.push(new Panel(index));
    cache.set('round-' + round + '-' + index, { round, texts: ['one', 'two'] });
    bus.on('change', () => index);
  }
  writeHeapSnapshot('Heap.' + (8 + round) + '.heapsnapshot');
}
globalThis.keep = () => [closedPanels, cache, bus];
`;

describe('An analysis of heap snapshots', () => {
  let folder: string;
  let analysis: SnapshotAnalysis;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'leakwright-analysis-'));
    writeFileSync(join(folder, 'program.mjs'), PROGRAM);
    execFileSync(process.execPath, ['program.mjs'], { cwd: folder });
    analysis = new SnapshotAnalysis({ workspaceFolder: folder });
    for (const { path, name } of findSnapshotFiles([folder]).files) await analysis.open(path, name);
  });
  after(async () => {
    await analysis?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes the files of a folder in the order of their numbers', () => {
    assert.deepEqual(
      analysis.opened.map(({ file }) => file),
      ['Heap.9.heapsnapshot', 'Heap.10.heapsnapshot', 'Heap.11.heapsnapshot'],
    );
    assert.equal(analysis.opened[0]!.source, 'node');
  });

  it('says what grew every time, with the class, the holder and the line, and not what was replaced', async () => {
    const { comparison } = await analysis.compare([0, 1, 2]);
    assert.equal(comparison.sameProcess, true);
    const panels = comparison.grew.find(({ heldBy }) => heldBy === 'closedPanels[]');
    assert.ok(panels, `no panels in ${JSON.stringify(comparison.grew.map(({ heldBy }) => heldBy))}`);
    assert.equal(panels.name, 'Panel');
    assert.deepEqual(panels.counts, [60, 120, 180]);
    const { source } = panels.places.find(({ meaning }) => meaning === 'class')!;
    assert.deepEqual([source?.file, source?.line], ['program.mjs', 6]);
    assert.ok(comparison.grew.some(({ heldBy }) => heldBy.startsWith('bus._events.change')));
    assert.ok(
      !comparison.grew.some(({ heldBy }) => heldBy.startsWith('cache')),
      'a cache that is filled anew does not grow',
    );
    // What hangs on the panels came with them.
    assert.ok(!comparison.grew.some(({ heldBy }) => heldBy.includes('rows')));
  });

  it('names suspects in one snapshot: a large collection, and the listeners of one target with their line', async () => {
    const { suspects } = await analysis.summary(2);
    const listeners = suspects.find(({ kind }) => kind === 'listeners')!;
    assert.equal(listeners.because, "EventEmitter has 180 listeners of 'change'");
    assert.equal(listeners.places.find(({ meaning }) => meaning === 'function')?.source?.line, 20);
    assert.ok(suspects.some(({ kind, heldBy }) => kind === 'collection' && heldBy === 'closedPanels[]'));
  });

  // Each of Node's own 190 modules has its source, with `primordials` and `require` in it.
  it('says nothing of texts that belong to code', async () => {
    const { suspects, largest } = await analysis.summary(2);
    assert.deepEqual(
      suspects.filter(({ kind }) => kind === 'duplicated-strings').map(({ name }) => name),
      [],
    );
    assert.ok(largest.some(({ heldBy }) => heldBy === 'closedPanels'));
    assert.ok(!largest.some(({ name }) => name === 'string'), JSON.stringify(largest.map(({ heldBy }) => heldBy)));
  });

  it('compares what names put in the wrong order as it was taken, and as it is given where a person gave an order', async () => {
    const places = { before: 'Heap.9.heapsnapshot', after: 'Heap.11.heapsnapshot' };
    const other = mkdtempSync(join(tmpdir(), 'leakwright-order-'));
    try {
      for (const [name, file] of Object.entries(places))
        copyFileSync(join(folder, file), join(other, `${name}.heapsnapshot`));
      const notes: string[] = [];
      const report = await analyzeSnapshots(other, { onNote: (note) => notes.push(note) });
      assert.match(notes.join(), /order in which they were taken: before\.heapsnapshot, after\.heapsnapshot/);
      assert.deepEqual(
        report.comparison?.files.map(({ file }) => file),
        ['before.heapsnapshot', 'after.heapsnapshot'],
      );
      assert.equal(report.summary.file, 'after.heapsnapshot');
      assert.ok(report.comparison?.grew.some(({ heldBy }) => heldBy === 'closedPanels[]'));
      const reverse = [folder, folder].map((at, index) => join(at, index === 0 ? places.after : places.before));
      const given = await analyzeSnapshots(reverse, { onNote: (note) => notes.push(note) });
      assert.equal(given.summary.file, places.before);
      assert.equal(notes.length, 1);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('reads packed files, and finds them and timelines of allocations in a folder', async () => {
    const other = mkdtempSync(join(tmpdir(), 'leakwright-packed-'));
    try {
      const text = readFileSync(join(folder, 'Heap.9.heapsnapshot'));
      writeFileSync(join(other, 'a.heapsnapshot.gz'), gzipSync(text));
      writeFileSync(join(other, 'b.heaptimeline'), text);
      writeFileSync(join(other, 'b.heaptimeline.gz'), gzipSync(text));
      writeFileSync(join(other, 'c.heapprofile'), '{"head":{}}');
      const { comparison, summary } = await analyzeSnapshots(other);
      assert.deepEqual(
        comparison?.files.map(({ file }) => file),
        ['a.heapsnapshot.gz', 'b.heaptimeline'],
      );
      assert.equal(comparison?.sameProcess, true);
      assert.equal(comparison.files[0]!.objects, summary.objects);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('answers who keeps a class piece by piece, and gives the path of one object', async () => {
    const { items } = await analysis.keeps(2, 'Panel');
    assert.equal(items[0]!.count, 180);
    const { links } = await analysis.object(2, items[0]!.id);
    assert.equal(links.at(-1)!.name, 'Panel');
    assert.ok(links.some(({ edge }) => edge === 'closedPanels'));
    const first = await analysis.classes(2, '', { offset: 0, limit: 5 });
    const second = await analysis.classes(2, '', { offset: Number(first.next), limit: 5 });
    assert.equal(first.items.length, 5);
    assert.ok(second.items[0]!.retainedBytes <= first.items[4]!.retainedBytes);
  });

  it('answers an agent in small pieces with a cursor, and refuses what is not there', async () => {
    const workbench = new Workbench({ workspaceFolder: folder, log: silentLog });
    const server = new McpServer({ name: 'test', version: '1' });
    addSnapshotTools(server, workbench);
    const client = new Client({ name: 'test', version: '1' });
    const [near, far] = InMemoryTransport.createLinkedPair();
    await Promise.all([server.connect(far), client.connect(near)]);
    const call = async (name: string, args: Record<string, unknown>): Promise<{ text: string; failed: boolean }> => {
      const { content, isError } = await client.callTool({ name, arguments: args });
      return { text: (content as { text: string }[])[0]!.text, failed: isError === true };
    };
    try {
      await call('open_snapshots', { paths: ['Heap.9.heapsnapshot', 'Heap.11.heapsnapshot'] });
      const grew = await call('compare_snapshots', { snapshots: [1, 2] });
      assert.match(grew.text, /^Panel in closedPanels\[\] \(180 objects, .*; 60 → 180 objects/m);
      const first = await call('repeated_strings', { snapshot: 2, limit: 2 });
      const cursor = /cursor for what follows is (\d+)/.exec(first.text)?.[1];
      assert.equal(cursor, '2');
      const second = await call('repeated_strings', { snapshot: 2, limit: 2, cursor });
      assert.notEqual(second.text, first.text);
      const unknown = await call('who_keeps', { snapshot: 9, class: 'Panel' });
      assert.deepEqual(unknown, { text: 'There is no snapshot 9: 2 are open.', failed: true });
    } finally {
      await client.close();
      await workbench.end();
    }
  });

  it('refuses at once what is cut off, is no snapshot, or says absurd numbers', async () => {
    const write = (name: string, text: string | Buffer): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const whole = join(folder, 'Heap.9.heapsnapshot');
    const text = readFileSync(whole, 'utf8');
    const cut = write('cut', text);
    truncateSync(cut, Math.floor(text.length * 0.7));
    const absurd = text.replace(/"node_count":\d+/, '"node_count":4000000000');
    const meaning: [string, RegExp][] = [
      [cut, /was cut off/],
      [write('head', text.slice(0, 400)), /cut off or damaged/],
      [write('empty', ''), /no heap snapshot/],
      [write('other', '{"name":"package"}'), /no heap snapshot/],
      [write('absurd', absurd), /4000000000 objects .* cannot be in/],
      [write('hole', `${text.slice(0, 3_000_000)}${text.slice(5_000_000)}`), /is damaged/],
      [write('counts', text.replace(/"edge_count":\d+/, '"edge_count":10')), /is damaged/],
      [write('texts', `${text.slice(0, text.indexOf('"strings":['))}"strings":["a"]}`), /is damaged/],
      [write('packed', Buffer.from([0x1f, 0x8b, 8, 0])), /no heap snapshot|cannot be unpacked/],
      [write('packed-cut', gzipSync(text).subarray(0, 100_000)), /'packed-cut' (?:was cut off|is damaged)/],
      [write('packed-end', gzipSync(text).subarray(0, -9)), /'packed-end' (?:was cut off|is damaged)/],
      [write('profile', '{"head":{"callFrame":{}},"samples":[]}'), /is an allocation profile/],
      [join(folder, 'missing'), /no such file/],
      [folder, /is no file/],
    ];
    for (const [path, message] of meaning) {
      await assert.rejects(analysis.open(path), (error: Error & { code?: string }) => {
        assert.match(error.message, message);
        return error.code === 'usage';
      });
    }
    assert.equal(analysis.opened.length, 3);
  });
});
