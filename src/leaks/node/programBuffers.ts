/**
 * Runs in the program under check; self-contained. Gives each Buffer memory of its own. Else small ones share blocks of 64 KiB, so a
 * log that grows by 500 bytes adds nothing for a hundred iterations, and a kept piece of 16 bytes keeps what others wrote.
 *
 * It ends by itself after ten minutes, should the check be killed.
 */
export function separateBuffers(): void {
  const before = Symbol.for('leakwright.poolSize');
  const { Buffer } = process.getBuiltinModule('node:buffer') as unknown as {
    Buffer: { poolSize: number; [before]?: number };
  };
  if (Buffer[before] !== undefined) return;
  Object.defineProperty(Buffer, before, { value: Buffer.poolSize, configurable: true });
  Buffer.poolSize = 0;
  setTimeout(() => {
    if (Buffer[before] === undefined) return;
    Buffer.poolSize = Buffer[before];
    delete Buffer[before];
  }, 600_000).unref();
}

/** Has Buffers share memory again, as before. */
export function poolBuffers(): void {
  const before = Symbol.for('leakwright.poolSize');
  const { Buffer } = process.getBuiltinModule('node:buffer') as unknown as {
    Buffer: { poolSize: number; [before]?: number };
  };
  if (Buffer[before] === undefined) return;
  Buffer.poolSize = Buffer[before];
  delete Buffer[before];
}
