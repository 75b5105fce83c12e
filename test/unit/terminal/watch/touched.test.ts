import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesBehind } from '../../../../src/leaks/index.ts';
import { FileWatch, touchedBy } from '../../../../src/terminal/watch/fileWatch.ts';
import { withImports } from '../../../../src/terminal/watch/seenFiles.ts';

// A check that is not run again after its code changed shows an old verdict as today's.
describe('What a change touches', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  };
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-watch-')))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the scenario that was written or imports it, the page that loaded it, and all for a configuration', () => {
    const checks = [
      {
        key: 'cart',
        own: new Set(['/a/cart.leak.ts', '/a/steps.ts']),
        seen: new Set(['/a/src/cart.ts', '/a/src/bus.ts']),
      },
      { key: 'menu', own: new Set(['/a/menu.leak.ts', '/a/steps.ts']), seen: new Set(['/a/src/bus.ts']) },
    ];
    const touched = (...files: string[]) => [...touchedBy(files, checks)].join(' ');
    assert.equal(touched('/a/cart.leak.ts'), 'cart');
    assert.equal(touched('/a/steps.ts'), 'cart menu');
    assert.equal(touched('/a/src/cart.ts'), 'cart');
    assert.equal(touched('/a/src/bus.ts'), 'cart menu');
    assert.equal(touched('/a/leakwright.config.mts'), 'cart menu');
    assert.equal(touched('/a/playwright.config.ts'), 'cart menu');
    assert.equal(touched('/a/src/nobody.ts'), '');
    assert.equal(touched('/a/leaks.json', '/a/leakwright.config.md'), '');
    assert.equal([...touchedBy([], [{ ...checks[0]!, seen: undefined }])].join(' '), 'cart', 'what never ran is due');
  });

  it('knows what a scenario imports, through others and in circles', () => {
    write('a.leak.ts', `import { x } from './steps.js';\nimport type { Page } from 'playwright';`);
    write('steps.ts', `export * from './deep'; const a = require('./data.json');`);
    write('deep/index.ts', `import '../a.leak.ts'; await import('./none.ts');`);
    write('data.json', '{}');
    const found = [...withImports(at('a.leak.ts'))].map((file) => file.slice(folder.length + 1).replaceAll('\\', '/'));
    assert.deepEqual(found.sort(), ['a.leak.ts', 'data.json', 'deep/index.ts', 'steps.ts']);
  });

  it('finds the files behind what a page loads, served plainly, compiled by a dev server, or bundled', async () => {
    write('src/plain.js', 'let plain = 1;');
    write('src/App.tsx', 'export const App = () => <p/>;');
    write('src/bus.ts', 'export const bus: string[] = [];');
    write('src/built.ts', 'let built: number = 1;');
    write('dist/app.js', 'let built=1;\n//# sourceMappingURL=app.js.map');
    const map = (sources: string[], more = {}) =>
      JSON.stringify({ version: 3, names: [], mappings: 'AAAA', sources, ...more });
    const inline = (text: string) =>
      `//# sourceMappingURL=data:application/json;base64,${Buffer.from(text).toString('base64')}`;
    const texts: Record<string, string> = {
      'http://a/plain.js': 'let plain = 1;',
      'http://a/src/App.tsx?t=17': `import "/@vite/client";\n${inline(map(['App.tsx']))}`,
      'http://a/main.js': `x;\n//# sourceMappingURL=main.js.map`,
      'http://a/main.js.map': map(['webpack://shop/./src/bus.ts?1f2e', 'webpack://shop/./node_modules/react/index.js']),
      'http://a/app.js': 'let built=1;\n//# sourceMappingURL=app.js.map',
      'http://a/app.js.map': map(['../src/built.ts']),
      'http://a/broken.js': 'y;\n//# sourceMappingURL=broken.js.map',
      'http://a/broken.js.map': '{"version":3,"sources":7',
      'http://cdn/library.js': 'library',
    };
    const behind = async (url: string) =>
      [
        ...(await filesBehind([{ url, text: texts[url]! }], {
          workspaceFolder: folder,
          pageUrl: 'http://a/',
          readText: async (wanted) =>
            wanted.startsWith('data:') ? Buffer.from(wanted.split(',')[1]!, 'base64').toString() : texts[wanted],
        })),
      ].join(' ');
    assert.equal(await behind('http://a/plain.js'), 'src/plain.js');
    assert.equal(await behind('http://a/src/App.tsx?t=17'), 'src/App.tsx');
    assert.equal(await behind('http://a/main.js'), 'src/bus.ts');
    assert.equal(await behind('http://a/app.js'), 'dist/app.js', 'what is served was built: its source comes with it');
    assert.equal(await behind('http://a/broken.js'), '');
    assert.equal(await behind('http://cdn/library.js'), '');
  });

  it('is heard of when a file is written, put in the place of another, made or removed', async () => {
    write('a.ts', 'one');
    write('b.ts', 'one');
    let wake = (): void => undefined;
    const files = new FileWatch(() => wake());
    const after = async (change: () => void): Promise<string[]> => {
      const heard = new Promise<void>((resolve) => (wake = resolve));
      change();
      await heard;
      return files.take().map((file) => file.slice(folder.length + 1));
    };
    try {
      files.watch([at('a.ts')]);
      assert.deepEqual(await after(() => write('a.ts', 'another')), ['a.ts']);
      write('.tmp', 'replaced');
      assert.ok((await after(() => renameSync(at('.tmp'), at('a.ts')))).includes('a.ts'));
      assert.deepEqual(await after(() => write('new.leak.ts', '')), ['new.leak.ts']);
      assert.deepEqual(await after(() => rmSync(at('b.ts'))), ['b.ts']);
    } finally {
      files.close();
    }
  });
});
