import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a folder says of its pages, without running anything of it. */
export interface ProjectPages {
  /** Of its Playwright configuration: where its tests begin. */
  readonly configured: readonly { readonly url: string; readonly config: string; readonly startsServer: boolean }[];
  /** Scripts of package.json that serve, the likeliest first. */
  readonly scripts: readonly { readonly name: string; readonly command: string }[];
}

const CONFIGURATIONS = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs'].map((extension) => `playwright.config.${extension}`);
/** By name, as their authors call them; `build` and `test` serve nothing. */
const SERVING = ['dev', 'start', 'serve', 'develop', 'preview', 'start:dev'];

/** Reads the texts only: a configuration is code, and the first question must not run it. */
export function readProjectPages(folder: string): ProjectPages {
  const config = CONFIGURATIONS.find((name) => existsSync(join(folder, name)));
  return {
    configured: config === undefined ? [] : pagesOfConfiguration(textOf(join(folder, config)), config),
    scripts: servingScripts(textOf(join(folder, 'package.json'))),
  };
}

/** `baseURL`, and the address (or port) of each web server, as literals: `process.env.URL ?? 'http://…'` has one too. */
export function pagesOfConfiguration(text: string, config: string): ProjectPages['configured'] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
  const startsServer = /\bwebServer\s*:/.test(code);
  const literal = (name: string) =>
    [...code.matchAll(new RegExp(`\\b${name}\\s*:[^,\\n}]*?['"\`](https?://[^'"\`\\s$]+)['"\`]`, 'g'))].map(
      ([, url]) => url!,
    );
  const ports = startsServer
    ? [...code.matchAll(/\bport\s*:\s*(\d{2,5})\b/g)].map(([, port]) => `http://localhost:${port}/`)
    : [];
  const urls = [...literal('baseURL'), ...literal('url'), ...ports].flatMap((url) =>
    URL.canParse(url) ? [new URL(url).href] : [],
  );
  return [...new Set(urls)].map((url) => ({ url, config, startsServer }));
}

export function servingScripts(text: string): ProjectPages['scripts'] {
  let scripts: unknown;
  try {
    ({ scripts } = JSON.parse(text) as { scripts?: unknown });
  } catch {
    return [];
  }
  if (typeof scripts !== 'object' || scripts === null) return [];
  const all = scripts as Record<string, unknown>;
  return SERVING.flatMap((name) => {
    const command = all[name];
    return typeof command === 'string' ? [{ name, command }] : [];
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
