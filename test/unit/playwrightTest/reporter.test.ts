import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FullConfig } from '@playwright/test/reporter';
import LeftBehindReporter from '../../../src/playwrightTest/reporter.ts';

describe('What a suite is told it left behind', () => {
  const before = process.env['TMPDIR'];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-reporter-'));
    process.env['TMPDIR'] = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  });

  // With `fail: true` a suite must not fail for what another run, at work beside it, still needs.
  it('is what nobody needs any more, and nothing that may be in use', async function () {
    if (process.platform === 'win32') this.skip();
    const reporter = new LeftBehindReporter({ fail: true });
    reporter.onBegin({ rootDir: folder } as FullConfig);
    // Nothing tells which script made it: it may be of a run that goes on.
    mkdirSync(join(folder, 'playwright-artifacts-Ab3dEf'));
    assert.equal(await reporter.onEnd(), undefined);

    mkdirSync(join(folder, 'puppeteer_dev_chrome_profile-Ab3dEf'));
    let told = '';
    const { stdout } = process;
    const write = stdout.write.bind(stdout);
    stdout.write = (text: string | Uint8Array) => {
      told += String(text);
      return true;
    };
    let outcome: Awaited<ReturnType<LeftBehindReporter['onEnd']>>;
    try {
      outcome = await reporter.onEnd();
    } finally {
      stdout.write = write;
    }
    assert.deepEqual(outcome, { status: 'failed' });
    assert.match(told, /puppeteer_dev_chrome_profile-Ab3dEf/);
    assert.doesNotMatch(told, /artifacts/);
  });
});
