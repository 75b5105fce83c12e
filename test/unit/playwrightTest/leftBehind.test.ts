import assert from 'node:assert/strict';
import type { Browser, BrowserContext } from '@playwright/test';
import { LeftBehindWatch } from '../../../src/playwrightTest/leftBehind.ts';

describe('What a test of a suite leaves behind', () => {
  const context = (...urls: string[]) =>
    ({ pages: () => urls.map((url) => ({ url: () => url })) }) as unknown as BrowserContext;
  const browserOf = (contexts: readonly BrowserContext[]) => ({ contexts: () => [...contexts] }) as unknown as Browser;

  // There it would start a program (ps, PowerShell) for every test of the suite.
  for (const platform of ['darwin', 'win32'] as const) {
    it(`is its contexts on ${platform}, and no process is looked at`, async () => {
      const watch = new LeftBehindWatch(platform, () => assert.fail('processes are read'));
      const contexts = [context('http://localhost/fixture')];
      await watch.browserIsReady(browserOf(contexts));
      await watch.testStarts();
      assert.equal(await watch.testEnded(), undefined);
      await watch.testStarts();
      contexts.push(context('http://localhost/cart'));
      assert.deepEqual(await watch.testEnded(), { contexts: [['http://localhost/cart']], browsers: [] });
    });
  }
});
