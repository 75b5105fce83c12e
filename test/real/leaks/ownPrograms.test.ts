import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { checkLeaks } from '../../../src/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { HostConnection } from '../../../src/sessions/hostConnection.ts';
import { freePort } from '../../support/ports.ts';
import { removeFolder } from '../../support/removeFolder.ts';

// A leak finder that runs all day in an editor and beside an agent must not leak itself.
describe('Our own programs, checked as any program on Node', () => {
  const source = (...path: readonly string[]): string => join(packageFolder(), 'src', ...path);
  let state: string;
  let env: Record<string, string>;

  before(() => {
    state = mkdtempSync(join(tmpdir(), 'lw-own-'));
    env = {
      ...(process.env as Record<string, string>),
      LEAKWRIGHT_STATE_DIR: state,
      TMPDIR: state,
      NODE_NO_WARNINGS: '1',
    };
  });
  after(() => removeFolder(state));

  async function expectClean(port: number, iteration: () => Promise<unknown>): Promise<void> {
    const { checks } = await checkLeaks(iteration, { inspect: `http://127.0.0.1:${port}`, warmup: 10 });
    const [check] = checks;
    assert.equal(check?.verdict, 'clean', JSON.stringify([check?.error, check?.because, check?.findings]));
    assert.equal(check.browser.name, 'Node');
  }

  it('the MCP server keeps nothing of a call, whatever the agent asks', async () => {
    const port = await freePort();
    const client = new Client({ name: 'test', version: '1' });
    const args = [`--inspect=127.0.0.1:${port}`, source('mcp.ts')];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
    try {
      await expectClean(port, async () => {
        await client.listTools();
        await client.callTool({ name: 'list_sessions', arguments: {} });
        await client.callTool({ name: 'close_session', arguments: { sessionId: 'none' } });
      });
    } finally {
      await client.close();
    }
  });

  it('the session host keeps nothing of its answers', async () => {
    const port = await freePort();
    const host = fork(source('sessions', 'hostProcess.ts'), ['host'], {
      execArgv: [`--inspect=127.0.0.1:${port}`],
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    const connection = new HostConnection(host, { onEvent: () => {}, onLost: () => {} });
    try {
      await connection.greet({ client: undefined, limits: {}, lost: [] });
      await expectClean(port, async () => {
        await connection.call('list', []);
        await connection.call('setLimits', [{}]);
        await connection.call('close', ['none']).catch(() => undefined);
      });
    } finally {
      const exited = once(host, 'exit');
      host.kill('SIGKILL');
      await exited;
    }
  });
});
