import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { RequestPage, SessionInfo } from '../../sessions/index.ts';
import { defined, count, formatDuration, plainText } from '../../support/index.ts';
import { answerWithData, orRefuse } from '../answer.ts';
import { webUrl } from '../inputs.ts';
import type { Workbench } from '../workbench.ts';

/** Bytes of a body as text in an answer: models pay for every word. */
const MAX_BODY = 2000;

/** Managed browsers of this client. All of them end with it. */
export function addSessionTools(server: McpServer, workbench: Workbench): void {
  const { sessions } = workbench;

  server.registerTool(
    'launch_session',
    {
      title: 'Launch a managed browser',
      description:
        'Launches a browser session that is cleaned up completely when it is closed or when this client goes away. Gives its id and the endpoint for Playwright scripts (browserType.connect).',
      inputSchema: {
        url: webUrl.optional().describe('A page to open.'),
        browser: z.enum(['chromium', 'chrome', 'msedge', 'firefox', 'webkit']).default('chromium'),
        headless: z.boolean().default(true),
        name: z.string().max(80).optional().describe('For people.'),
        captureBodies: z.boolean().default(false).describe('Keep the beginning of response bodies.'),
      },
      annotations: { destructiveHint: false, openWorldHint: true },
    },
    orRefuse(async ({ url, browser, headless, name, captureBodies }, { signal }) => {
      const source =
        browser === 'chrome' || browser === 'msedge'
          ? ({ kind: 'launch', channel: browser, headless } as const)
          : ({ kind: 'launch', family: browser, headless } as const);
      const session = await sessions.launch(
        {
          source,
          ...defined({ url, name }),
          capture: captureBodies ? {} : { maxBodyBytes: 0 },
        },
        workbench.signalFor(signal),
      );
      return answerWithData(`Session ${session.id}: ${describeSession(session)}.`, {
        session: publicSession(session),
      });
    }),
  );

  server.registerTool(
    'list_sessions',
    {
      title: 'List sessions',
      description: 'Lists the browser sessions that this client launched, with their pages and what they hold.',
      inputSchema: {},
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    orRefuse(async () => {
      const list = await sessions.list();
      const text = list.map((session) => `${session.id}: ${describeSession(session)}`).join('\n');
      return answerWithData(text || 'No session is open.', { sessions: list.map(publicSession) });
    }),
  );

  server.registerTool(
    'open_url',
    {
      title: 'Open a page',
      description: 'Opens a page in a session.',
      inputSchema: { sessionId: z.string(), url: webUrl },
      annotations: { destructiveHint: false, openWorldHint: true },
    },
    orRefuse(async ({ sessionId, url }) => {
      const session = await sessions.ask('openUrl', sessionId, url);
      return answerWithData(describeSession(session), { session: publicSession(session) });
    }),
  );

  server.registerTool(
    'read_requests',
    {
      title: 'Read captured requests',
      description:
        "Reads the requests that a session's pages made, oldest first. Give the cursor of the answer to read on. Secrets in headers and addresses are masked.",
      inputSchema: {
        sessionId: z.string(),
        cursor: z
          .string()
          .optional()
          .describe('From a former answer, with its filter; without it reading begins with the oldest.'),
        limit: z.number().int().min(1).max(200).default(50),
        urlContains: z.string().optional(),
        method: z.string().optional(),
        status: z.union([z.number().int(), z.enum(['error', 'failed'])]).optional(),
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    orRefuse(async ({ sessionId, cursor, limit, urlContains, method, status }) => {
      const filter = {
        ...defined({ urlContains, method, status }),
      };
      const at = cursor ?? (await sessions.ask('openCursor', sessionId, filter));
      const page = await sessions.ask('readCursor', sessionId, at, limit);
      const { more, skipped } = page;
      const rest = more ? '; there are more: read on with the cursor' : ', no more for now';
      const requests = page.requests.map(publicRequest);
      return answerWithData(`${count(requests.length, 'request')}${rest}.`, { requests, skipped, cursor: at, more });
    }),
  );

  server.registerTool(
    'close_session',
    {
      title: 'Close a session',
      description:
        'Closes a browser session of this client and cleans up after it; says what was cleaned and what was not.',
      inputSchema: { sessionId: z.string() },
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    orRefuse(async ({ sessionId }) => {
      const summary = await workbench.during(sessions.close(sessionId));
      const text = summary.successful
        ? `Closed in ${formatDuration(summary.durationMs)}, nothing left.`
        : `Closed, but: ${summary.errors.map(({ step, message }) => `${step}: ${message}`).join('; ')}`;
      return answerWithData(text, { summary: { ...summary } });
    }),
  );
}

function describeSession({ name, browser, state, urls }: SessionInfo): string {
  const at = urls.length === 0 ? '' : ` at ${urls.map((url) => plainText(url, 120)).join(', ')}`;
  return `${plainText(name, 80)}, ${browser.name} ${browser.version}, ${state}${at}`;
}

/** What an agent needs of a session. */
function publicSession({ id, name, state, browser, urls, endpoints, resources, startedAt, warnings }: SessionInfo) {
  return { id, name, state, browser, urls, endpoints, resources, startedAt, warnings };
}

function publicRequest({ body, ...request }: RequestPage['requests'][number]) {
  if (body === undefined) return request;
  return { ...request, body: Buffer.from(body).toString('utf8').slice(0, MAX_BODY) };
}
