import { createJiti } from 'jiti';
import { describeError } from '../support/index.ts';

/**
 * Loads a module of the user's, in JavaScript or TypeScript. No cache on disk: nothing of ours stays behind in the project.
 *
 * @param file an absolute path
 * @returns its exports
 */
export async function loadUserModule(file: string): Promise<unknown> {
  return await createJiti(file, { fsCache: false, moduleCache: false, interopDefault: false }).import(file);
}

/** Why a file of the user's could not be loaded, in one line, and what to do about it. */
export function loadingFailure(error: unknown, otherwise: string): { readonly why: string; readonly hint: string } {
  // After its first line the message of a missing module lists the files that import it.
  const message = describeError(error).split('\nRequire stack:')[0]!;
  return { why: `it cannot be loaded: ${message}`, hint: hintFor(error, message) ?? otherwise };
}

/** A clone without its packages is the usual reason that a module is missing. */
function hintFor(error: unknown, message: string): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const [, name] = /Cannot find (?:module|package) '((?:@[\w.-]+\/)?[\w.-]+)/.exec(message) ?? [];
  return name === undefined || name.startsWith('.')
    ? "Install the project's packages (npm install), or correct the import."
    : `Install it (npm install --save-dev ${name}), or correct the import.`;
}
