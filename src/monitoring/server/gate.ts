import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not answered, as HTTP says it. */
export interface Refusal {
  readonly status: 401 | 403 | 405 | 421;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Decides which requests may pass. The endpoint listens on this machine only, but every page in every browser of the machine
 * can send requests here: the Host must be ours (a name that was rebound to 127.0.0.1 is not), the Origin, where a browser
 * gives one, too, and a request without the token gets no information.
 */
export class Gate {
  readonly #digest: Buffer;
  readonly #tokenOf: (request: IncomingMessage) => string | undefined;

  /** @param tokenOf where a request carries its token. Default: as a bearer token */
  constructor(token: string, tokenOf = bearerToken) {
    this.#digest = digest(token);
    this.#tokenOf = tokenOf;
  }

  /** Undefined for a request that may pass. */
  check(request: IncomingMessage, needsToken: boolean): Refusal | undefined {
    const port = request.socket.localPort;
    const own = new Set(['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`));
    const { host, origin } = request.headers;
    if (host === undefined || !own.has(host.toLowerCase())) {
      return { status: 421, message: 'The Host header does not name this server.' };
    }
    if (origin !== undefined && !(origin.startsWith('http://') && own.has(origin.slice('http://'.length)))) {
      return { status: 403, message: 'Requests from other origins are refused.' };
    }
    if (request.headers['sec-fetch-site'] === 'cross-site' || request.headers['sec-fetch-site'] === 'same-site') {
      return { status: 403, message: 'Pages of other origins may not ask.' };
    }
    if (!needsToken || this.#isToken(this.#tokenOf(request))) return undefined;
    return {
      status: 401,
      message: 'A token is needed.',
      headers: { 'www-authenticate': 'Bearer realm="leakwright"' },
    };
  }

  #isToken(token: string | undefined): boolean {
    // Digests have one length, so the time of the comparison reveals neither the token nor its length.
    return timingSafeEqual(digest(token ?? ''), this.#digest) && token !== undefined;
  }
}

function bearerToken({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
