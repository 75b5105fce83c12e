import { type IncomingMessage, get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface UrlRequest {
  /** Bytes of the body, unpacked, above which it is refused. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Sent with the request; called for each URL, so that a redirect to another site does not get the cookies of the first. */
  headersFor(url: string): Promise<Readonly<Record<string, string>>>;
  /** Accept certificates of an unknown authority, where the check's own browser does. */
  readonly acceptAnyCertificate?: boolean;
}

export type UrlAnswer =
  | { readonly type: 'text'; readonly text: string; readonly bytes: number }
  | { readonly type: 'redirect'; readonly url: string };

/**
 * One GET request of an http(s) URL, the body read up to a limit. Node's own `fetch` and Playwright's requests read a body
 * whole before they can be asked how long it is.
 *
 * @throws Error where there is no answer, its status is an error, or its body is too long
 */
export async function readUrl(url: string, request: UrlRequest): Promise<UrlAnswer> {
  const headers = { 'accept-encoding': 'gzip, deflate, br', ...(await request.headersFor(url)) };
  const { signal, acceptAnyCertificate } = request;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = url.startsWith('https:')
      ? getHttps(url, { headers, signal, agent: false, rejectUnauthorized: acceptAnyCertificate !== true }, resolve)
      : getHttp(url, { headers, signal, agent: false }, resolve);
    asked.on('error', reject);
  });
  try {
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, url)) {
      return { type: 'redirect', url: new URL(location, url).href };
    }
    if (status < 200 || status >= 300) throw new Error(`${url} answers with status ${status}`);
    const declared = Number(response.headers['content-length'] ?? 0);
    if (declared > request.maxBytes) throw tooLong(url, request.maxBytes);
    return await textOf(unpacked(response), url, request.maxBytes);
  } finally {
    response.destroy();
  }
}

async function textOf(body: Readable, url: string, maxBytes: number): Promise<UrlAnswer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLong(url, maxBytes);
    pieces.push(piece);
  }
  return { type: 'text', text: Buffer.concat(pieces).toString('utf8'), bytes };
}

/** The body as it was before its transfer. What is unpacked is counted, not what was sent: 10 KB may unpack to 10 MB. */
function unpacked(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const unpack = unpackers[encoding];
  if (!unpack) return response;
  const stream = unpack();
  response.on('error', (error) => stream.destroy(error));
  response.on('aborted', () => stream.destroy(new Error('The answer broke off.')));
  return response.pipe(stream);
}

const unpackers: Readonly<Record<string, (() => NodeJS.ReadWriteStream & Readable) | undefined>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

function tooLong(url: string, maxBytes: number): Error {
  return new Error(`${url} is longer than ${maxBytes} bytes`);
}
