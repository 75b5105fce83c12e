/**
 * `npm run release -- VERSION [--dry-run]`: makes both packages, checks them as a user gets them, and then sets the version, dates
 * the changelog, commits and tags. Pushing the tag publishes (.github/workflows/release.yml). With `--dry-run` everything up to the
 * version is done and nothing is changed: the packages, checks and SBOM lie in `dist/release`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes, packageFolder, toolVersion } from '../../src/support/index.ts';
import { packNpm } from './packNpm.ts';

const root = packageFolder();
const out = join(root, 'dist', 'release');
const isDryRun = process.argv.includes('--dry-run');
const version = process.argv.slice(2).find((argument) => /^\d+\.\d+\.\d+/.test(argument)) ?? unreleasedVersion();

/** The linters of packages, at versions that are known to be happy with ours. */
const PUBLINT = 'publint@0.3.25';
const TYPES_LINT = '@arethetypeswrong/cli@0.18.5';

function run(program: string, args: readonly string[], cwd = root): string {
  const name = process.platform === 'win32' && program !== process.execPath ? `${program}.cmd` : program;
  return execFileSync(name, args, { cwd, encoding: 'utf8', shell: name.endsWith('.cmd'), maxBuffer: 64 * 1024 * 1024 });
}

function step(title: string, work: () => string | void): void {
  process.stdout.write(`${title} … `);
  console.log(work() ?? 'done');
}

/** The version whose changes the changelog collects: `## 0.2.0 (unreleased)`. */
function unreleasedVersion(): string {
  const [, found] = /^## (\d+\.\d+\.\d+) \(unreleased\)/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')) ?? [];
  if (found === undefined) throw new Error('Give a version: CHANGELOG.md has no heading of an unreleased one.');
  return found;
}

if (!isDryRun && run('git', ['status', '--porcelain']).trim() !== '')
  throw new Error('Commit first: the clone has changes.');
step('Changelog', () => {
  const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
    .split(`## ${version} (unreleased)`)[1]
    ?.split(/^## /m)[0];
  if (!changes?.includes('\n- ')) throw new Error(`CHANGELOG.md has no changes of ${version}.`);
  return `${changes.split('\n- ').length - 1} changes of ${version}`;
});
step('Manifest', () => {
  run(process.execPath, ['test/tools/manifest.ts']);
  if (!isDryRun && run('git', ['status', '--porcelain']).trim() !== '')
    throw new Error('package.json was not up to date: commit it.');
});
step('Build', () => void run(process.execPath, ['esbuild.js', '--production']));
mkdirSync(out, { recursive: true });
let tarball = '';
step('npm package', () => {
  tarball = packNpm(out);
  return `${tarball}, ${formatBytes(statSync(tarball).size)}`;
});
step('VSIX', () => run(process.execPath, ['test/tools/package.ts']).trim().split('\n').at(-1));
step('SBOM', () => {
  const file = join(out, 'leakwright.sbom.json');
  writeFileSync(file, run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev']));
  return file;
});
step('publint', () => run('npx', ['--yes', PUBLINT, 'run', '--strict', tarball]).trim().split('\n').at(-1));
step('arethetypeswrong', () => {
  run('npx', ['--yes', TYPES_LINT, tarball]);
});
step('Installed in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lw-release-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball], folder);
    const said = run('npx', ['leakwright', '--version'], folder).trim();
    if (said !== toolVersion()) throw new Error(`leakwright --version says ${said}.`);
    const script = `import { checkLeaks } from 'leakwright'; import { createRequire } from 'node:module';
      const other = createRequire(process.cwd() + '/x.js')('leakwright');
      if (other.checkLeaks !== checkLeaks) throw new Error('two copies');`;
    run(process.execPath, ['--input-type=module', '--eval', script], folder);
    return `leakwright ${said}, import and require`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

if (isDryRun)
  console.log(
    `\nNothing was changed or uploaded. Without --dry-run: version ${version}, a commit and the tag v${version}.`,
  );
else {
  step(`Version ${version}`, () => {
    for (const name of ['package.json', 'package-lock.json']) {
      const file = join(root, name);
      // The package's own version comes first in both, in the lock file twice.
      const times = name === 'package.json' ? 1 : 2;
      let text = readFileSync(file, 'utf8');
      let from = 0;
      for (let time = 0; time < times; time += 1) {
        const found = /"version": "[^"]+"/.exec(text.slice(from))!;
        const at = from + found.index;
        text = `${text.slice(0, at)}"version": "${version}"${text.slice(at + found[0].length)}`;
        from = at + found[0].length;
      }
      writeFileSync(file, text);
    }
    const changelog = join(root, 'CHANGELOG.md');
    const today = new Date().toISOString().slice(0, 10);
    writeFileSync(
      changelog,
      readFileSync(changelog, 'utf8').replace(`## ${version} (unreleased)`, `## ${version} (${today})`),
    );
    run('git', ['commit', '-am', `Version ${version}`]);
    run('git', ['tag', '-a', `v${version}`, '-m', `Version ${version}`]);
    return `committed and tagged; publish it with: git push --follow-tags`;
  });
}
