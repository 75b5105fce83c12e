import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { until } from '../support/until.ts';
import { freePort } from '../support/ports.ts';
import { removeFolder } from '../support/removeFolder.ts';
import { obtainPrograms } from './obtainPrograms.ts';

export interface RedisServer {
  readonly url: string;
  /** Ends it and takes its files away. */
  stop(): Promise<void>;
}

/**
 * A Redis server of the tests' own, on a free port and a folder of its own; Debian's package is installed when it is
 * missing and we may. Where it cannot be had, the reason.
 */
export async function startRedis(): Promise<RedisServer | { readonly missing: string }> {
  if (obtainPrograms(['redis-server']).length > 0)
    return { missing: 'there is no redis-server, and apt-get could not install it' };
  const folder = mkdtempSync(join(tmpdir(), 'lw-redis-'));
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...settings, '--databases', '2'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => {
    server.on('close', () => resolve());
    server.on('error', () => resolve());
  });
  const url = `redis://127.0.0.1:${port}/0`;
  await until('Redis answers', async () => {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.ping()) === 'PONG';
    } catch {
      return false;
    } finally {
      client.destroy();
    }
  });
  return {
    url,
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      removeFolder(folder);
    },
  };
}
