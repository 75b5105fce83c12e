import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Scenario } from '../../scenarios/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import type { NodePage } from './nodeUnderTest.ts';

/** Requests are cheap, and a server's own tables fill with the first ones. */
const WARMUP = 10;
/** A body is read to its end and thrown away; an answer of more than this is no answer to repeat. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

interface HttpStep {
  readonly method: string;
  readonly url: URL;
  readonly body: string | undefined;
}

/**
 * A scenario whose iteration is a few HTTP requests, one after the other, each answered to its end over a connection of its own, and
 * then a few expressions that the program runs, each to the end of its promise.
 *
 * @param requests `GET /items`, `POST /items {"name":"one"}`
 * @param expressions `require('./cache.mjs').fill()`
 * @throws LeakwrightError `usage`
 */
export function requestScenario(
  base: string,
  requests: readonly string[],
  name: string,
  expressions: readonly string[] = [],
): Scenario {
  const steps = requests.map((text) => parseRequest(text, base));
  return {
    name,
    url: base,
    steps: [...requests, ...expressions],
    warmup: WARMUP,
    iteration: async (page) => {
      for (const step of steps) await send(step);
      for (const expression of expressions) await (page as unknown as NodePage).run(expression);
    },
  };
}

function parseRequest(text: string, base: string): HttpStep {
  const [, method, path, body] = /^([A-Za-z]+)\s+(\S+)(?:\s+([\s\S]+))?$/.exec(text.trim()) ?? [];
  if (method === undefined || path === undefined || !URL.canParse(path, base)) {
    throw new LeakwrightError('usage', `'${text}' is no request.`, {
      hint: 'Write it as "GET /items", or "POST /items {\\"name\\":\\"one\\"}".',
    });
  }
  return { method: method.toUpperCase(), url: new URL(path, base), body };
}

/** @throws LeakwrightError `leaks.scenarioFailed` when the server does not answer, or says that it failed */
async function send({ method, url, body }: HttpStep): Promise<void> {
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers: Record<string, string> = { accept: '*/*' };
  if (body !== undefined) {
    headers['content-type'] = /^[[{]/.test(body) ? 'application/json' : 'text/plain';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  await new Promise<void>((resolve, reject) => {
    const failed = (why: string): void =>
      reject(
        new LeakwrightError('leaks.scenarioFailed', `${method} ${url.pathname} failed: ${why}`, {
          hint: 'Do the request by hand once: an iteration must work again and again.',
        }),
      );
    // No agent: the connection closes with the answer, so a server's own wait for another request is no growth.
    const sent = start(url, { method, headers, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > MAX_BODY_BYTES) sent.destroy(new Error('its answer does not end'));
      });
      response.on('error', (error) => failed(error.message));
      response.on('end', () => {
        if (response.statusCode !== undefined && response.statusCode >= 500) failed(`status ${response.statusCode}`);
        else resolve();
      });
    });
    sent.on('error', (error) => failed(error.message));
    sent.end(body);
  });
}
