import {
  LEAST_UPPER_BOUND,
  type TraceMap,
  isIgnored,
  originalPositionFor,
  sourceContentFor,
} from '@jridgewell/trace-mapping';
import { LRUCache } from 'lru-cache';
import type { SourceFrame, SourceSite } from '../../model.ts';
import { anonymousName } from './anonymousName.ts';
import { calledAs } from './calledAs.ts';
import { functionRole } from './functionRole.ts';
import type { GeneratedFrame } from './generatedFrame.ts';
import { isLibraryCode, isServedAsLibrary } from './libraryCode.ts';
import { originalClassName } from './originalClassName.ts';
import { originalFunctionName } from './originalFunctionName.ts';
import { originalNameUsedAt, originalVariableName } from './originalVariableName.ts';
import { loadSourceMap } from './sourceMap.ts';
import { scopedName } from './scopedName.ts';
import { type SourceResolver, createSourceResolver } from './sourceResolver.ts';
import { defined } from '../../../support/index.ts';

export interface SourceMapperOptions {
  readonly workspaceFolder: string;
  /** The text behind a URL as the browser had it, or undefined when it cannot be had. */
  readonly fetchText: (url: string) => Promise<string | undefined>;
  /** What the browser says is the map of a script that was fetched, where it says so. */
  readonly mapUrlOf?: (url: string) => string | undefined;
  /** The URL of the page: what lies below its folder may lie in the workspace without that folder's name. */
  readonly baseUrl?: string;
}

export interface SourceMapper {
  /**
   * The user's own frame of a stack (innermost first), mapped to source, with the whole mapped stack; the innermost
   * frame where all are libraries'. Undefined for an empty stack. Never throws.
   */
  toSite(stack: readonly GeneratedFrame[], precision: SourceSite['precision']): Promise<SourceSite | undefined>;
  /** One frame in source; the frame itself (workspace-relative where it is there) where there is no map. Never throws. */
  locate(frame: GeneratedFrame): Promise<SourceFrame>;
  /**
   * The name in source of a variable that a minified script calls `name`, or undefined where the map does not say or the
   * script has several of that name. Never throws.
   */
  variableName(name: string, scriptUrl: string, usedAt?: GeneratedFrame): Promise<string | undefined>;
  /** The same by the scopes around a function that sees the variable, see `scopedName`. Never throws. */
  scopedName(name: string, seenFrom: GeneratedFrame): Promise<string | undefined>;
  /** The name to show for a function that has none of its own, see `anonymousName`. Never throws. */
  anonymousName(frame: GeneratedFrame): Promise<string | undefined>;
  /** The name in source of the class that is written at a place; undefined where the map does not say. Never throws. */
  className(frame: GeneratedFrame): Promise<string | undefined>;
}

/** Scripts whose text and map are kept, and how many characters of text in all. */
const MAX_SCRIPTS = 200;
const MAX_CHARACTERS = 64 * 1024 * 1024;
/** A line of this length comes from a bundler; people do not write such lines. */
const BUNDLED_LINE = 300;
/** Characters shown of a bundle's line. */
const EXCERPT = 100;
/** Deeper frames say nothing more about a leak. */
const MAX_FRAMES = 60;

interface Script {
  readonly url: string;
  readonly text: string | undefined;
  readonly map: TraceMap | undefined;
}
interface Located extends SourceFrame {
  readonly library: boolean;
}

