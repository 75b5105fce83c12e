import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { errnoOf } from '../support/index.ts';

/** Without a reader the answer comes in 10 ms; how long it may take on a busy machine, in ms. */
const ANSWER_MS = 300;
/** A reader that was there so lately, in ms, is taken to be there still: surveys come every few seconds. */
const HELD_MS = 30_000;
const MOST_KNOWN = 500;

/** By pipe: gone for good, or when it was last seen. */
const readers = new Map<string, 'gone' | number>();

/**
 * Whether no process has a pipe open for reading any more, in whatever container or of whatever user that process may be.
 *
 * The kernel refuses to open a named pipe without a reader (fifo(7), ENXIO), but not an anonymous one, and only poll(2), which Node
 * does not offer, says it of those without a byte written. GNU's `tail -f` asks it of its output, and ends at once with SIGPIPE
 * (coreutils 8.28 and later). Where there is no such `tail`, a reader is taken to be there.
 *
 * @param path `/proc/PID/fd/FD` of an end for writing
 */
export async function hasNoReader(path: string): Promise<boolean> {
  const pipe = await readlink(path).catch(() => path);
  const known = readers.get(pipe);
  if (known === 'gone') return true;
  if (known !== undefined && Date.now() - known < HELD_MS) return false;
  let file: FileHandle;
  try {
    file = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    return errnoOf(error) === 'ENXIO';
  }
  try {
    const isGone = await endsWithPipe(file.fd);
    if (readers.size >= MOST_KNOWN) readers.clear();
    readers.set(pipe, isGone ? 'gone' : Date.now());
    return isGone;
  } finally {
    await file.close();
  }
}

async function endsWithPipe(fd: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const tail = spawn('tail', ['-f', '/dev/null'], { stdio: ['ignore', fd, 'ignore'] });
    const timer = setTimeout(() => tail.kill('SIGKILL'), ANSWER_MS);
    tail.once('error', () => {
      clearTimeout(timer);
      resolve(false);
    });
    tail.once('exit', (_, signal) => {
      clearTimeout(timer);
      resolve(signal === 'SIGPIPE');
    });
  });
}
