import { readFile, readdir } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import { type BuildResult, type Plugin, build } from 'esbuild';
import { compile } from 'svelte/compiler';
import { WebSocketServer } from 'ws';
import type { FindingKind } from '../../src/leaks/index.ts';

/** What a page of the corpus says about itself in expected.json. */
export type Expected = {
  /** Selectors that one iteration clicks, in order. */
  readonly click: readonly string[];
  /** The module to bundle into bundle.js, for pages that import packages. */
  readonly bundle?: string;
  /** One sentence: why it leaks, or what makes it look as if it did. */
  readonly note: string;
} & (
  | { readonly verdict: 'clean' }
  | {
      readonly verdict: 'leak';
      readonly kind: FindingKind;
      /** Where it is allocated, relative to the page's folder; marked `// leak` there. */
      readonly file: string;
      readonly line: number;
      /** Where it is put into what keeps it, if that is elsewhere; marked `// kept` there. */
      readonly keptFile?: string;
      readonly keptLine?: number;
      readonly holder?: string;
    }
);

export interface CorpusPage {
  readonly name: string;
  readonly folder: string;
  readonly expected: Expected;
}

export interface CorpusServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  urlOf(page: CorpusPage): string;
  close(): Promise<void>;
}

export const corpusFolder = resolve(import.meta.dirname, '..', 'corpus');

/** All pages, by name. */
export async function listCorpus(): Promise<CorpusPage[]> {
  const entries = await readdir(corpusFolder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const folder = join(corpusFolder, name);
      const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected;
      return { name, folder, expected };
    }),
  );
}

/**
 * Serves the corpus on loopback: files as they are, bundles of pages that import packages (production builds with an
 * external source map), `/json`, an event stream at `/events` and a WebSocket at `/socket`.
 */
export async function startCorpusServer(): Promise<CorpusServer> {
  const bundles = new Map<string, Promise<BuildResult<{ write: false }>>>();
  const bundleOf = (folder: string, entry: string): Promise<BuildResult<{ write: false }>> => {
    let bundle = bundles.get(folder);
    if (!bundle) {
      bundle = bundlePage(folder, entry);
      bundles.set(folder, bundle);
    }
    return bundle;
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://corpus');
    if (pathname === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('retry: 100000\ndata: first news\n\n');
      return;
    }
    if (pathname === '/json') {
      send(response, 'application/json', JSON.stringify(Array.from({ length: 20 }, (_, id) => ({ id }))));
      return;
    }
    const path = resolve(join(corpusFolder, decodeURIComponent(pathname)));
    if (!path.startsWith(corpusFolder + sep)) throw new Error('outside the corpus');
    const name = path.slice(path.lastIndexOf(sep) + 1);
    if (name === 'bundle.js' || name === 'bundle.js.map') {
      const folder = path.slice(0, -name.length - 1);
      const { bundle } = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected;
      const { outputFiles } = await bundleOf(folder, bundle ?? 'main.js');
      const file = outputFiles.find((output) => output.path.endsWith(`${sep}${name}`))!;
      send(response, name.endsWith('.map') ? 'application/json' : 'text/javascript', file.text);
      return;
    }
    const file = pathname.endsWith('/') ? join(path, 'index.html') : path;
    send(response, TYPES[extname(file)] ?? 'application/octet-stream', await readFile(file));
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(404, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  });
  const sockets = new WebSocketServer({ server, path: '/socket' });
  sockets.on('connection', (socket) => socket.send('0 : 0'));
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    urlOf: ({ name }) => `${origin}/${name}/`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
};

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

function bundlePage(folder: string, entry: string): Promise<BuildResult<{ write: false }>> {
  return build({
    entryPoints: [join(folder, entry)],
    outfile: join(folder, 'bundle.js'),
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    sourcemap: 'linked',
    jsx: 'automatic',
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    plugins: [svelte],
    logLevel: 'silent',
  });
}

const svelte: Plugin = {
  name: 'svelte',
  setup(build) {
    build.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js } = compile(await readFile(path, 'utf8'), { filename: path, generate: 'client', dev: false });
      return { contents: `${js.code}\n//# sourceMappingURL=${js.map.toUrl()}`, loader: 'js' };
    });
  },
};
