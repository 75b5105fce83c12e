import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TransformOptions, transform } from 'esbuild';
import { type GeneratedFrame } from '../../../../../src/leaks/explain/sources/index.ts';
import { createSourceMapper } from '../../../../../src/leaks/explain/sources/sourceMapper.ts';

const origin = 'http://127.0.0.1:8080';

const panelSource = `type Options = { title: string };

export class Panel {
  constructor(readonly options: Options) {}
}

const closedPanels: Panel[] = [];
export function closePanel(options: Options): void {
  closedPanels.push(new Panel(options));
}
`;

/** Where some text starts in a generated script, as V8 says it. */
function frameAt(url: string, code: string, text: string, name = ''): GeneratedFrame {
  const before = code.slice(0, code.indexOf(text)).split('\n');
  assert.ok(code.includes(text), `${text} in ${code}`);
  return { url, line: before.length, column: before.at(-1)!.length + 1, function: name };
}

describe('source mapping', () => {
  let workspace: string;
  const served = new Map<string, string>();

  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'leakwright-sources-'));
    served.clear();
  });
  afterEach(() => rm(workspace, { recursive: true, force: true }));

  async function write(path: string, text: string): Promise<string> {
    const file = join(workspace, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }
  const mapper = (options: { baseUrl?: string } = {}) =>
    createSourceMapper({
      workspaceFolder: workspace,
      fetchText: (url) => Promise.resolve(served.get(url.replace(/\?.*$/, ''))),
      ...options,
    });
  const compile = (source: string, options: TransformOptions) =>
    transform(source, { loader: 'ts', sourcesContent: false, ...options });

  /** A minified bundle of panelSource, with a map that names its source so. */
  async function bundle(sourcefile: string, options: TransformOptions = {}) {
    const { code, map } = await compile(panelSource, { minify: true, sourcemap: 'external', sourcefile, ...options });
    return { code, map: JSON.parse(map) as { sources: string[]; sourcesContent?: string[] } };
  }
  async function serveBundle(path: string, sourcefile: string, change: (map: object) => object = (map) => map) {
    const { code, map } = await bundle(sourcefile);
    const text = `${code}//# sourceMappingURL=${path.split('/').at(-1)}.map\n`;
    served.set(`${origin}${path}`, text);
    served.set(`${origin}${path}.map`, JSON.stringify(change(map)));
    return frameAt(`${origin}${path}`, text, 'new ', 'x');
  }
  const newPanel = { line: 9, column: 21 };

  it('finds the line of a minified bundle in the file it was written in', async () => {
    await write('src/panel.ts', panelSource);
    const frame = await serveBundle('/assets/app.js', '../src/panel.ts');
    assert.deepEqual(await mapper().locate(frame), { file: 'src/panel.ts', ...newPanel, function: 'x' });
  });

  for (const [what, name] of [
    ['webpack', 'webpack://shop/./src/panel.ts?1f2e'],
    ['webpack without a namespace', 'webpack:///src/panel.ts'],
    ["webpack's eval names", 'webpack-internal:///(app-pages-browser)/./src/panel.ts'],
    ['turbopack', 'turbopack:///[project]/src/panel.ts'],
    ['vite', '/src/panel.ts?t=1700000000000'],
  ] as const) {
    it(`understands the names of ${what}`, async () => {
      await write('src/panel.ts', panelSource);
      const frame = await serveBundle('/main.js', 'placeholder', (map) => ({ ...map, sources: [name] }));
      assert.equal((await mapper().locate(frame)).file, 'src/panel.ts');
    });
  }

  it('understands absolute paths, file URLs and /@fs/ of a workspace', async () => {
    const file = await write('src/panel.ts', panelSource);
    for (const source of [file, pathToFileURL(file).href, `${origin}/@fs${file}`, `webpack://${file}`]) {
      const frame = await serveBundle('/main.js', 'placeholder', (map) => ({ ...map, sources: [source] }));
      assert.equal((await mapper().locate(frame)).file, 'src/panel.ts', source);
    }
  });

  it('applies sourceRoot', async () => {
    await write('packages/shop/panel.ts', panelSource);
    const frame = await serveBundle('/main.js', 'panel.ts', (map) => ({ ...map, sourceRoot: '/packages/shop/' }));
    assert.equal((await mapper().locate(frame)).file, 'packages/shop/panel.ts');
  });

  it('finds the file of a package by what it contains when its path says too little', async () => {
    await write('packages/a/src/panel.ts', 'export const other = 1;\n');
    await write('packages/b/src/panel.ts', panelSource.replaceAll('\n', '\r\n'));
    const frame = await serveBundle('/main.js', 'src/panel.ts', (map) => ({ ...map, sourcesContent: [panelSource] }));
    assert.equal((await mapper().locate(frame)).file, 'packages/b/src/panel.ts');
  });

  it('does not choose between two files that the path fits equally', async () => {
    await write('packages/a/src/panel.ts', panelSource);
    await write('packages/b/src/panel.ts', panelSource);
    const name = 'webpack://x/src/panel.ts';
    const frame = await serveBundle('/main.js', 'placeholder', (map) => ({ ...map, sources: [name] }));
    assert.equal((await mapper().locate(frame)).file, name);
  });

  it('reads inline maps, base64 and percent-encoded', async () => {
    await write('src/panel.ts', panelSource);
    const { code, map } = await bundle('src/panel.ts');
    const json = JSON.stringify(map);
    for (const url of [
      `data:application/json;charset=utf-8;base64,${Buffer.from(json).toString('base64')}`,
      `data:application/json,${encodeURIComponent(json)}`,
    ]) {
      served.set(`${origin}/inline.js`, `${code}//# sourceMappingURL=${url}`);
      const located = await mapper().locate(frameAt(`${origin}/inline.js`, code, 'new '));
      assert.deepEqual([located.file, located.line], ['src/panel.ts', 9]);
    }
  });

  it('reads index maps, also sections that are files of their own', async () => {
    await write('src/panel.ts', panelSource);
    const { code, map } = await bundle('src/panel.ts');
    const text = `/* first */\n/* second */\n${code}//# sourceMappingURL=/index.map`;
    served.set(`${origin}/main.js`, text);
    served.set(`${origin}/section.map`, JSON.stringify(map));
    for (const section of [{ map }, { url: 'section.map' }]) {
      const sections = [
        { offset: { line: 0, column: 0 }, url: 'missing.map' },
        { offset: { line: 2, column: 0 }, ...section },
      ];
      served.set(`${origin}/index.map`, JSON.stringify({ version: 3, sections }));
      const located = await mapper().locate(frameAt(`${origin}/main.js`, text, 'new '));
      assert.deepEqual([located.file, located.line], ['src/panel.ts', 9]);
    }
  });

  it('names the generated line when the map is missing, broken, or knows nothing of the place', async () => {
    const frame = await serveBundle('/main.js', 'src/panel.ts');
    for (const map of [
      undefined,
      '',
      '{"version":3',
      '[]',
      'null',
      '<!doctype html>',
      '{"version":3,"sources":[],"names":[],"mappings":"!!"}',
    ]) {
      if (map === undefined) served.delete(`${origin}/main.js.map`);
      else served.set(`${origin}/main.js.map`, map);
      assert.deepEqual(await mapper().locate(frame), {
        file: frame.url,
        line: frame.line,
        column: frame.column,
        function: frame.function,
      });
    }
    const throwing = createSourceMapper({
      workspaceFolder: workspace,
      fetchText: () => Promise.reject(new Error('gone')),
    });
    assert.equal((await throwing.locate(frame)).file, frame.url);
  });

  it('does not take a map comment inside a string, or of a script inside a page, for the file’s own', async () => {
    const text = `const a = "//# sourceMappingURL=none.map"; leak();`;
    served.set(`${origin}/a.js`, text);
    served.set(`${origin}/page`, `<!doctype html>\n<script>leak();\n//# sourceMappingURL=none.map\n</script>`);
    for (const path of ['/a.js', '/page']) {
      const frame = { url: `${origin}${path}`, line: 1, column: 3, function: '' };
      assert.equal((await mapper().locate(frame)).line, 1);
    }
  });

  it('takes what is served for the workspace file with the same content, wherever the server has its root', async () => {
    await write('site/public/js/app.js', 'leak();\n');
    await write('other/js/app.js', 'different();\n');
    await write('site/public/index.html', '<!doctype html><p>home');
    served.set(`${origin}/js/app.js`, 'leak();\n');
    served.set(`${origin}/`, '<!doctype html><p>home');
    served.set(`${origin}/js/unknown.js`, 'nobody();');
    const locate = async (path: string) =>
      (await mapper().locate({ url: origin + path, line: 1, column: 1, function: '' })).file;
    assert.equal(await locate('/js/app.js?v=3'), 'site/public/js/app.js');
    assert.equal(await locate('/'), 'site/public/index.html');
    assert.equal(await locate('/js/unknown.js'), `${origin}/js/unknown.js`);
  });

  it('reads file URLs from disk', async () => {
    const file = await write('page.html', '<script>leak()</script>');
    const located = await mapper().locate({ url: pathToFileURL(file).href, line: 1, column: 9, function: 'go' });
    assert.deepEqual(located, { file: 'page.html', line: 1, column: 9, function: 'go' });
  });

  it('uses the base URL for what is served below a prefix', async () => {
    await write('src/panel.ts', panelSource);
    const frame = await serveBundle('/preview/shop/main.js', 'src/panel.ts');
    assert.equal((await mapper({ baseUrl: `${origin}/preview/shop/` }).locate(frame)).file, 'src/panel.ts');
  });

  it("names the user's frame first and keeps the library's in the stack", async () => {
    await write('src/app.js', 'leak();\n');
    served.set(`${origin}/src/app.js`, 'leak();\n');
    const frame = (path: string): GeneratedFrame => ({ url: origin + path, line: 1, column: 1, function: path });
    const stack = ['/node_modules/.vite/deps/react.js', '/assets/vendor-1f2e.js', '/src/app.js', '/src/main.js'];
    const site = await mapper().toSite(stack.map(frame), 'line');
    assert.equal(site?.file, 'src/app.js');
    assert.equal(site.precision, 'line');
    assert.deepEqual(
      site.stack.map(({ function: name }) => name),
      stack,
    );
  });

  it("takes a package's own sources for the library's, and a user's minified script before it for the user's", async () => {
    const library = await serveBundle('/node_modules/navigo/lib/navigo.js', 'webpack://Navigo/src/hooks.ts');
    served.set(`${origin}/script.min.js`, 'leak()\n//# sourceMappingURL=gone.map\n');
    const user: GeneratedFrame = { url: `${origin}/script.min.js`, line: 1, column: 1, function: 'aboutHook' };
    const site = await mapper().toSite([user, library], 'line');
    assert.equal(site?.file, `${origin}/script.min.js`);
    assert.match(site.stack[1]!.file, /hooks\.ts$/);
  });

  it("honours a map's ignore list", async () => {
    await write('src/panel.ts', panelSource);
    await write('src/caller.js', 'call();\n');
    served.set(`${origin}/src/caller.js`, 'call();\n');
    const caller: GeneratedFrame = { url: `${origin}/src/caller.js`, line: 1, column: 1, function: 'caller' };
    for (const list of ['ignoreList', 'x_google_ignoreList']) {
      const frame = await serveBundle('/main.js', 'src/panel.ts', (map) => ({ ...map, [list]: [0] }));
      const site = await mapper().toSite([frame, caller], 'function');
      assert.equal(site?.file, 'src/caller.js', list);
      assert.equal(site.stack[0]?.file, 'src/panel.ts');
    }
  });

  it('names the innermost frame when all are libraries, and nothing for an empty stack', async () => {
    const frame = { url: `${origin}/node_modules/lib/index.js`, line: 4, column: 2, function: 'add' };
    assert.equal((await mapper().toSite([frame, frame], 'line'))?.function, 'add');
    assert.equal(await mapper().toSite([], 'line'), undefined);
  });

  it('gives functions the names they have in the source', async () => {
    await write('src/panel.ts', panelSource);
    const { code, map } = await bundle('src/panel.ts', { minify: true, format: 'iife', globalName: 'shop' });
    served.set(`${origin}/main.js`, `${code}//# sourceMappingURL=main.js.map`);
    served.set(`${origin}/main.js.map`, JSON.stringify(map));
    const generatedName = /function (\w+)\(\w+\)\{\w+\.push\(new/.exec(code)![1]!;
    const located = await mapper().locate(frameAt(`${origin}/main.js`, code, 'push(new', generatedName));
    assert.notEqual(generatedName, 'closePanel');
    assert.deepEqual([located.function, located.line], ['closePanel', 9]);
  });

  it('gives a minified variable the name it has in the source, if there is one variable of that name', async () => {
    const source = `const closedPanels = [];\nexport function close(panel, { extra = panel }) { closedPanels.push(panel, extra); }
      export function open(panel) { return [panel, closedPanels.length]; }`;
    const { code, map } = await compile(source, {
      minify: true,
      format: 'esm',
      sourcemap: 'external',
      sourcefile: 'a.ts',
    });
    served.set(`${origin}/a.js`, `${code}//# sourceMappingURL=a.js.map`);
    served.set(`${origin}/a.js.map`, map);
    const short = /const (\w+)=\[\]/.exec(code)![1]!;
    const parameter = /function \w+\((\w+)\)/.exec(code)![1]!;
    assert.notEqual(short, 'closedPanels');
    assert.equal(await mapper().variableName(short, `${origin}/a.js`), 'closedPanels');
    assert.equal(await mapper().variableName(parameter, `${origin}/a.js`), undefined, 'two functions have one');
    assert.equal(await mapper().variableName('nothing', `${origin}/a.js`), undefined);
    assert.equal(await mapper().variableName(short, `${origin}/none.js`), undefined);
  });

  it('gives a short name that many functions declare the name it has where something is put into it', async () => {
    const source = `
      export function shop() { const listeners = []; return (one) => { listeners.push(one); }; }
      export function other() { const orders = []; return (one) => { orders.push(one); }; }`;
    const { code, map } = await compile(source, {
      minify: true,
      format: 'esm',
      sourcemap: 'external',
      sourcefile: 'c.ts',
    });
    served.set(`${origin}/c.js`, `${code}//# sourceMappingURL=c.js.map`);
    served.set(`${origin}/c.js.map`, map);
    const puts = [...code.matchAll(/(\w+)\.(?=push)/g)];
    const short = puts[0]![1]!;
    assert.equal(puts[1]![1], short, 'both have the same short name');
    const nameAt = (put: RegExpMatchArray, name = short): Promise<string | undefined> =>
      mapper().variableName(name, `${origin}/c.js`, {
        url: `${origin}/c.js`,
        line: 1,
        column: put.index! + put[0].length + 1,
        function: '',
      });
    assert.equal(await nameAt(puts[0]!), 'listeners');
    assert.equal(await nameAt(puts[1]!), 'orders');
    assert.equal(await nameAt(puts[1]!, 'other'), undefined, 'it is another variable that is used there');
    assert.equal(await mapper().variableName(short, `${origin}/c.js`), undefined);
  });

  it('gives a minified private field the name it has in the source', async () => {
    const source = 'export class Store { #listeners = new Set(); add(one) { this.#listeners.add(one); } }';
    const { code, map } = await compile(source, {
      minify: true,
      format: 'esm',
      sourcemap: 'external',
      sourcefile: 'b.ts',
    });
    served.set(`${origin}/b.js`, `${code}//# sourceMappingURL=b.js.map`);
    served.set(`${origin}/b.js.map`, map);
    const short = /#\w+/.exec(code)![0];
    assert.notEqual(short, '#listeners');
    assert.equal(await mapper().variableName(short, `${origin}/b.js`), '#listeners');
  });

  it('keeps a bounded number of scripts', async () => {
    let fetched = 0;
    const bounded = createSourceMapper({
      workspaceFolder: workspace,
      fetchText: () => {
        fetched += 1;
        return Promise.resolve('x();');
      },
    });
    const frame = (n: number): GeneratedFrame => ({ url: `${origin}/${n}.js`, line: 1, column: 1, function: '' });
    for (let n = 0; n < 300; n += 1) await bounded.locate(frame(n));
    await bounded.locate(frame(299));
    assert.equal(fetched, 300, 'the newest are kept');
    await bounded.locate(frame(0));
    assert.equal(fetched, 301, 'the oldest made room');
  });
});
