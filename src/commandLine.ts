import { forgetOldCode } from './support/index.ts';
import { INTERRUPTED, runProgram, systemIo } from './terminal/index.ts';

const controller = new AbortController();
const io = systemIo();
/** What a shell gives for a program that a signal ended, once one has. */
let interrupted: number | undefined;

// The first Ctrl-C ends what runs and cleans up; a second one means "at once": the guard process cleans up then.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    if (controller.signal.aborted) process.exit(code);
    interrupted = code;
    if (signal === 'SIGINT') io.err('\nCleaning up …\n');
    controller.abort(new DOMException(`interrupted by ${signal}`, 'AbortError'));
  });
}
// Started by a program over a channel: when it closes the channel, or dies, the result has no reader. It is
// how a check is cancelled on Windows, too, where a signal would end it before it could clean up.
if (process.channel) {
  process.on('disconnect', () => controller.abort(new DOMException('the channel was closed', 'AbortError')));
  // Listening must not keep a finished check alive.
  process.channel.unref();
}
// A reader that went away (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  controller.abort(new DOMException('the reader went away', 'AbortError'));
});

void runProgram(process.argv.slice(2), io, controller.signal).then(async (code) => {
  process.exitCode = code === INTERRUPTED ? (interrupted ?? code) : code;
  await forgetOldCode();
});
