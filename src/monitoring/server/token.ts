import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LeakwrightError, describeError, stateFolder } from '../../support/index.ts';

const MIN_LENGTH = 16;

/**
 * The token in a file, which must be there and hold something that cannot be guessed.
 *
 * @throws LeakwrightError `usage`
 */
export async function readToken(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new LeakwrightError('usage', `The token file '${file}' cannot be read: ${describeError(error)}.`, {
      cause: error,
    });
  }
  const token = text.trim();
  if (token.length < MIN_LENGTH || /\s/.test(token)) {
    throw new LeakwrightError(
      'usage',
      `The token in '${file}' must be one word of at least ${MIN_LENGTH} characters.`,
      {
        hint: `Make one with: openssl rand -hex 32 > ${file}`,
      },
    );
  }
  return token;
}

/** A token that nobody can guess. */
export function newToken(): string {
  return randomBytes(32).toString('hex');
}

/**
 * Writes the token to a file that only this user can read, and that each monitor writes anew. To be done once the port is
 * ours: one that cannot serve must not take away the token of the one that does.
 *
 * @returns the file
 */
export async function keepToken(token: string): Promise<string> {
  const file = join(stateFolder(), 'monitor-token');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  // The mode above counts for a new file only.
  await chmod(file, 0o600);
  return file;
}
