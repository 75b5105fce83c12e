import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserTree } from './browserTree.ts';

/** Where a browser listens for DevTools. */
export interface DevToolsPort {
  readonly port: number;
  /** What to attach a CDP client to. */
  readonly webSocketUrl: string;
}

/**
 * What a browser wrote into its profile when it had chosen a port (`DevToolsActivePort`: port and path, a line each).
 * Undefined while it has not, or has written only half of it.
 */
export async function readActivePort(profile: string): Promise<DevToolsPort | undefined> {
  let text: string;
  try {
    text = await readFile(join(profile, 'DevToolsActivePort'), 'utf8');
  } catch {
    return undefined;
  }
  const [port, path] = text.split('\n').map((line) => line.trim());
  const chosen = Number(port);
  if (!Number.isInteger(chosen) || chosen <= 0 || chosen > 65_535 || !path?.startsWith('/')) return undefined;
  return { port: chosen, webSocketUrl: `ws://127.0.0.1:${chosen}${path}` };
}

/**
 * The port a browser listens on: as its command line says, or, where that says 0, as it wrote into its profile when it
 * had chosen one (`DevToolsActivePort`: port and path, a line each). Undefined for a browser without a port, and while it has not chosen.
 */
export async function readDevToolsPort(tree: BrowserTree): Promise<DevToolsPort | undefined> {
  if (tree.transport.kind !== 'port' || tree.profile === undefined || tree.profile.path === '') return undefined;
  const active = await readActivePort(tree.profile.path);
  // The file outlives its browser: one on another port than the command line says is of an earlier run.
  return active && (tree.transport.port === 0 || tree.transport.port === active.port) ? active : undefined;
}
