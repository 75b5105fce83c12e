import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { chromium } from 'playwright';
import { createProcessReader, sameProcess } from '../../../src/processes/index.ts';
import { type LaunchRequest, SessionClient } from '../../../src/sessions/index.ts';
import { Sandbox } from './sandbox.ts';
import { until } from '../../support/until.ts';

const launched: LaunchRequest = { source: { kind: 'launch' } };

describe('the session host as a process', () => {
  let sandbox: Sandbox;
  let client: SessionClient;

  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => {
    try {
      await client.dispose();
      await sandbox.expectNothingLeft();
    } finally {
      await sandbox.dispose();
    }
  });

  // What fifty sessions took, the system gets back; an editor that is open for days keeps no idle Playwright.
  it('is let go when it has had no session for a while, and another comes with the next launch', async () => {
    client = new SessionClient({ hostRestMs: 50 });
    const reader = createProcessReader();
    const first = await client.launch(launched);
    const host = (await client.host())!;
    await client.launch(launched).then(({ id }) => client.close(id));
    assert.ok(sameProcess((await client.host())!, host), 'it stays while there is a session');
    await client.close(first.id);
    await until('the host to go', async () => (await reader.readProcess(host.pid)) === undefined);
    await sandbox.expectNothingLeft();

    const second = await client.launch(launched);
    assert.notEqual((await client.host())!.pid, host.pid);
    assert.equal((await client.list())[0]?.id, second.id);
  });

  it('knows the devices that sessions can stand in for', async () => {
    client = new SessionClient();
    assert.ok((await client.devices()).includes('Pixel 7'));
  });

  describe('takes heap snapshots', () => {
    const page = (name: string) =>
      `data:text/html,<title>${name}</title><script>globalThis.kept = new (class Only_${name} {})()</script>`;

    beforeEach(() => {
      client = new SessionClient();
    });

    it("of every page, those of the user's own scripts included", async () => {
      const { id, endpoints } = await client.launch({ ...launched, url: page('first') });
      await client.ask('openUrl', id, page('second'));
      const browser = await chromium.connect(endpoints.playwright!);
      try {
        await (await browser.newPage()).goto(page('third'));
        const { urls } = await until('the three pages', async () =>
          (await client.list()).find((session) => session.urls.filter((url) => url.includes('Only_')).length === 3),
        );
        for (const [index, url] of urls.entries()) {
          const file = join(sandbox.folder, `${index}.heapsnapshot`);
          await client.captureHeapSnapshot(id, file, index);
          const { strings } = JSON.parse(readFileSync(file, 'utf8')) as { strings: string[] };
          const name = /<title>(\w+)</.exec(url)![1]!;
          assert.deepEqual(
            ['first', 'second', 'third'].filter((one) => strings.includes(`Only_${one}`)),
            [name],
          );
        }
      } finally {
        await browser.close();
      }
    });

    it('until it is told to stop waiting for a page that never answers', async () => {
      const { id } = await client.launch({
        ...launched,
        url: 'data:text/html,<script>onload=()=>setTimeout(()=>{for(;;);})</script>',
      });
      const file = join(sandbox.folder, 'never.heapsnapshot');
      const controller = new AbortController();
      const capturing = client.captureHeapSnapshot(id, file, 0, controller.signal);
      setTimeout(() => controller.abort(new Error('enough')), 300);
      await assert.rejects(capturing, /enough/);
      await until('the half file to be gone', () => {
        try {
          readFileSync(file);
          return false;
        } catch {
          return true;
        }
      });
    });
  });
});
