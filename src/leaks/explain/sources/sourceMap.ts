import type { TraceMap } from '@jridgewell/trace-mapping';
import { AnyMap, type SourceMapInput } from '@jridgewell/trace-mapping';

/** Sections that may refer to further maps; deeper nesting than this is a loop. */
const MAX_DEPTH = 4;

type FetchText = (url: string) => Promise<string | undefined>;

interface RawSection {
  readonly offset: { readonly line: number; readonly column: number };
  readonly map?: unknown;
  readonly url?: string;
}

/**
 * The source map of a script, or undefined where it has none or a broken one. Reads inline (data URL) and external
 * maps, index maps (sections), and sections that only name the URL of theirs. Never throws.
 */
export async function loadSourceMap(
  script: string,
  scriptUrl: string,
  fetchText: FetchText,
): Promise<TraceMap | undefined> {
  const reference = sourceMapReference(script);
  if (reference === undefined) return undefined;
  try {
    const mapUrl = reference.startsWith('data:') ? scriptUrl : resolve(reference, scriptUrl);
    const text = reference.startsWith('data:') ? decodeDataUrl(reference) : await fetchText(mapUrl);
    if (text === undefined) return undefined;
    const map = await withSections(parseMap(text), mapUrl, fetchText, 0);
    return map === undefined ? undefined : new AnyMap(map as SourceMapInput, mapUrl);
  } catch {
    return undefined;
  }
}

/** What the last `//# sourceMappingURL=` comment of a script (or its old form `//@`) says. */
function sourceMapReference(script: string): string | undefined {
  // An HTML page with inline scripts may contain such comments, but none that speaks of the page's own lines.
  if (/^\s*</.test(script)) return undefined;
  const at = script.lastIndexOf('sourceMappingURL=');
  if (at < 0 || !/[#@][ \t]*$/.test(script.slice(Math.max(0, at - 8), at))) return undefined;
  return /^[^\s'"`*]+/.exec(script.slice(at + 'sourceMappingURL='.length))?.[0];
}

function resolve(reference: string, base: string): string {
  return URL.canParse(reference, base) ? new URL(reference, base).href : reference;
}

function decodeDataUrl(url: string): string | undefined {
  const comma = url.indexOf(',');
  if (comma < 0) return undefined;
  const body = url.slice(comma + 1);
  return /;base64$/i.test(url.slice(0, comma))
    ? Buffer.from(body, 'base64').toString('utf8')
    : decodeURIComponent(body);
}

function parseMap(text: string): unknown {
  // Some servers put a line in front that makes the file useless as a script.
  return JSON.parse(text.replace(/^\)\]\}'?[^\n]*\n/, ''));
}

async function withSections(map: unknown, mapUrl: string, fetchText: FetchText, depth: number): Promise<unknown> {
  const sections = (map as { sections?: RawSection[] } | null)?.sections;
  if (!sections) return map;
  if (depth >= MAX_DEPTH) return undefined;
  const loaded: { offset: RawSection['offset']; map: unknown }[] = [];
  for (const section of sections) {
    let inner = section.map;
    if (inner === undefined && section.url !== undefined) {
      const text = await fetchText(resolve(section.url, mapUrl)).catch(() => undefined);
      inner = text === undefined ? undefined : parseMap(text);
    }
    const resolved = inner === undefined ? undefined : await withSections(inner, mapUrl, fetchText, depth + 1);
    // A section whose map cannot be had still ends the one before it.
    loaded.push({ offset: section.offset, map: resolved ?? { version: 3, sources: [], names: [], mappings: '' } });
  }
  return { ...(map as object), sections: loaded };
}
