import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationTarget, workspace } from 'vscode';
import type { Leakwright } from '../../src/editor/index.ts';
import { stateFolder } from '../../src/support/index.ts';
import { freePort } from '../support/ports.ts';
import { activateLeakwright } from './leakwright.ts';
import { until } from '../support/until.ts';

// Who never asked for an endpoint must have none; who did must find it, and be rid of it again.
describe('The monitor in the editor', () => {
  let leakwright: Leakwright;
  before(async () => {
    leakwright = await activateLeakwright();
  });
  const setPort = (port: number | undefined) =>
    workspace.getConfiguration('leakwright').update('monitorPort', port, ConfigurationTarget.Global);
  afterEach(() => setPort(undefined));

  async function statusOf(port: number, path: string, token?: string): Promise<number | undefined> {
    try {
      const headers = new Headers(token === undefined ? undefined : { authorization: `Bearer ${token}` });
      return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;
    } catch {
      return undefined;
    }
  }

  it('is off until a setting names its port, and ends with the setting', async () => {
    assert.equal(leakwright.monitor.port, undefined);
    const port = await freePort();
    await setPort(port);
    await until('the monitor listens', () => leakwright.monitor.port);
    assert.equal(await statusOf(port, '/healthz'), 200);
    assert.equal(await statusOf(port, '/metrics'), 401);
    const token = readFileSync(join(stateFolder(), `monitor-token-${port}`), 'utf8').trim();
    assert.equal(await statusOf(port, '/metrics', token), 200);
    await setPort(undefined);
    await until('nobody listens', async () => ((await statusOf(port, '/healthz')) === undefined ? true : undefined));
    assert.equal(leakwright.monitor.port, undefined);
  });
});
