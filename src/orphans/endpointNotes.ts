import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BrowserTree, readActivePort } from '../browsers/index.ts';
import { driverPort } from './handPicked.ts';

/** A note of where a browser is reached is short; files beyond this many bytes are other things. */
const MOST_BYTES = 64 * 1024;
/** So many entries of each folder are read, so that a full temp folder costs some 20 ms at most. */
const MOST_ENTRIES = 500;
/** A file that was written at the same time as the browser was started may have a stamp this much earlier, in ms. */
const STAMP_MS = 1_000;

/**
 * A file in which a program wrote where to reach this browser, so that a later one can connect to it: beside its profile, in
 * the folder it was started in, or in the temp folder; written after it was started. What the browser itself says
 * (`DevTools listening on …`, kept as a log) and writes into its profile is no such note.
 *
 * @param proc where Linux shows its processes
 * @returns its path, or undefined where none is found
 */
export async function endpointNotedIn(tree: BrowserTree, proc = '/proc'): Promise<string | undefined> {
  const wanted = await endpointPattern(tree);
  if (!wanted) return undefined;
  const profile = tree.profile?.path ?? '';
  const started = await readlink(join(proc, String(tree.root.pid), 'cwd')).catch(() => undefined);
  const folders = new Set([started, profile === '' ? undefined : dirname(profile), tmpdir()]);
  for (const folder of folders) {
    if (folder === undefined) continue;
    const names = await readdir(folder).catch(() => []);
    for (const name of names.slice(0, MOST_ENTRIES)) {
      const path = join(folder, name);
      if (path !== profile && (await isNote(path, wanted, tree.root.startedAtMs))) return path;
    }
  }
  return undefined;
}

async function isNote(path: string, wanted: RegExp, startedAtMs: number): Promise<boolean> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || stats.size === 0 || stats.size > MOST_BYTES || stats.mtimeMs < startedAtMs - STAMP_MS)
      return false;
    const text = await readFile(path, 'utf8');
    return wanted.test(text) && !/(?:DevTools|WebDriver BiDi) listening on/.test(text);
  } catch {
    return false;
  }
}

/** Its address, the id in it, or `{"port": 40123}`; undefined where its port is not known. */
async function endpointPattern(tree: BrowserTree): Promise<RegExp | undefined> {
  if (tree.driver) return driverPort(tree) === undefined ? undefined : portPattern(driverPort(tree)!);
  if (tree.transport.kind !== 'port') return undefined;
  const active = tree.profile?.path ? await readActivePort(tree.profile.path) : undefined;
  const port = tree.transport.port > 0 ? tree.transport.port : active?.port;
  if (port === undefined) return undefined;
  const id = active?.port === port ? /[^/]+$/.exec(active.webSocketUrl)?.[0] : undefined;
  return portPattern(port, id);
}

function portPattern(port: number, id?: string): RegExp {
  const host = String.raw`(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1\]):${port}(?!\d)`;
  const value = String.raw`"?\bport"?\s*[:=]\s*"?${port}(?!\d)|^\s*${port}\s*$`;
  return new RegExp([host, value, ...(id === undefined ? [] : [id.replaceAll(/[^\w-]/g, '.')])].join('|'), 'i');
}
