/**
 * The package.json of the npm package. The repository's own is the extension's, too: its `main` is what the editor runs, its
 * texts are keys of package.nls.json, and most of it is for the editor. `npm pack` and `npm publish` run this before they
 * pack, and with `--restore` after it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { absoluteLinks } from './absoluteLinks.ts';
import { packageFolder } from '../../src/support/index.ts';

type Manifest = Readonly<Record<string, unknown>>;

/** What npm, bundlers and editors need of it, in the order people read it. */
const KEPT = [
  'name',
  'version',
  'description',
  'keywords',
  'homepage',
  'repository',
  'bugs',
  'license',
  'type',
  'bin',
  'main',
  'types',
  'typesVersions',
  'exports',
  'engines',
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'agentskills',
];

export function npmManifest(manifest: Manifest, texts: Readonly<Record<string, string>>): Manifest {
  const { node } = manifest['engines'] as { node: string };
  const made: Manifest = {
    ...manifest,
    description: texts['description'],
    type: 'commonjs',
    main: './dist/index.js',
    // For compilers that do not read `exports`.
    typesVersions: {
      '*': { playwright: ['./types/playwright.d.ts'], 'playwright-reporter': ['./types/playwrightReporter.d.ts'] },
    },
    // Where tools that look for agents' skills in packages find ours.
    agentskills: { skills: [{ name: 'leakwright', path: './skills/leakwright' }] },
    engines: { node },
  };
  return Object.fromEntries(KEPT.map((key) => [key, made[key]]));
}

const read = (folder: string, name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;

/** The text of the npm package's package.json for a clone of the repository. */
export function npmManifestText(folder: string): string {
  const made = npmManifest(
    read(folder, 'package.json') as Manifest,
    read(folder, 'package.nls.json') as Record<string, string>,
  );
  return `${JSON.stringify(made, null, 2)}\n`;
}

if (import.meta.main) {
  const folder = packageFolder();
  const made = {
    'package.json': () => npmManifestText(folder),
    'README.md': () => absoluteLinks(readFileSync(join(folder, 'README.md'), 'utf8')),
  };
  const keptOf = (name: string) => join(folder, `.${name.replace('.', '.source.')}`);
  // Left over where npm was ended while it packed: the repository's own files come back first.
  for (const name of Object.keys(made)) if (existsSync(keptOf(name))) renameSync(keptOf(name), join(folder, name));
  if (!process.argv.includes('--restore')) {
    for (const [name, make] of Object.entries(made)) {
      const text = make();
      writeFileSync(keptOf(name), readFileSync(join(folder, name)));
      writeFileSync(join(folder, name), text);
    }
  }
}
