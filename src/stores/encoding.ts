import { LeakwrightError } from '../support/index.ts';

/** The key that stands for bytes. No header, field or name of ours can hold a NUL. */
const BYTES = '\u0000bytes';

/**
 * A value as JSON text, bytes (`Uint8Array`) included.
 *
 * @throws LeakwrightError `stores.unstorable` for what has no JSON: functions, circles, undefined
 */
export function encode(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_key, part: unknown) => {
      // Buffers have been through toJSON when they come here.
      if (part instanceof Uint8Array) return { [BYTES]: Buffer.from(part).toString('base64') };
      if (isBufferJson(part)) return { [BYTES]: Buffer.from(part.data).toString('base64') };
      return part;
    });
  } catch (error) {
    throw new LeakwrightError('stores.unstorable', 'A value cannot be stored: it has no JSON form.', { cause: error });
  }
  if (text === undefined) throw new LeakwrightError('stores.unstorable', 'A value cannot be stored: it is undefined.');
  return text;
}

export function decode(text: string): unknown {
  if (!text.includes('\\u0000bytes')) return JSON.parse(text) as unknown;
  return JSON.parse(text, (_key, part: unknown) => {
    const bytes = (part as Record<string, unknown> | null)?.[BYTES];
    return typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'base64')) : part;
  }) as unknown;
}

function isBufferJson(part: unknown): part is { data: number[] } {
  return (
    typeof part === 'object' &&
    part !== null &&
    (part as { type?: unknown }).type === 'Buffer' &&
    Array.isArray((part as { data?: unknown }).data)
  );
}
