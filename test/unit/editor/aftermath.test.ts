import assert from 'node:assert/strict';
import type { Leftover } from '../../../src/browsers/index.ts';
import { byProductsOf, canGoNow, leftBehindSentence } from '../../../src/editor/cleaning/aftermath.ts';
import type { OwnedTree } from '../../../src/orphans/index.ts';

const MB = 1024 * 1024;
const NOW = 1_000_000;
const leftover = (path: string, parts: Partial<Leftover> = {}): Leftover => ({
  path,
  kind: 'profile',
  bytes: 4096,
  ageMs: 3000,
  removable: true,
  ...parts,
});
const treeWith = (path: string) => ({ tree: { profile: { path } }, status: 'orphan' }) as unknown as OwnedTree;

// Somebody who pressed Stop reads one sentence, and after one click nothing of it is left.
describe('What a Stop left', () => {
  const left = { browsers: 0, processes: 0, memoryBytes: 0, folders: 0, folderBytes: 0 };

  it('is one sentence with sizes, however many browsers and folders it is', () => {
    const browser = { ...left, browsers: 1, processes: 7, memoryBytes: 180 * MB };
    const two = { ...left, browsers: 2, processes: 15, memoryBytes: 480 * MB };
    const said = (parts: typeof left) => leftBehindSentence('Launch e2e', parts);
    assert.equal(said(browser), "'Launch e2e' left a browser behind (7 processes, 180 MB of memory).");
    assert.equal(
      said({ ...two, folders: 3, folderBytes: 42 * MB }),
      "'Launch e2e' left 2 browsers behind (15 processes, 480 MB of memory), and 3 folders (42 MB).",
    );
    assert.equal(
      said({ ...browser, memoryBytes: 0, folders: 1, folderBytes: 4096 }),
      "'Launch e2e' left a browser behind (7 processes), and 1 folder (4.0 KB).",
    );
    assert.equal(said({ ...left, folders: 2, folderBytes: 12 * MB }), "'Launch e2e' left 2 folders behind (12 MB).");
    // The name of a task is a folder's: it must not break the message into lines.
    assert.ok(!leftBehindSentence('a\nb', two).includes('\n'));
  });

  it('are the profiles of its browsers and what changed since it began, and nothing older, nor ours', () => {
    const gone = [treeWith('/tmp/playwright_chromiumdev_profile-a')];
    const all = [
      leftover('/tmp/playwright_chromiumdev_profile-a', { removable: false, ripensInMs: 57_000 }),
      leftover('/tmp/playwright-artifacts-b', { kind: 'artifacts', removable: false, ripensInMs: 57_000 }),
      leftover('/tmp/puppeteer_dev_chrome_profile-old', { ageMs: 600_000 }),
      leftover('/tmp/leakwright-c', { createdBy: 'leakwright' }),
      leftover('/tmp/playwright-artifacts-unclaimed', { kind: 'artifacts', removable: false }),
    ];
    const found = byProductsOf(gone, all, NOW - 60_000, NOW);
    assert.deepEqual(
      found.map(({ path }) => path),
      ['/tmp/playwright_chromiumdev_profile-a', '/tmp/playwright-artifacts-b'],
    );
    assert.ok(
      found.every((one) => canGoNow(gone, one)),
      'all that is named goes with one click',
    );
    assert.ok(!canGoNow(gone, leftover('/tmp/other', { removable: false, ripensInMs: 50_000 })));
  });
});
