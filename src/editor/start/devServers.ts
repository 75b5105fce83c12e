import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { relative } from 'node:path';
import {
  type Listener,
  type ProcessInfo,
  type ProcessReader,
  ancestorsOf,
  findListeners,
  isEditor,
  programName,
} from '../../processes/index.ts';
import { defined, plainText } from '../../support/index.ts';

/** A server on this machine that answers with a page. */
export interface DevServer {
  readonly url: string;
  /** The program that serves: `vite`, `next`, `python3`. */
  readonly tool: string;
  /** Absolute; where it was started. */
  readonly folder?: string;
  /** Of its first page. */
  readonly title?: string;
  readonly pid: number;
}

/** A development server that compiles its first page answers late; the list must not wait for it. */
const ANSWER_MS = 1500;
/** The title is in the head. */
const MAX_BYTES = 64 * 1024;
/** More ports than a person's servers have. */
const MAX_PORTS = 60;

/**
 * The servers of this user that answer with a page, those of the given folders first. What runs this window is left out.
 *
 * @param folders absolute paths of the workspace's folders
 */
export async function findDevServers(reader: ProcessReader, folders: readonly string[]): Promise<DevServer[]> {
  const [listeners, table] = await Promise.all([findListeners(), reader.readTable()]);
  // Of our parents only editors: a user may have started the editor from a dev server's terminal.
  const own = new Set([
    process.pid,
    ...ancestorsOf(table, process.pid)
      .filter(isEditor)
      .map(({ pid }) => pid),
  ]);
  const servers = await Promise.all(
    listeners
      .filter(({ pid }) => !own.has(pid))
      .slice(0, MAX_PORTS)
      .map((listener) => describe(listener, table.processes.get(listener.pid))),
  );
  const rank = ({ folder }: DevServer) => (folder !== undefined && folders.some((one) => isBelow(folder, one)) ? 0 : 1);
  return servers.flatMap((server) => server ?? []).sort((a, b) => rank(a) - rank(b));
}

async function describe(
  { port, pid, folder }: Listener,
  info: ProcessInfo | undefined,
): Promise<DevServer | undefined> {
  // A browser's port for debuggers answers with a page as well.
  if (info?.commandLine.some((argument) => argument.startsWith('--remote-debugging-port'))) return undefined;
  for (const protocol of ['http', 'https'] as const) {
    const url = `${protocol}://localhost:${port}/`;
    const page = await askForPage(url);
    if (page === undefined) continue;
    const title = /<title[^>]*>([^<]{1,200})<\/title>/i.exec(page)?.[1]?.trim();
    return {
      url,
      tool: info ? programName(info) : '',
      pid,
      ...defined({ folder }),
      ...(title ? { title: plainText(title, 60) } : {}),
    };
  }
  return undefined;
}

/** Whether a server answers a browser at this address, with any status. */
export async function answers(url: string): Promise<boolean> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return await new Promise((resolve) => {
    const request = send(url, { rejectUnauthorized: false, timeout: ANSWER_MS * 2 });
    const done = (isThere: boolean) => {
      resolve(isThere);
      request.destroy();
    };
    request.on('error', () => done(false));
    request.on('timeout', () => done(false));
    request.on('response', () => done(true));
    request.end();
  });
}

/** The start of a server's answer to a browser; undefined without an answer, or where it is no page. */
async function askForPage(url: string): Promise<string | undefined> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return await new Promise((resolve) => {
    // Certificates of development servers are not checked: only the title is read.
    const request = send(url, { headers: { accept: 'text/html' }, rejectUnauthorized: false, timeout: ANSWER_MS });
    const done = (page?: string) => {
      resolve(page);
      request.destroy();
    };
    const late = setTimeout(() => done(), ANSWER_MS);
    request.on('error', () => done());
    request.on('close', () => clearTimeout(late));
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const isRedirect = status >= 300 && status < 400 && response.headers.location !== undefined;
      const isPage = /html/i.test(response.headers['content-type'] ?? '');
      if (isRedirect) return done('');
      if (!isPage) return done();
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > MAX_BYTES || /<\/title>/i.test(text)) done(text);
      });
      response.on('end', () => done(text));
    });
    request.end();
  });
}

function isBelow(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith('..');
}
