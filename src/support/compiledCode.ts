import { readdir, rm, stat } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { keepExecutedCode } from './executedCode.ts';
import { stateFolder } from './paths.ts';

/** Compiled code is made anew after this long: it may be of a version, or of a workspace, that is gone. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/** Each takes 1 to 3 MB, and each installation of Playwright makes two anew for each command. */
const MAX_EXECUTED = 24;

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

/** Ours alone: in a folder that Node was told to use, nobody would forget it again. */
function executedCodeFolder(): string {
  return join(ownFolder(), 'executed');
}

/**
 * From here on, this process takes compiled code from our folder, and leaves its own there when it ends. Never throws.
 *
 * @param use what the process is for, such as a command's name
 */
export function keepCompiledCode(use: string): void {
  // Node 22.1 and later have it. NODE_DISABLE_COMPILE_CACHE turns it off; a folder that cannot be written is no error.
  const { constants, enableCompileCache } = nodeModule as Partial<typeof nodeModule>;
  const status = enableCompileCache?.(compiledCodeFolder()).status;
  const { ENABLED, ALREADY_ENABLED } = constants?.compileCacheStatus ?? {};
  if (status === undefined || (status !== ENABLED && status !== ALREADY_ENABLED)) return;
  if (compiledCodeFolder() === ownFolder()) keepExecutedCode(executedCodeFolder(), use);
}

/** What makes a child process of ours do the same from its first line. */
export function compiledCodeVariables(): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: compiledCodeFolder() };
}

/** Removes what has not been made anew for long, or is of files that were installed anew since; from our own folder only. Never rejects. */
export async function forgetOldCode(now = Date.now()): Promise<void> {
  const executed: { readonly path: string; readonly madeAt: number }[] = [];
  try {
    for (const entry of await readdir(ownFolder(), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const madeAt = (await stat(path)).mtimeMs;
      if (now - madeAt > MAX_AGE_MS) await rm(path, { force: true });
      else if (entry.parentPath === executedCodeFolder()) executed.push({ path, madeAt });
    }
    const oldest = executed.toSorted((a, b) => b.madeAt - a.madeAt).slice(MAX_EXECUTED);
    for (const { path } of oldest) await rm(path, { force: true });
  } catch {
    // It is not there, or somebody else is at it: the next run looks again.
  }
}
