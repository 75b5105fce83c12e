import type { SourceFrame, SourceSite } from '../model.ts';

/** A frame of the user's code, or a run of frames of one package. */
export type StackRun =
  | { readonly type: 'own'; readonly frame: SourceFrame }
  | { readonly type: 'package'; readonly name: string; readonly frames: readonly SourceFrame[] };

/** The package that a file belongs to: `react-dom`, `@floating-ui/dom`; undefined for the user's own files. */
export function packageOf(file: string): string | undefined {
  const path = file.replaceAll('\\', '/').replace(/[?#].*$/, '');
  const installed = /.*\/?node_modules\/(?<name>@[^/]+\/[^/]+|[^@/][^/]*)\//.exec(`/${path}`)?.groups?.['name'];
  if (installed !== undefined && installed !== '.vite') return installed;
  const bundled = /\/\.vite\/deps\/(?<name>[^/]+?)(?:\.js)?$/.exec(path)?.groups?.['name'];
  if (bundled !== undefined) return bundled.replace(/^(@[^_]+)_/, '$1/').replace(/^chunk-.*/, 'a package');
  return /^https?:\/\/(?:unpkg\.com|esm\.sh|(?:cdn\.)?jsdelivr\.net\/npm|cdn\.skypack\.dev)\/(?<name>(?:@[^/@]+\/)?[^/@]+)/.exec(
    path,
  )?.groups?.['name'];
}

/** A stack for reading: twenty frames in react-dom are one line. */
export function stackRuns(stack: readonly SourceFrame[]): StackRun[] {
  const runs: StackRun[] = [];
  for (const frame of stack) {
    const name = packageOf(frame.file);
    const last = runs.at(-1);
    if (name === undefined) runs.push({ type: 'own', frame });
    else if (last?.type === 'package' && last.name === name)
      runs[runs.length - 1] = { ...last, frames: [...last.frames, frame] };
    else runs.push({ type: 'package', name, frames: [frame] });
  }
  return runs;
}

/** Where a site's stack has the site's own frame: what lies before it was called from there, what lies behind called it. */
export function siteIndex({ stack, file, line, column }: SourceSite): number {
  return stack.findIndex((frame) => frame.file === file && frame.line === line && frame.column === column);
}

/**
 * A function as all stacks have it: those of errors put the receiver before it (`Board.attach`, `HTMLButtonElement.<anonymous>`), those of
 * allocations have its own name (`attach`, none).
 */
export const bareName = (name: string): string =>
  /(?:^|[ .])(?<own>[#$\w\p{L}]*|<anonymous>)$/u.exec(name)?.groups?.['own']?.replace('<anonymous>', '') ?? name;

/** The line is the user's, and what was made there was made further in. */
export function isInLibrary(site: SourceSite): boolean {
  return site.stack.length > 0 && siteIndex(site) !== 0;
}

/** The line of a package that makes or keeps something on behalf of the user's line; undefined where none is between. */
export function libraryFrame(
  site: SourceSite | undefined,
): { readonly name: string; readonly frame: SourceFrame } | undefined {
  const [innermost] = site?.stack ?? [];
  const name = innermost && packageOf(innermost.file);
  return name === undefined || siteIndex(site!) === 0 ? undefined : { name, frame: innermost! };
}
