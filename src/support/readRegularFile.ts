import { constants, open } from 'node:fs/promises';

/**
 * The text of a regular file, or undefined where it is none (a pipe, a device, a folder) or longer than `maxBytes`. Opening
 * does not wait, so a pipe without a writer cannot block us. The type and the size are those of the opened file, not of its
 * name.
 *
 * @throws Error of the file system where it cannot be opened
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > maxBytes) return undefined;
    // A file that grows meanwhile is read as far as it went.
    const buffer = Buffer.alloc(stats.size);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}
