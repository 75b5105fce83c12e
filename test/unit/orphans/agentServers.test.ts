import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { clientIsGone, findLeftServers } from '../../../src/orphans/agentServers.ts';
import type { TreeProbe } from '../../../src/orphans/clients.ts';
import type { LauncherPipes } from '../../../src/orphans/launcherPipes.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const HOUR = 60 * 60_000;
const MCP = ['node', '/home/me/.npm/_npx/1/node_modules/@playwright/mcp/cli.js'];
const DAEMON = ['node', '/usr/lib/node_modules/@playwright/cli/daemon.js'];

interface Case {
  readonly says: string;
  readonly commandLine: readonly string[];
  readonly pipes: LauncherPipes | undefined;
  /** Undefined: it listens nowhere. */
  readonly connected?: number;
  /** Whether whoever started it lives. */
  readonly started?: true;
  readonly ageMs?: number;
  readonly left: boolean;
}

// A server that is told of as left while an agent uses it costs trust; one that is never told of costs gigabytes.
const cases: readonly Case[] = [
  { says: 'an MCP server whose client died', commandLine: MCP, pipes: 'closed', left: true },
  { says: 'one whose client lives', commandLine: MCP, pipes: 'held', started: true, left: false },
  { says: 'one over HTTP that an agent is connected to', commandLine: MCP, pipes: 'closed', connected: 1, left: false },
  { says: 'one over HTTP that nobody is connected to', commandLine: MCP, pipes: 'closed', connected: 0, left: true },
  { says: 'one of which nothing can be read', commandLine: MCP, pipes: undefined, left: false },
  { says: 'a daemon of hours that nobody uses', commandLine: DAEMON, pipes: 'none', connected: 0, left: true },
  { says: 'a young daemon', commandLine: DAEMON, pipes: 'none', connected: 0, ageMs: 60_000, left: false },
  { says: 'a daemon in use', commandLine: DAEMON, pipes: 'none', connected: 2, left: false },
  {
    says: 'a daemon whose terminal is open',
    commandLine: DAEMON,
    pipes: 'none',
    connected: 0,
    started: true,
    left: false,
  },
  {
    says: 'a Playwright server in the background',
    commandLine: ['node', '/w/node_modules/playwright/cli.js', 'run-server', '--port', '3000'],
    pipes: 'none',
    connected: 0,
    left: true,
  },
  {
    says: 'Python’s driver whose script died',
    commandLine: ['/venv/playwright/driver/node', '/venv/playwright/driver/package/cli.js', 'run-driver'],
    pipes: 'closed',
    left: true,
  },
  {
    says: 'a test run whose output nobody reads',
    commandLine: ['node', '/w/node_modules/@playwright/test/cli.js', 'test'],
    pipes: 'closed',
    left: false,
  },
  { says: 'any other program', commandLine: ['node', 'server.js'], pipes: 'closed', connected: 0, left: false },
];

describe('Servers that have lost their client', () => {
  for (const { says, commandLine, pipes, connected, started, ageMs = 5 * HOUR, left } of cases)
    it(`${left ? 'are' : 'are not'} ${says}`, async () => {
      const world = new FakeProcesses();
      world.start({ pid: 2, ppid: 0, name: 'kthreadd', commandLine: [], sessionId: 0, groupId: 0 });
      world.start({ pid: 50, commandLine: ['/bin/bash'] });
      const { at } = world.table();
      const server = world.start({ pid: 60, ppid: started ? 50 : 1, commandLine, startedAtMs: at - ageMs });
      const probe: TreeProbe = {
        countClients: () => Promise.resolve(undefined),
        isInOtherContainer: () => Promise.resolve(false),
        launcherPipes: () => Promise.resolve(pipes),
        countConnections: () => Promise.resolve(connected),
      };
      assert.equal((await clientIsGone(server, world.table(), probe)) !== undefined, left);
      assert.deepEqual(
        (await findLeftServers(world.table(), [], probe)).map(({ process: { pid } }) => pid),
        left ? [60] : [],
      );
    });

  it('are told once, not with the npx and the shell that started them, nor with their workers', async () => {
    const world = new FakeProcesses();
    world.start({ pid: 2, ppid: 0, name: 'kthreadd', commandLine: [], sessionId: 0, groupId: 0 });
    world.start({ pid: 60, commandLine: ['npm exec @playwright/mcp@latest'] });
    world.start({ pid: 61, ppid: 60, commandLine: ['sh', '-c', 'mcp-server-playwright'] });
    world.start({ pid: 62, ppid: 61, commandLine: ['node', '/x/node_modules/.bin/mcp-server-playwright'] });
    world.start({ pid: 63, ppid: 62, commandLine: ['node', '/x/node_modules/@playwright/mcp/worker.js'] });
    const probe: TreeProbe = {
      countClients: () => Promise.resolve(undefined),
      isInOtherContainer: () => Promise.resolve(false),
      launcherPipes: () => Promise.resolve('closed' as const),
    };
    const found = await findLeftServers(world.table(), [], probe);
    assert.deepEqual(
      found.map(({ name, process: { pid } }) => [name, pid]),
      [['Playwright MCP', 62]],
    );
  });
});
