import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { CDPSession, Page } from 'playwright';
import { LeakwrightError, abortable, describeError } from '../support/index.ts';

/**
 * Writes a page's heap snapshot to a file, in pieces as they come: a snapshot may be larger than a string can be.
 *
 * @returns its size in bytes
 * @throws LeakwrightError `leaks.unsupported` where the browser is not Chromium; the signal's reason; what writing throws.
 *   No file is left then.
 */
export async function captureHeapSnapshot(
  page: Page,
  file: string,
  signal?: AbortSignal,
): Promise<{ readonly bytes: number }> {
  let client;
  try {
    client = await abortable(page.context().newCDPSession(page), signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new LeakwrightError('leaks.unsupported', `This browser gives no heap snapshots: ${describeError(error)}`, {
      hint: 'Use a session with Chromium, Chrome or Edge.',
      cause: error,
    });
  }
  try {
    return await writeHeapSnapshot(client, file, signal);
  } finally {
    const detached = client.detach().catch(() => {});
    // A page that answers nothing does not answer this either.
    if (!signal?.aborted) await detached;
  }
}

/**
 * The same through a session that is there: of a page, or of a Node program. It stays open.
 *
 * @returns its size in bytes
 */
export async function writeHeapSnapshot(
  client: Pick<CDPSession, 'on' | 'off' | 'send'>,
  file: string,
  signal?: AbortSignal,
): Promise<{ readonly bytes: number }> {
  const stream = createWriteStream(file, { mode: 0o600 });
  let bytes = 0;
  const write = ({ chunk }: { readonly chunk: string }): void => {
    bytes += Buffer.byteLength(chunk);
    stream.write(chunk);
  };
  try {
    await once(stream, 'open');
    const failed = once(stream, 'error').then(([error]) => {
      throw error;
    });
    failed.catch(() => {});
    client.on('HeapProfiler.addHeapSnapshotChunk', write);
    // A page in an endless loop never answers: the caller must be able to cancel.
    const taken = client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    taken.catch(() => {});
    await Promise.race([abortable(taken, signal), failed]);
    stream.end();
    await Promise.race([once(stream, 'finish'), failed]);
    return { bytes };
  } catch (error) {
    stream.destroy();
    await rm(file, { force: true });
    throw error;
  } finally {
    client.off('HeapProfiler.addHeapSnapshotChunk', write);
  }
}
