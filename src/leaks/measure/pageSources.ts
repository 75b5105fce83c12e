import type { FunctionPosition } from '../snapshot/heapGraph.ts';
import type { GeneratedFrame } from '../explain/sources/index.ts';
import type { GuardedCdp } from '../drive/cdp.ts';

const OPEN_TAG = '<script>';

interface InlineScript {
  readonly scriptId: string;
  readonly startLine: number;
  readonly startColumn: number;
}

function byPlace(a: InlineScript, b: InlineScript): number {
  return a.startLine - b.startLine || a.startColumn - b.startColumn;
}

interface ScriptParsed extends InlineScript {
  readonly url: string;
  readonly sourceMapURL?: string;
}

/** The scripts of a page as the browser has them, while the debugger domain is on. */
export class PageSources {
  /** None where the page does not answer. */
  readonly #cdp: GuardedCdp | undefined;
  readonly #urls = new Map<string, string>();
  readonly #scriptIds = new Map<string, string>();
  readonly #mapUrls = new Map<string, string>();
  /** Inline scripts by their document's URL: where they begin in it, from 0. */
  readonly #inline = new Map<string, InlineScript[]>();
  readonly #onScript = ({ scriptId, url, startLine, startColumn, sourceMapURL }: ScriptParsed): void => {
    this.#urls.set(scriptId, url);
    if (url === '') return;
    // An inline map is in the script's text anyway, and may be long.
    if (sourceMapURL && !sourceMapURL.startsWith('data:')) this.#mapUrls.set(url, sourceMapURL);
    this.#scriptIds.set(url, scriptId);
    if (startLine === 0 && startColumn === 0) return;
    const inline = this.#inline.get(url) ?? [];
    inline.push({ scriptId, startLine, startColumn });
    this.#inline.set(url, inline);
  };

  private constructor(cdp?: GuardedCdp) {
    this.#cdp = cdp;
  }

  /**
   * The same where the page answers within some ms. Where it does not, its scripts are known by the positions alone, and their
   * texts are had from where they came from.
   */
  static async openWithin(
    ms: number,
    cdp: GuardedCdp,
    positions: readonly Pick<FunctionPosition, 'scriptId' | 'url'>[],
  ): Promise<PageSources> {
    const open = PageSources.open(cdp);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, ms, undefined);
    });
    // Should it fail later, nothing waits for it.
    open.catch(() => undefined);
    const opened = await Promise.race([open, late]);
    clearTimeout(timer);
    if (opened) return opened;
    const sources = new PageSources();
    for (const { scriptId, url } of positions) sources.#urls.set(String(scriptId), url);
    return sources;
  }

  static async open(cdp: GuardedCdp): Promise<PageSources> {
    const sources = new PageSources(cdp);
    // The browser tells of all scripts it has before it answers.
    cdp.session.on('Debugger.scriptParsed', sources.#onScript);
    await cdp.send('Debugger.enable');
    // A page's own `debugger` statements must not stop it.
    await cdp.send('Debugger.setSkipAllPauses', { skip: true });
    return sources;
  }

  async close(): Promise<void> {
    this.#cdp?.session.off('Debugger.scriptParsed', this.#onScript);
    await this.#cdp?.send('Debugger.disable');
  }

  urlOf(scriptId: number): string | undefined {
    const url = this.#urls.get(String(scriptId));
    return url === '' ? undefined : url;
  }

  frameAt(position: { scriptId: number; line: number; column: number }, name: string): GeneratedFrame | undefined {
    const url = this.urlOf(position.scriptId);
    return url === undefined ? undefined : { url, line: position.line, column: position.column, function: name };
  }

  /** Frames of the page's own scripts. Those of Playwright and of the inspector have no URL; Node's own are left out. */
  pageFrames(stack: readonly FunctionPosition[]): GeneratedFrame[] {
    return stack
      .filter((position) => !position.url.startsWith('node:'))
      .filter((position) => position.url !== '' || this.urlOf(position.scriptId) !== undefined)
      .map((position) => ({
        // CommonJS modules of Node have a path for a name, and a URL for the debugger.
        url:
          position.url.startsWith('/') || position.url === ''
            ? (this.urlOf(position.scriptId) ?? position.url)
            : position.url,
        line: position.line,
        column: position.column,
        function: position.functionName,
      }));
  }

  /** What the browser says is the source map of a script: a `SourceMap` header, or the script's comment. */
  readonly mapUrlOf = (url: string): string | undefined => this.#mapUrls.get(url);

  /** The text of a script or document as it was run; undefined for anything else. Never throws. */
  readonly textOf = async (url: string): Promise<string | undefined> => {
    const cdp = this.#cdp;
    if (!cdp) return undefined;
    try {
      // A worker has no frames.
      const document = await documentText(cdp, url).catch(() => undefined);
      if (document !== undefined) return document;
      const inline = this.#inline.get(url);
      if (inline !== undefined) return await inlineText(cdp, inline);
      const scriptId = this.#scriptIds.get(url);
      if (scriptId !== undefined) return (await cdp.send('Debugger.getScriptSource', { scriptId })).scriptSource;
      return undefined;
    } catch {
      return undefined;
    }
  };
}

/** The document of inline scripts as far as we know it, every script at its place: an intercepted one has no text. */
async function inlineText(cdp: GuardedCdp, scripts: readonly InlineScript[]): Promise<string> {
  let text = '';
  let line = 0;
  let column = 0;
  for (const { scriptId, startLine, startColumn } of scripts.toSorted(byPlace)) {
    const tagColumn = startColumn - OPEN_TAG.length;
    // One that was parsed twice, or written by another script, has no place of its own.
    if (tagColumn < 0 || startLine < line || (startLine === line && tagColumn < column)) continue;
    const { scriptSource } = await cdp.send('Debugger.getScriptSource', { scriptId });
    const gap =
      startLine > line ? '\n'.repeat(startLine - line) + ' '.repeat(tagColumn) : ' '.repeat(tagColumn - column);
    const element = `${OPEN_TAG}${scriptSource}</script>`;
    text += gap + element;
    const lines = element.split('\n');
    line = startLine + lines.length - 1;
    column = (lines.length === 1 ? tagColumn : 0) + lines.at(-1)!.length;
  }
  return text;
}

/** Positions in inline scripts count from the start of their document. */
async function documentText(cdp: GuardedCdp, url: string): Promise<string | undefined> {
  const { frameTree } = await cdp.send('Page.getFrameTree');
  const frames = [frameTree.frame, ...(frameTree.childFrames ?? []).map((child) => child.frame)];
  const frame = frames.find((candidate) => candidate.url === url || candidate.url === url.replace(/#.*$/, ''));
  if (!frame) return undefined;
  const { content, base64Encoded } = await cdp.send('Page.getResourceContent', {
    frameId: frame.id,
    url: frame.url,
  });
  return base64Encoded ? Buffer.from(content, 'base64').toString('utf8') : content;
}
