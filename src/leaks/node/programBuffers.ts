/**
 * Runs in the program under check; self-contained. Gives each Buffer memory of its own. Else small ones share blocks of 64 KiB, so a
 * log that grows by 500 bytes adds nothing for a hundred iterations, and a kept piece of 16 bytes keeps what others wrote.
 *
 * Should the check be killed, it ends by itself after ten minutes of real time: `process.hrtime`, which a check does not move on.
 */
export function separateBuffers(): void {
  const end = Symbol.for('leakwright.poolBuffers');
  const { Buffer } = process.getBuiltinModule('node:buffer') as unknown as {
    Buffer: { poolSize: number; [end]?: () => void };
  };
  if (Buffer[end]) return;
  const { poolSize } = Buffer;
  const until = process.hrtime()[0] + 600;
  const pool = (): void => {
    clearInterval(timer);
    Buffer.poolSize = poolSize;
    delete Buffer[end];
  };
  const timer = setInterval(() => {
    if (process.hrtime()[0] >= until) pool();
  }, 60_000).unref();
  Object.defineProperty(Buffer, end, { value: pool, configurable: true });
  Buffer.poolSize = 0;
}

/** Has Buffers share memory again, as before. */
export function poolBuffers(): void {
  const end = Symbol.for('leakwright.poolBuffers');
  const { Buffer } = process.getBuiltinModule('node:buffer') as unknown as { Buffer: { [end]?: () => void } };
  Buffer[end]?.();
}
