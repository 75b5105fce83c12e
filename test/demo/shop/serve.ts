/** Bundles the shop with source maps and serves it on loopback: `node serve.ts [port]`. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { build } from 'esbuild';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.map': 'application/json',
};

export interface ShopServer {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Builds the pages in memory (nothing is written) and serves them. Port 0 takes any free one.
 *
 * @param folder the shop, or a copy of it, which needs no esbuild of its own then
 */
export async function serveShop(port = 0, folder = import.meta.dirname): Promise<ShopServer> {
  const bundle = await build({
    entryPoints: [join(folder, 'src/shop.ts'), join(folder, 'src/shopFixed.ts')],
    outdir: join(folder, 'dist'),
    bundle: true,
    format: 'esm',
    sourcemap: 'linked',
    write: false,
  });
  const built = new Map(bundle.outputFiles.map((file) => [file.path, file.contents]));

  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = join(folder, path === '/' ? 'index.html' : path);
    const content = built.get(file) ?? readFile(file);
    void Promise.resolve(content).then(
      (body) => {
        response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
        response.end(body);
      },
      () => response.writeHead(404).end('Not found'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === import.meta.filename) {
  const port = Number(process.argv[2] ?? 4173);
  const server = await serveShop(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    console.error(`Port ${port} is in use. Give another one: node serve.ts 4174`);
    process.exit(3);
  });
  console.log(`The tea shop is open at ${server.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}
