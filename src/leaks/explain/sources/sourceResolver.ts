import { isAbsolute, posix } from 'node:path';
import { type WorkspaceFiles, createWorkspaceFiles, filePathOf } from './workspaceFiles.ts';

interface SourceOrigin {
  /** What the map says the source contains. */
  readonly content: string | undefined;
  readonly generatedUrl: string;
  readonly generatedText: string | undefined;
}

/** Says which workspace file the URL of a script, or a name in a source map, stands for. */
export interface SourceResolver {
  /** The workspace-relative path of the file that is served at a URL, or undefined. */
  fileOfUrl(url: string, text: string | undefined): Promise<string | undefined>;
  /**
   * The text of the source map that lies beside the file of the workspace that is served at a URL (`hidden-source-map`: the
   * script itself does not name it); undefined where there is none.
   */
  mapBeside(url: string, text: string): Promise<{ readonly file: string; readonly text: string } | undefined>;
  /** The workspace-relative path of a source of a map; its URL where it is not there. */
  fileOfSource(source: string, origin: SourceOrigin): Promise<string>;
}

/** Folders that development servers usually serve as their root. */
const SERVED_FOLDERS = ['', 'public', 'static', 'dist', 'build', 'www', 'src', 'app', 'out', 'web'];

export function createSourceResolver(options: {
  readonly workspaceFolder: string;
  readonly baseUrl?: string;
}): SourceResolver {
  const files: WorkspaceFiles = createWorkspaceFiles(options.workspaceFolder);

  /** The workspace file with that text, if its name fits one of the paths. */
  async function served(paths: readonly string[], text: string): Promise<string | undefined> {
    for (const path of paths) {
      const names =
        path === '' || path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`, `${path}/index.html`];
      for (const name of names) {
        const file = await files.withContent(name, text);
        if (file !== undefined) return file;
      }
    }
    return undefined;
  }

  async function fileOfUrl(url: string, text: string | undefined): Promise<string | undefined> {
    const onDisk = filePathOf(url) ?? fsPath(url);
    if (onDisk !== undefined) return files.relativePath(onDisk);
    if (text === undefined) return undefined;
    const paths = pathsOf(url, options.baseUrl);
    const same = await served(paths, text);
    if (same !== undefined || !looksTransformed(text)) return same;
    // A dev server compiled the file for the browser: the text differs, so only the path is left to go by.
    for (const path of paths) {
      for (const folder of SERVED_FOLDERS) {
        const file = await files.at(posix.join(folder, path));
        if (file !== undefined) return file;
      }
    }
    return undefined;
  }

  async function fileOfSource(source: string, origin: SourceOrigin): Promise<string> {
    const clean = cleanSource(source);
    const direct = await existing(clean, source, origin);
    if (direct !== undefined) return direct;
    const fromUrl = pathsOf(clean, options.baseUrl);
    const paths = fromUrl.length > 0 ? fromUrl : [clean.replace(/^(?:\.{0,2}\/)+/, '')];
    if (origin.content !== undefined) {
      const same = await served(paths, origin.content);
      if (same !== undefined) return same;
    }
    for (const path of paths) {
      const file = await files.onlyEndingWith(path);
      if (file !== undefined) return file;
    }
    return source;
  }

  async function existing(clean: string, source: string, origin: SourceOrigin): Promise<string | undefined> {
    const onDisk = filePathOf(clean) ?? fsPath(clean);
    if (onDisk !== undefined) return files.relativePath(onDisk);
    const paths = pathsOf(clean, options.baseUrl);
    if (paths.length === 0) {
      // `webpack:///home/me/app/src/a.ts` is an absolute path that lost its slash.
      const inWorkspace = await files.relativePath(isAbsolute(clean) ? clean : `/${clean}`);
      return inWorkspace ?? files.at(clean.replace(/^\/+/, ''));
    }
    // A relative source was resolved against the URL of its script. Where the script itself is a file of the workspace
    // (dist/assets/app.js), the source is relative to that file.
    const generated = await fileOfUrl(origin.generatedUrl, origin.generatedText);
    const upward = generated === undefined ? undefined : relativeUrlPath(origin.generatedUrl, source);
    if (generated !== undefined && upward !== undefined) {
      const beside = await files.at(posix.join(posix.dirname(generated), upward));
      if (beside !== undefined) return beside;
    }
    for (const path of paths) {
      // An absolute path in the map was resolved against the URL of the script, too.
      const file = (await files.at(path)) ?? (await files.relativePath(`/${path}`));
      if (file !== undefined) return file;
    }
    return undefined;
  }

  async function mapBeside(url: string, text: string): Promise<{ file: string; text: string } | undefined> {
    const file = await served(pathsOf(url, options.baseUrl), text);
    const beside = file === undefined ? undefined : await files.at(`${file}.map`);
    const map = beside === undefined ? undefined : await files.read(beside);
    return map === undefined ? undefined : { file: beside!, text: map };
  }

  return { mapBeside, fileOfUrl, fileOfSource };
}

