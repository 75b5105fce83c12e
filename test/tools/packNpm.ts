/**
 * Packs the npm package from what is built, in a folder of its own: the clone's package.json stays as it is, so that this may
 * run beside anything.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packageFolder } from '../../src/support/index.ts';
import { absoluteLinks } from './absoluteLinks.ts';
import { npmManifestText } from './npmManifest.ts';

const PARTS = ['.npmignore', 'README.md', 'LICENSE', 'SECURITY.md', 'CHANGELOG.md', 'AGENTS.md', 'llms.txt'].concat([
  'dist',
  'types',
  'schema',
  'skills',
  'docs',
]);
/** Of dist: what only the editor needs, and is large. */
const LEFT_OUT = new Set(['webview', 'node_modules']);

/** @returns the tarball, in `destination` */
export function packNpm(destination: string): string {
  const root = packageFolder();
  const stage = mkdtempSync(join(tmpdir(), 'lw-pack-'));
  try {
    for (const part of PARTS.filter((name) => existsSync(join(root, name)))) {
      cpSync(join(root, part), join(stage, part), {
        recursive: true,
        filter: (source) => !LEFT_OUT.has(basename(source)) && !source.endsWith('.map'),
      });
    }
    writeFileSync(join(stage, 'package.json'), npmManifestText(root));
    writeFileSync(join(stage, 'README.md'), absoluteLinks(readFileSync(join(root, 'README.md'), 'utf8')));
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const said = execFileSync(npm, ['pack', '--ignore-scripts', '--json', '--pack-destination', destination], {
      cwd: stage,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const [{ filename }] = JSON.parse(said) as [{ filename: string }];
    return join(destination, filename);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

if (import.meta.main) console.log(packNpm(process.argv[2] ?? process.cwd()));
