import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defined, LeakwrightError, type Log, describeError, errnoOf } from '../../support/index.ts';
import { Gate } from './gate.ts';
import { MAX_BODY_BYTES, readBody } from './readBody.ts';

/** What the endpoints answer with. */
export interface MonitorAnswers {
  memory(): unknown;
  alerts(): unknown;
  /** Prometheus' text format and its content type. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
  /** Undefined while another clean-up runs. */
  cleanup(options: { readonly dryRun: boolean }): Promise<unknown> | undefined;
  health(): unknown;
  /** Called for each request that was answered, for the metrics. */
  answered(method: string, route: string, status: number): void;
}

export interface MonitorServer {
  readonly port: number;
  close(): Promise<void>;
}

/** How long a client may take to send its request, or to read the answer, in ms. Then its connection is closed. */
const HEADERS_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_CONNECTIONS = 100;

interface Route {
  readonly method: 'GET' | 'POST';
  readonly needsToken: boolean;
  readonly answer: (request: IncomingMessage, answers: MonitorAnswers) => Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (status: number, value: unknown, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  text: `${JSON.stringify(value)}\n`,
  ...defined({ headers }),
});
const problem = (status: number, message: string, headers?: Readonly<Record<string, string>>) =>
  json(status, { error: message }, headers);

const ROUTES: Readonly<Record<string, Route>> = {
  '/monitoring/memory': {
    method: 'GET',
    needsToken: true,
    answer: async (_request, answers) => json(200, answers.memory()),
  },
  '/monitoring/memory-alerts': {
    method: 'GET',
    needsToken: true,
    answer: async (_request, answers) => json(200, answers.alerts()),
  },
  '/monitoring/memory/cleanup': { method: 'POST', needsToken: true, answer: cleanup },
  '/metrics': {
    method: 'GET',
    needsToken: true,
    answer: async (_request, answers) => ({ status: 200, ...(await answers.metrics()) }),
  },
  // For liveness probes, which have no token: the answer only says that the monitor runs.
  '/healthz': { method: 'GET', needsToken: false, answer: async (_request, answers) => json(200, answers.health()) },
};

/**
 * Serves the endpoints on 127.0.0.1.
 *
 * @param port 0 for a free one
 * @throws LeakwrightError `monitoring.port` when the port is taken
 */
export async function startMonitorServer(
  options: { readonly port: number; readonly token: string; readonly log: Log },
  answers: MonitorAnswers,
): Promise<MonitorServer> {
  const { log } = options;
  const gate = new Gate(options.token);
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      handle(request, response, { gate, answers, log }).catch((error: unknown) => {
        log.warn(`A request could not be answered: ${describeError(error)}`);
        response.destroy();
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  // A client that reads slowly holds a connection, as one that sends slowly does.
  server.setTimeout(REQUEST_TIMEOUT_MS, (socket) => socket.destroy());
  const { port } = options;
  await once(server.listen(port, '127.0.0.1'), 'listening').catch((error: unknown) => {
    const taken = errnoOf(error) === 'EADDRINUSE';
    throw new LeakwrightError(
      'monitoring.port',
      taken ? `Port ${port} is taken.` : `Port ${port} cannot be used: ${describeError(error)}.`,
      { hint: 'Choose another with --port; 0 takes a free one.', cause: error },
    );
  });
  // Raised when no file descriptor is left for a connection; without a listener it would end the monitor.
  server.on('error', (error) => log.warn(`A connection could not be taken: ${describeError(error)}`));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { gate, answers, log }: { readonly gate: Gate; readonly answers: MonitorAnswers; readonly log: Log },
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  const method = request.method ?? '';
  const answer = await answerOf(request, route, method, gate, answers).catch((error: unknown) => {
    log.warn(`${method} ${route ? path : 'a request'} failed: ${describeError(error)}`);
    return problem(500, "It could not be done; the monitor's log says why.");
  });
  // Only known paths become labels: unknown ones would each make a time series.
  answers.answered(['GET', 'POST', 'HEAD'].includes(method) ? method : 'other', route ? path : 'other', answer.status);
  const body = Buffer.from(answer.text);
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // The unread rest of a body would be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
    ...answer.headers,
  });
  response.end(method === 'HEAD' ? undefined : body);
}

async function answerOf(
  request: IncomingMessage,
  route: Route | undefined,
  method: string,
  gate: Gate,
  answers: MonitorAnswers,
): Promise<Answer> {
  // The gate comes first: a request without the token does not learn which paths there are.
  const refusal = gate.check(request, route?.needsToken ?? true);
  if (refusal) return problem(refusal.status, refusal.message, refusal.headers);
  if (!route) return problem(404, 'There is nothing here.');
  if (method !== route.method && !(method === 'HEAD' && route.method === 'GET')) {
    return problem(405, `Use ${route.method}.`, { allow: route.method });
  }
  return await route.answer(request, answers);
}

async function cleanup(request: IncomingMessage, answers: MonitorAnswers): Promise<Answer> {
  // A form of a web page cannot send JSON, so this refuses requests from one.
  const type = request.headers['content-type'];
  if (type !== undefined && !/^application\/json\b/i.test(type)) return problem(415, 'Send JSON, or nothing.');
  const body = await readBody(request);
  if (body.kind === 'too-large') return problem(413, `A body has at most ${MAX_BODY_BYTES} bytes.`);
  const value = body.kind === 'json' ? body.value : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return problem(400, 'Send a JSON object.');
  const { dryRun = false } = value as { readonly dryRun?: unknown };
  if (typeof dryRun !== 'boolean') return problem(400, "'dryRun' is true or false.");
  const running = answers.cleanup({ dryRun });
  if (!running) return problem(409, 'A clean-up is running already.', { 'retry-after': '5' });
  // Ending browsers takes time, so the limit for a slow client must not apply here.
  request.socket.setTimeout(0);
  try {
    return json(200, await running);
  } finally {
    request.socket.setTimeout(REQUEST_TIMEOUT_MS);
  }
}
