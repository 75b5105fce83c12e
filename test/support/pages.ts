import { type LoopbackServer, listen } from './listen.ts';

/** Serves the given bodies of HTML pages by path, on loopback. */
export async function servePages(pages: Readonly<Record<string, string>>): Promise<LoopbackServer> {
  return await listen((request, response) => {
    const body = pages[request.url ?? '/'];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><title>test</title><link rel="icon" href="data:,">${body ?? 'not found'}`);
  });
}