export function createSourceMapper(options: SourceMapperOptions): SourceMapper {
  const resolver = createSourceResolver(options);
  const scripts = new LRUCache<string, Script>({
    max: MAX_SCRIPTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ text }) => (text?.length ?? 0) + 1,
    // A script larger than the whole cache is used all the same, only not kept.
    fetchMethod: (url) => loadScript(url),
  });

  const fetchText = async (url: string) => await options.fetchText(url).catch(() => undefined);
  async function loadScript(url: string): Promise<Script> {
    const text = await fetchText(url);
    const map =
      text === undefined
        ? undefined
        : await loadSourceMap(text, url, fetchText, undefined, {
            mapUrl: options.mapUrlOf?.(url),
            beside: async () => (await resolver.mapBeside(url, text))?.text,
          });
    return { url, text, map };
  }

  async function find(frame: GeneratedFrame): Promise<Located> {
    try {
      const script = await scripts.fetch(frame.url);
      const mapped = script && (await mapFrame(frame, script, resolver));
      if (mapped) return mapped;
      const file = (await resolver.fileOfUrl(frame.url, script?.text)) ?? frame.url;
      return { ...frameIn(file, frame), library: isLibraryCode(frame.url) || isLibraryCode(file) };
    } catch {
      return { ...frameIn(frame.url, frame), library: isLibraryCode(frame.url) };
    }
  }
  /** What a script's text and map say; undefined where there is no text, or it cannot be read. */
  async function within<T>(url: string, say: (text: string, map: TraceMap | undefined) => T): Promise<T | undefined> {
    try {
      const script = await scripts.fetch(url);
      return script?.text === undefined ? undefined : say(script.text, script.map);
    } catch {
      return undefined;
    }
  }
  const withoutJudgement = ({ file, line, column, function: name }: Located): SourceFrame => ({
    file,
    line,
    column,
    function: name,
  });

  return {
    async locate(frame) {
      return withoutJudgement(await find(frame));
    },
    variableName: (name, scriptUrl, usedAt) =>
      within(
        usedAt?.url ?? scriptUrl,
        (text, map) =>
          map && ((usedAt && originalNameUsedAt(name, text, map, usedAt)) ?? originalVariableName(name, text, map)),
      ),
    scopedName: (name, seenFrom) => within(seenFrom.url, (text, map) => map && scopedName(name, text, map, seenFrom)),
    anonymousName: (frame) => within(frame.url, (text, map) => anonymousName(frame, text, map)),
    className: (frame) => within(frame.url, (text, map) => map && originalClassName(frame, text, map)),
    async toSite(stack, precision) {
      const located = await Promise.all(stack.slice(0, MAX_FRAMES).map(find));
      const own = located.findIndex(({ library }) => !library);
      const site = located[Math.max(0, own)];
      if (!site) return undefined;
      const frame = stack[Math.max(0, own)]!;
      const role = own === -1 ? undefined : await within(frame.url, (text, map) => functionRole(frame, text, map));
      const excerpt = await within(frame.url, (text, map) => (map ? undefined : excerptAt(text, frame)));
      const calls =
        own > 0 && precision === 'line' ? await within(frame.url, (text, map) => callAt(text, map, frame)) : undefined;
      return {
        ...withoutJudgement(site),
        precision,
        ...defined({ role, excerpt, calls }),
        stack: located.map(withoutJudgement),
      };
    },
  };
}

function frameIn(file: string, { line, column, function: name }: GeneratedFrame): SourceFrame {
  return { file, line, column, function: name };
}

/** What the source calls at the place of a frame. */
function callAt(text: string, map: TraceMap | undefined, frame: GeneratedFrame): string | undefined {
  if (!map) return calledAs(text, frame);
  const place = originalPosition(map, frame.line, frame.column);
  const source = place && sourceContentFor(map, place.source);
  return source ? calledAs(source, place) : undefined;
}

/** What stands at a place of a bundle that no map explains: its line is all there is to read. */
function excerptAt(script: string, { line, column }: GeneratedFrame): string | undefined {
  const text = script.split('\n', line)[line - 1];
  if (text === undefined || text.length < BUNDLED_LINE) return undefined;
  const from = Math.max(0, column - 1 - EXCERPT / 4);
  return text.slice(from, from + EXCERPT).trim();
}

async function mapFrame(
  frame: GeneratedFrame,
  { url, text, map }: Script,
  resolver: SourceResolver,
): Promise<Located | undefined> {
  if (!map) return undefined;
  const position = originalPosition(map, frame.line, frame.column);
  if (!position) return undefined;
  const content = sourceContentFor(map, position.source) ?? undefined;
  const file = await resolver.fileOfSource(position.source, { content, generatedUrl: url, generatedText: text });
  return {
    file,
    line: position.line,
    column: position.column,
    function: originalFunctionName(frame, text, map) ?? frame.function,
    library:
      isServedAsLibrary(url) ||
      isIgnored(map, position.source) ||
      isLibraryCode(position.source) ||
      isLibraryCode(file),
  };
}

/** Positions of V8 and of SourceSite count columns from 1, source maps from 0. */
function originalPosition(
  map: TraceMap,
  line: number,
  column: number,
): { source: string; line: number; column: number } | undefined {
  const needle = { line, column: Math.max(0, column - 1) };
  // V8 may point before the first mapped character of a line (the function's parenthesis, an inserted wrapper).
  for (const bias of [undefined, LEAST_UPPER_BOUND] as const) {
    const found = originalPositionFor(map, bias === undefined ? needle : { ...needle, bias });
    if (found.source !== null) return { source: found.source, line: found.line, column: found.column + 1 };
  }
  return undefined;
}
