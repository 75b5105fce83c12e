import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackageManager, listFiles } from '@vscode/vsce';
import { packageFolder } from '../../../src/support/index.ts';
import { packNpm } from '../../tools/packNpm.ts';

const NOTICES = 'dist/THIRD_PARTY_NOTICES.txt';

/** The packages whose code is in dist/, as the source maps of the bundles know them: not from what the notices were made of. */
function bundledPackages(dist: string): Set<string> {
  const maps = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.js.map') && !name.startsWith('node_modules'),
  );
  const sources = maps.flatMap((name) => (JSON.parse(readFileSync(join(dist, name), 'utf8')) as Map).sources);
  return new Set(sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []));
}
interface Map {
  readonly sources: readonly string[];
}

// Licences want their text to be kept with every copy: what is shipped without it must not be shipped.
describe('The notices of bundled packages', function () {
  const root = packageFolder();
  const text = readFileSync(join(root, NOTICES), 'utf8');
  const sections = text.split(`\n${'-'.repeat(80)}\n\n`).slice(1);
  const named = new Set(sections.flatMap((section) => /^((?:@[^/]+\/)?[^@\n]+)@\d/.exec(section)?.[1] ?? []));

  it('name every package whose code is in a bundle, each with the text of its licence', function () {
    const bundled = bundledPackages(join(root, 'dist'));
    // Bundles for release are made without source maps.
    if (bundled.size === 0) this.skip();
    assert.ok(bundled.size > 20, [...bundled].join(', '));
    assert.deepEqual(
      [...bundled].filter((name) => !named.has(name)),
      [],
    );
    assert.ok(named.has('jiti'), 'its compiler is copied, not bundled');
    for (const section of sections) {
      const isText = /permi(?:t|ssion)|licen[cs]e/i.test(section) && section.length > 250;
      assert.ok(isText || section.includes('Its package names this licence'), section.slice(0, 200));
    }
  });

  it('are in the npm package, whole', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lw-notices-'));
    try {
      const tarball = packNpm(folder);
      const inside = execFileSync('tar', ['-xzOf', tarball, `package/${NOTICES}`], {
        encoding: 'utf8',
        maxBuffer: 1e8,
      });
      assert.equal(inside, text);
      const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n');
      for (const name of ['LICENSE', 'SECURITY.md']) assert.ok(names.includes(`package/${name}`), name);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are in the extension, beside every bundle that it brings', async () => {
    const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
    for (const name of [NOTICES, 'LICENSE', 'SECURITY.md', 'dist/extension.js', 'dist/cli.js'])
      assert.ok(files.includes(name), name);
  });
});
