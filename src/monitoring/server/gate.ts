import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not answered, as HTTP says it. */
export interface Refusal {
  readonly status: 401 | 403 | 405 | 421;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Who may ask. The endpoint listens on this machine only, but every page in every browser of the machine can send requests
 * here: the Host must be ours (a name that was rebound to 127.0.0.1 is not), the Origin, where a browser gives one, too, and
 * without the token nobody is told anything.
 */
export class Gate {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digest(token);
  }

  /** Undefined for a request that may pass. */
  check(request: IncomingMessage, needsToken: boolean): Refusal | undefined {
    const port = request.socket.localPort;
    const own = new Set(['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`));
    const { host, origin, authorization } = request.headers;
    if (host === undefined || !own.has(host.toLowerCase())) {
      return { status: 421, message: 'This is not the host you asked for.' };
    }
    if (origin !== undefined && !(origin.startsWith('http://') && own.has(origin.slice('http://'.length)))) {
      return { status: 403, message: 'Pages of other origins may not ask.' };
    }
    if (request.headers['sec-fetch-site'] === 'cross-site' || request.headers['sec-fetch-site'] === 'same-site') {
      return { status: 403, message: 'Pages of other origins may not ask.' };
    }
    if (!needsToken || this.#isToken(authorization)) return undefined;
    return {
      status: 401,
      message: 'A bearer token is needed.',
      headers: { 'www-authenticate': 'Bearer realm="leakwright"' },
    };
  }

  #isToken(authorization: string | undefined): boolean {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    // Digests are of one length: how long the comparison takes says nothing of the token, nor does its length.
    return timingSafeEqual(digest(token ?? ''), this.#digest) && token !== undefined;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
