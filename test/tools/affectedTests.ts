import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './obtainEditor.ts';

/** Files that differ from a commit, the ones git does not know yet among them; paths start from the repository. */
export function changedSince(commit: string): string[] {
  const git = (...args: string[]): string[] =>
    execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).split('\n').filter(Boolean);
  const changed = git('diff', '--name-only', '--relative', commit);
  return [...new Set([...changed, ...git('ls-files', '--others', '--exclude-standard')])];
}

/**
 * Those of some test files that a change can reach: they import a changed file, directly or through others, or name it.
 *
 * @param tests paths from the repository, as the result has them
 */
export async function testsReaching(changed: readonly string[], tests: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [...tests],
    bundle: true,
    write: false,
    outdir: 'dist',
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.node': 'empty' },
    logLevel: 'silent',
  });
  const importers = new Map<string, string[]>();
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path, external } of imports) {
      if (!external) importers.set(path, [...(importers.get(path) ?? []), file]);
    }
  }
  // Data and documents, which code reads by their names.
  const names = changed.filter((file) => !(file in metafile.inputs)).map((file) => basename(file));
  const readers = Object.keys(metafile.inputs).filter((file) => {
    const text = names.length === 0 ? '' : readFileSync(join(repository, file), 'utf8');
    return names.some((name) => text.includes(name));
  });
  const reached = new Set<string>();
  const queue = [...changed, ...readers];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    queue.push(...(importers.get(file) ?? []));
  }
  return tests.filter((test) => reached.has(test));
}
