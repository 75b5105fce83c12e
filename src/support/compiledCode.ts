import { readdir, rm, stat } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { makeOwnFolder } from './ownFiles.ts';
import { stateFolder } from './paths.ts';

/** Compiled code older than this is removed: its version or its workspace may be gone. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Where Node keeps the compiled code of our programs and of Playwright between runs. Playwright is 7 MB of script: with it
 * a check is there 0.5 s to 0.9 s sooner (*measured*).
 */
function compiledCodeFolder(): string {
  return process.env['NODE_COMPILE_CACHE'] ?? ownFolder();
}

function ownFolder(): string {
  return join(stateFolder(), 'compile-cache');
}

/**
 * From here on, this process takes compiled code from our folder, and Node leaves its own there when it ends. Never throws.
 * Node runs what it finds there, so the folder is used only where no other user can write to it.
 */
export function keepCompiledCode(): void {
  // NODE_DISABLE_COMPILE_CACHE turns it off; a folder that cannot be written is no error.
  const { enableCompileCache } = nodeModule;
  const folder = compiledCodeFolder();
  if (folder !== ownFolder()) {
    enableCompileCache(folder);
    return;
  }
  try {
    if (process.env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return;
    if (!makeOwnFolder(stateFolder()) || !makeOwnFolder(folder)) return;
    // Node makes folders now, and files when the process ends, with the rights that the umask leaves.
    const usual = process.umask(0o077);
    enableCompileCache(folder);
    process.umask(usual);
    process.once('exit', () => process.umask(0o077));
  } catch {
    // Without the folder Node compiles everything again, which is only slower.
  }
}

/** What makes a child process of ours do the same from its first line. */
export function compiledCodeVariables(): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: compiledCodeFolder() };
}

/** Removes files older than 30 days, from our own folder only. Never rejects. */
export async function forgetOldCode(now = Date.now()): Promise<void> {
  try {
    for (const entry of await readdir(ownFolder(), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      if (now - (await stat(path)).mtimeMs > MAX_AGE_MS) await rm(path, { force: true });
    }
    // Left by versions that kept code of their own.
    await rm(join(ownFolder(), 'executed'), { recursive: true, force: true });
  } catch {
    // The folder does not exist, or another process removes the same files: the next run tries again.
  }
}
