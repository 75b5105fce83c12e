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

/** A new token in a file that only this user can read; the same file is written anew each time. */
export async function makeToken(): Promise<{ readonly token: string; readonly file: string }> {
  const file = join(stateFolder(), 'monitor-token');
  const token = randomBytes(32).toString('hex');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  // The mode above counts for a new file only.
  await chmod(file, 0o600);
  return { token, file };
}
