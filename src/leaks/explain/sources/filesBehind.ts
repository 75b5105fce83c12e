import { loadSourceMap, sourceMapReference } from './sourceMap.ts';
import { createSourceResolver } from './sourceResolver.ts';

/** Sources of one map that are looked up: a bundle with more is a library's. */
const MAX_SOURCES = 5000;

/** What a page loaded: a script, a style sheet or a document. */
export interface LoadedText {
  readonly url: string;
  readonly text: string;
}

/**
 * The files of the workspace behind what a page loaded, relative to it: the file that is served, or the sources of what a
 * development server made of them. Of a bundle that is itself a file here, that file is named and not its sources: a page that is
 * loaded again shows what was built, not what was written.
 *
 * @param readText reads a source map; undefined where it cannot be had
 */
export async function filesBehind(
  loaded: readonly LoadedText[],
  options: {
    readonly workspaceFolder: string;
    readonly pageUrl: string;
    readonly readText: (url: string) => Promise<string | undefined>;
  },
): Promise<ReadonlySet<string>> {
  const resolver = createSourceResolver({ workspaceFolder: options.workspaceFolder, baseUrl: options.pageUrl });
  const files = new Set<string>();
  for (const { url, text } of loaded) {
    const file = await resolver.fileOfUrl(url, text);
    if (file !== undefined) files.add(file);
    const reference = sourceMapReference(text);
    if (reference === undefined || (file !== undefined && !reference.startsWith('data:'))) continue;
    const map = await loadSourceMap(text, url, options.readText);
    for (const [index, source] of (map?.resolvedSources ?? []).slice(0, MAX_SOURCES).entries()) {
      const content = map!.sourcesContent?.[index] ?? undefined;
      const found = await resolver.fileOfSource(source, { content, generatedUrl: url, generatedText: text });
      // What is not in the workspace keeps its URL.
      if (found !== source && !found.includes('node_modules/')) files.add(found);
    }
  }
  return files;
}
