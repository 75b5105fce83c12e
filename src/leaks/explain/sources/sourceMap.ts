import type { TraceMap } from '@jridgewell/trace-mapping';
import { AnyMap, type SourceMapInput } from '@jridgewell/trace-mapping';
import { parseBoundedJson } from '../../../support/index.ts';
import { type SourceLimits, sourceLimits } from './limits.ts';

type FetchText = (url: string) => Promise<string | undefined>;

interface RawSection {
  readonly offset: { readonly line: number; readonly column: number };
  readonly map?: unknown;
  readonly url?: string;
}

/** The remaining limits while one map is loaded, its sections included. */
interface Allowance {
  sections: number;
  sectionMaps: number;
  segments: number;
  /** Lines of the script: what a map says of lines beyond them is of no use. */
  readonly lines: number;
  readonly limits: SourceLimits;
}

/** Where a script's map may be found besides its own last comment. */
export interface MapHints {
  /** What the browser says its map is: a `SourceMap` header, or the comment. */
  readonly mapUrl?: string | undefined;
  /** The map beside the script's file in the workspace, which nothing names. */
  readonly beside?: () => Promise<string | undefined>;
}

/**
 * The source map of a script, or undefined where it has none or a broken one. Reads inline (data URL) and external
 * maps, index maps (sections), and sections that only name the URL of theirs. Never throws.
 */
export async function loadSourceMap(
  script: string,
  scriptUrl: string,
  fetchText: FetchText,
  limits: SourceLimits = sourceLimits,
  hints: MapHints = {},
): Promise<TraceMap | undefined> {
  const reference = sourceMapReference(script) ?? (hints.mapUrl || undefined);
  try {
    let mapUrl = scriptUrl;
    let text: string | undefined;
    if (reference?.startsWith('data:')) text = decodeDataUrl(reference);
    else if (reference !== undefined) {
      mapUrl = resolve(reference, scriptUrl);
      text = await fetchText(mapUrl);
    }
    if (text === undefined && !reference?.startsWith('data:')) {
      text = await hints.beside?.();
      mapUrl = resolve(`${scriptUrl.replace(/[?#].*$/, '')}.map`, scriptUrl);
    }
    if (text === undefined) return undefined;
    const allowance: Allowance = {
      sections: limits.sections,
      sectionMaps: limits.sectionMaps,
      segments: limits.segments,
      lines: countLines(script),
      limits,
    };
    const map = await withSections(parseMap(text), mapUrl, fetchText, 0, allowance);
    return map === undefined ? undefined : new AnyMap(map as SourceMapInput, mapUrl);
  } catch {
    return undefined;
  }
}

/** What the last `//# sourceMappingURL=` comment of a script (or its old form `//@`) says. */
export function sourceMapReference(script: string): string | undefined {
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
  return parseBoundedJson(text.replace(/^\)\]\}'?[^\n]*\n/, ''));
}

/** The map with the maps of its sections in it, or undefined where it is broken or beyond the limits. */
async function withSections(
  map: unknown,
  mapUrl: string,
  fetchText: FetchText,
  depth: number,
  allowance: Allowance,
): Promise<unknown> {
  if (typeof map !== 'object' || map === null) return undefined;
  const { sections } = map as { sections?: unknown };
  if (sections === undefined) return hasAllowedMappings(map, allowance) ? map : undefined;
  if (!Array.isArray(sections) || depth >= allowance.limits.depth) return undefined;
  const loaded: { offset: RawSection['offset']; map: unknown }[] = [];
  for (const section of sections as unknown[]) {
    allowance.sections -= 1;
    if (allowance.sections < 0) return undefined;
    // One in disorder, or beyond the end of the script, would make the merged map as long as it says.
    if (!isSection(section) || section.offset.line > allowance.lines || !follows(section, loaded.at(-1))) continue;
    const inner = section.map ?? (await sectionMap(section, mapUrl, fetchText, allowance));
    const resolved = await withSections(inner, mapUrl, fetchText, depth + 1, allowance);
    // A section whose map cannot be had still ends the one before it.
    loaded.push({ offset: section.offset, map: resolved ?? { version: 3, sources: [], names: [], mappings: '' } });
  }
  return { version: 3, sections: loaded };
}

async function sectionMap(
  section: RawSection,
  mapUrl: string,
  fetchText: FetchText,
  allowance: Allowance,
): Promise<unknown> {
  if (typeof section.url !== 'string' || allowance.sectionMaps <= 0) return undefined;
  allowance.sectionMaps -= 1;
  try {
    const text = await fetchText(resolve(section.url, mapUrl));
    return text === undefined ? undefined : parseMap(text);
  } catch {
    return undefined;
  }
}

function isSection(section: unknown): section is RawSection {
  const { line, column } = ((section as Partial<RawSection> | null)?.offset ?? {}) as Partial<RawSection['offset']>;
  return isPlace(line) && isPlace(column);
}
function isPlace(place: unknown): boolean {
  return Number.isSafeInteger(place) && (place as number) >= 0;
}

function follows({ offset }: RawSection, before: { readonly offset: RawSection['offset'] } | undefined): boolean {
  if (!before) return true;
  return (
    offset.line > before.offset.line || (offset.line === before.offset.line && offset.column >= before.offset.column)
  );
}

/** Whether a map can be decoded within the limits: its segments are counted before any is made. */
function hasAllowedMappings(map: object, allowance: Allowance): boolean {
  const { mappings, sources } = map as { mappings?: unknown; sources?: unknown };
  if (typeof mappings !== 'string' || !Array.isArray(sources)) return false;
  let segments = 0;
  for (let at = 0; at < mappings.length; at += 1) {
    const character = mappings.charCodeAt(at);
    if (character === COMMA || character === SEMICOLON) segments += 1;
  }
  allowance.segments -= segments;
  return allowance.segments >= 0;
}
const COMMA = 0x2c;
const SEMICOLON = 0x3b;

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