/**
 * The decoded paths that a URL may have in the workspace, without a leading slash: below the origin, and below the base.
 * None for what is no http(s) URL.
 */
function pathsOf(url: string, baseUrl: string | undefined): string[] {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return [];
  const { origin, pathname } = new URL(url);
  const paths = [decoded(pathname.slice(1))];
  if (baseUrl !== undefined && URL.canParse(baseUrl)) {
    const base = new URL('.', baseUrl);
    if (base.origin === origin && base.pathname !== '/' && pathname.startsWith(base.pathname))
      paths.push(decoded(pathname.slice(base.pathname.length)));
  }
  return paths;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Vite serves files from outside its root as `/@fs/absolute/path`. */
function fsPath(url: string): string | undefined {
  const [path] = pathsOf(url, undefined);
  const absolute = path === undefined ? undefined : /^@fs(?<path>\/.+)$/.exec(path)?.groups?.['path'];
  // On Windows it reads /@fs/C:/dir.
  return absolute?.replace(/^\/(?=[A-Za-z]:\/)/, '');
}

/** How one gets from the folder of a URL to another URL of the same origin (`../src/a.ts`). */
function relativeUrlPath(from: string, to: string): string | undefined {
  if (!URL.canParse(from) || !URL.canParse(to) || new URL(from).origin !== new URL(to).origin) return undefined;
  return posix.relative(posix.dirname(new URL(from).pathname), new URL(to).pathname);
}

/** A compiled module of a dev server: it names its source map, or imports what only a server resolves. */
function looksTransformed(text: string): boolean {
  return /[#@] sourceMappingURL=|\/@vite\/|\/node_modules\/\.vite\//.test(text);
}

/**
 * A source's name without what bundlers put around it: `webpack://app/./src/a.ts?1f2e` is `src/a.ts`,
 * `webpack-internal:///(app)/./src/a.tsx` too; `vite` adds `?t=` and `?v=`.
 */
function cleanSource(source: string): string {
  let name = source.replace(/^webpack-internal:\/\/\/(?:\([^)]*\)\/)?/, 'webpack:///');
  const bundled = /^(?:webpack|turbopack|rspack|ng|parcel|rollup|vite|meteor):\/\/(?<rest>.*)$/.exec(name)?.groups?.[
    'rest'
  ];
  if (bundled !== undefined) {
    const [namespace = '', ...path] = bundled.split('/');
    // `webpack://src/a.ts` has no namespace, but a URL parser cannot tell; `[project]` is turbopack's workspace.
    name = namespace.includes('.') && namespace !== '.' && path.length === 0 ? namespace : path.join('/');
    name = name.replace(/^\[(?:project|root-of-the-server)\]\//, '');
    name = name.replace(/\?[0-9a-f]{4,}$/i, '').replace(/^(?:\.\/)+/, '');
  }
  return /^https?:/i.test(name) ? name.replace(/[?#].*$/, '') : name.replace(/\?.*$/, '');
}
