import type { IncomingMessage } from 'node:http';

/** The largest body that is read, in bytes; our requests have some hundred. */
export const MAX_BODY_BYTES = 16 * 1024;

export type Body = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'too-large' | 'invalid' };

/** The body as JSON; `{}` when there is none. Stops to read as soon as it is too large. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return { kind: 'too-large' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return { kind: 'too-large' };
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return { kind: 'json', value: {} };
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return { kind: 'invalid' };
  }
}
