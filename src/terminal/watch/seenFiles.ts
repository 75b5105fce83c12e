import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type LoadedText, type OpenLeakBrowser, filesBehind } from '../../leaks/index.ts';

/** What a user's own code comes as. */
const KINDS = new Set(['document', 'script', 'stylesheet']);
/** Texts of one page that are read again after its check. */
const MAX_TEXTS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;
const READ_TIMEOUT_MS = 5000;
const READ_AT_ONCE = 8;
/** The most files that one scenario imports, directly or through others. */
const MAX_IMPORTS = 200;

/** The same browser, whose page tells what it loads. */
export function seeing(open: OpenLeakBrowser, urls: Set<string>): OpenLeakBrowser {
  return async (options) => {
    const browser = await open(options);
    return {
      ...browser,
      newPage: async (contextOptions) => {
        const page = await browser.newPage(contextOptions);
        page.on('response', (response) => {
          if (urls.size < MAX_TEXTS && KINDS.has(response.request().resourceType())) urls.add(response.url());
        });
        return page;
      },
    };
  };
}

/**
 * The files of the workspace behind what a check's page loaded, as absolute paths. The texts are fetched again after the
 * check, so that reading them does not disturb its measurements.
 */
export async function filesSeen(urls: Iterable<string>, pageUrl: string, folder: string): Promise<Set<string>> {
  const all = [...urls];
  const texts: LoadedText[] = [];
  for (let at = 0; at < all.length; at += READ_AT_ONCE) {
    const read = all.slice(at, at + READ_AT_ONCE).map(async (url) => ({ url, text: await readText(url) }));
    for (const { url, text } of await Promise.all(read)) if (text !== undefined) texts.push({ url, text });
  }
  const files = await filesBehind(texts, { workspaceFolder: folder, pageUrl, readText });
  return new Set([...files].map((file) => resolve(folder, file)));
}

async function readText(url: string): Promise<string | undefined> {
  try {
    if (url.startsWith('file:')) return readFileSync(new URL(url), 'utf8');
    const response = await fetch(url, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
    if (!response.ok || Number(response.headers.get('content-length') ?? 0) > MAX_BYTES) return undefined;
    const text = await response.text();
    return text.length > MAX_BYTES ? undefined : text;
  } catch {
    return undefined;
  }
}

const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;
const ENDINGS = ['', '.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.json', '/index.ts', '/index.js'];

/** A scenario file and the files beside it that it imports, directly or through others. */
export function withImports(file: string): Set<string> {
  const found = new Set([file]);
  for (const path of found) {
    if (found.size >= MAX_IMPORTS) break;
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      continue;
    }
    for (const [, name] of text.matchAll(IMPORT)) {
      const imported = fileOfImport(join(dirname(path), name!));
      if (imported !== undefined) found.add(imported);
    }
  }
  return found;
}

function fileOfImport(path: string): string | undefined {
  // TypeScript's `./helper.js` may be `./helper.ts` on the disk.
  const bases = [path, path.replace(/\.([cm]?)js$/, '.$1ts')];
  return bases
    .flatMap((base) => ENDINGS.map((ending) => base + ending))
    .find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}
