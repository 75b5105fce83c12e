import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Scenario } from '../../scenarios/index.ts';
import { LeakwrightError, errnoOf } from '../../support/index.ts';
import { KeptConnection } from './keptConnection.ts';
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
 * A scenario whose iteration is a few HTTP requests, one after the other, each answered to its end, and then a few expressions that
 * the program runs, each to the end of its promise. Each request has a connection of its own, unless the setup sees that the program
 * keeps something for a connection with each request: those leaks end with their connection, so one is kept.
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
  const kept = steps[0] && new KeptConnection(steps[0].url);
  return {
    name,
    url: base,
    steps: [...requests, ...expressions],
    warmup: WARMUP,
    ...(kept && {
      setup: async (page) =>
        await kept.openIfItFills(page as unknown as NodePage, async () => {
          for (const step of steps) await send(step, kept);
        }),
      teardown: async (page) => await kept.close(page as unknown as NodePage),
    }),
    iteration: async (page) => {
      for (const step of steps) await send(step, kept);
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
async function send(step: HttpStep, kept: KeptConnection | undefined): Promise<void> {
  const { method, url, body } = step;
  const agent = kept?.agentFor(url) ?? false;
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers: Record<string, string> = { accept: '*/*' };
  if (body !== undefined) {
    headers['content-type'] = /^[[{]/.test(body) ? 'application/json' : 'text/plain';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  const answered = await new Promise<'answered' | 'closed meanwhile'>((resolve, reject) => {
    const failed = (why: string): void =>
      reject(
        new LeakwrightError('leaks.scenarioFailed', `${method} ${url.pathname} failed: ${why}`, {
          hint: 'Do the request by hand once: an iteration must work again and again.',
        }),
      );
    // Without an agent the connection closes with the answer, so a server's own wait for another request is no growth.
    const sent = start(url, { method, headers, agent }, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > MAX_BODY_BYTES) sent.destroy(new Error('its answer does not end'));
      });
      response.on('error', (error) => failed(error.message));
      response.on('end', () => {
        if (response.statusCode !== undefined && response.statusCode >= 500) failed(`status ${response.statusCode}`);
        else resolve('answered');
      });
    });
    sent.on('error', (error) => {
      // The server closed the kept connection in the moment in which the request was sent.
      if (sent.reusedSocket && errnoOf(error) === 'ECONNRESET') resolve('closed meanwhile');
      else failed(error.message);
    });
    sent.end(body);
  });
  if (answered === 'closed meanwhile') await send(step, kept);
}
