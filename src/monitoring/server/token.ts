import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { LeakwrightError, describeError, readRegularFile, replaceFile, stateFolder } from '../../support/index.ts';

const MIN_LENGTH = 16;
const MAX_BYTES = 64 * 1024;

/**
 * The token in a file, which must exist and hold one word of at least 16 characters.
 *
 * @throws LeakwrightError `usage`
 */
export async function readToken(file: string): Promise<string> {
  let text: string | undefined;
  try {
    text = await readRegularFile(file, MAX_BYTES);
  } catch (error) {
    throw new LeakwrightError('usage', `The token file '${file}' cannot be read: ${describeError(error)}.`, {
      cause: error,
    });
  }
  if (text === undefined)
    throw new LeakwrightError('usage', `The token file '${file}' is no file of at most 64 KB.`, {
      hint: 'Make one with: openssl rand -hex 32 > FILE',
    });
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

/** A random token of 256 bits. */
export function newToken(): string {
  return randomBytes(32).toString('hex');
}

/**
 * Writes the token to a file that only this user can read, one for each port: two monitors must not overwrite each other's
 * token. A link that lies there is replaced, never followed. To be done once the port is ours.
 *
 * @returns the file
 */
export async function keepToken(token: string, port: number): Promise<string> {
  const file = join(stateFolder(), `monitor-token-${port}`);
  await replaceFile(file, `${token}\n`);
  return file;
}
