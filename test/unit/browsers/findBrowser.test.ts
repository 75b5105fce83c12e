import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from '../../../src/browsers/index.ts';

describe('findBrowser', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-find-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function program(...path: string[]): string {
    const file = join(folder, ...path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    return file;
  }

  /** A workspace whose own Playwright says that its Chromium is at `executable`. */
  function workspaceWithPlaywright(executable: string): string {
    const home = join(folder, 'shop', 'node_modules', 'playwright');
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ name: 'playwright', version: '1.50.0', main: 'index.js' }),
    );
    writeFileSync(
      join(home, 'index.js'),
      `exports.chromium = { executablePath: () => ${JSON.stringify(executable)} };`,
    );
    return join(folder, 'shop');
  }

  it('takes the program the user named before anything else', () => {
    const named = program('my', 'chrome');
    const found = findBrowser({ executablePath: named }, { PATH: folder });
    assert.deepEqual(found, { family: 'chromium', product: 'Chrome', executablePath: named, source: 'setting' });
  });

  it('does not silently use another browser when the named one is missing', () => {
    program('chromium');
    assert.throws(() => findBrowser({ executablePath: join(folder, 'nope') }, { PATH: folder }), {
      code: 'browsers.notFound',
      message: /nope/,
    });
  });

  it("prefers the workspace's Playwright browser, which fits the user's tests, to the system's", () => {
    const own = program('cache', 'chromium-1234', 'chrome');
    program('google-chrome');
    const found = findBrowser({ workspaceFolder: workspaceWithPlaywright(own) }, { PATH: folder }, 'linux');
    assert.equal(found.executablePath, own);
    assert.equal(found.source, 'playwright');
  });

  it('prefers Chrome to Edge to Chromium on the system', () => {
    const workspaceFolder = workspaceWithPlaywright('/nowhere/chrome');
    const chromium = program('chromium');
    const edge = program('microsoft-edge-stable');
    const chrome = program('google-chrome-stable');
    const found = (channel?: 'chromium' | 'msedge') =>
      findBrowser({ workspaceFolder, ...(channel && { channel }) }, { PATH: folder }, 'linux').executablePath;
    assert.equal(found(), chrome);
    assert.equal(found('msedge'), edge);
    assert.equal(found('chromium'), chromium);
  });

  it('says what it tried and what to do when there is none', () => {
    const workspaceFolder = workspaceWithPlaywright('/nowhere/firefox');
    assert.throws(
      () => findBrowser({ workspaceFolder, family: 'firefox' }, { PATH: folder }, 'linux'),
      (error: Error & { hint?: string }) => {
        assert.match(error.message, /Tried: the firefox of Playwright 1\.50\.0 \(workspace; not downloaded\)/);
        assert.match(error.hint ?? '', /playwright install firefox/);
        return true;
      },
    );
  });
});
