import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowserTrees, readDevToolsPort } from '../../../src/browsers/index.ts';
import { processInfo, tableOf } from '../processes/support/tables.ts';

describe('readDevToolsPort', () => {
  let profile: string;
  beforeEach(() => {
    profile = mkdtempSync(join(tmpdir(), 'lw-port-'));
  });
  afterEach(() => rmSync(profile, { recursive: true, force: true }));

  const read = (port: number | undefined) => {
    const args = ['/usr/bin/chromium', `--user-data-dir=${profile}`];
    if (port !== undefined) args.push(`--remote-debugging-port=${port}`);
    return readDevToolsPort(findBrowserTrees(tableOf([processInfo({ commandLine: args })]))[0]!);
  };
  const written = (text: string) => writeFileSync(join(profile, 'DevToolsActivePort'), text);

  it('reads the port a browser chose itself', async () => {
    written('37909\n/devtools/browser/52cc-8278');
    const chosen = { port: 37_909, webSocketUrl: 'ws://127.0.0.1:37909/devtools/browser/52cc-8278' };
    assert.deepEqual(await read(0), chosen);
    assert.deepEqual(await read(37_909), chosen);
  });

  it('says nothing before the browser does, of a browser without a port, and of what an earlier run left', async () => {
    assert.equal(await read(0), undefined);
    written('37909\n/devtools/browser/52cc-8278');
    assert.equal(await read(undefined), undefined);
    assert.equal(await read(9222), undefined);
    for (const text of ['', '37909', 'x\n/y', '99999\n/y', '80\nhttp://evil']) {
      written(text);
      assert.equal(await read(0), undefined, JSON.stringify(text));
    }
  });
});
