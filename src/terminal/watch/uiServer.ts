import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gate, newToken } from '../../monitoring/index.ts';
import { LeakwrightError, describeError } from '../../support/index.ts';
import type { BoardState } from './board.ts';
import { uiPage } from './uiPage.ts';

/** The state that the page in the browser shows: the rows, and the version of the report. */
interface UiState extends BoardState {
  /** Rises with each report. 0: there is none yet. */
  readonly version: number;
}

export interface UiServer {
  /** With the token in it: opens once, and then the browser has it as a cookie. */
  readonly url: string;
  tell(state: UiState): void;
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 5000;
const MAX_PAGES = 20;

/**
 * Serves the report page on 127.0.0.1 to clients with the token, for as long as the command runs.
 *
 * @param answers `report`: the report as a page, or undefined while there is none; `again`: checks all again
 * @throws LeakwrightError `usage` when the port is taken
 */
export async function startUi(
  port: number,
  answers: { readonly report: () => string | undefined; readonly again: () => void },
): Promise<UiServer> {
  const token = newToken();
  const pages = new Set<ServerResponse>();
  let state: UiState = { rows: [], running: true, note: '', version: 0 };
  let cookie = '';
  const gate = new Gate(token, (request) => cookieOf(request, cookie) ?? tokenInUrl(request));
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: 8 * 1024 }, (request, response) => {
    const refusal = gate.check(request, true);
    if (refusal) {
      send(response, refusal.status, 'text/plain', `${refusal.message}\n`);
      return;
    }
    const path = (request.url ?? '').split('?')[0];
    if (request.method === 'POST' && path === '/again') {
      answers.again();
      send(response, 202, 'text/plain', '');
    } else if (request.method !== 'GET') {
      send(response, 405, 'text/plain', 'Use GET.\n');
    } else if (path === '/' && tokenInUrl(request) !== undefined) {
      // Out of the address, and so out of the browser's history.
      response.setHeader('set-cookie', `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`);
      response.setHeader('location', '/');
      send(response, 303, 'text/plain', '');
    } else if (path === '/') {
      const { html, policy } = uiPage();
      response.setHeader('content-security-policy', policy);
      send(response, 200, 'text/html', html);
    } else if (path === '/report') {
      // Sandboxed as well: what a page under test is called must not run here.
      response.setHeader('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'");
      send(response, 200, 'text/html', answers.report() ?? '<!doctype html><p>The first checks run.</p>');
    } else if (path === '/events' && pages.size < MAX_PAGES) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(eventOf(state));
      pages.add(response);
      response.on('close', () => pages.delete(response));
    } else {
      send(response, 404, 'text/plain', 'There is nothing here.\n');
    }
  });
  server.setTimeout(0);
  await once(server.listen(port, '127.0.0.1'), 'listening').catch((error: unknown) => {
    const message = `The page cannot be served at port ${port}: ${describeError(error)}.`;
    throw new LeakwrightError('usage', message, { hint: 'Give another with --ui PORT.', cause: error });
  });
  const taken = (server.address() as AddressInfo).port;
  // Cookies of one host are shared by all of its ports.
  cookie = `leakwright-${taken}`;
  return {
    url: `http://127.0.0.1:${taken}/?token=${token}`,
    tell(next) {
      state = next;
      for (const page of pages) page.write(eventOf(state));
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const eventOf = (state: UiState): string => `data: ${JSON.stringify(state)}\n\n`;

function tokenInUrl(request: IncomingMessage): string | undefined {
  return /[?&]token=([0-9a-f]+)/.exec(request.url ?? '')?.[1];
}

function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(/; */);
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(text);
}
