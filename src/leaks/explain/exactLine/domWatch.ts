import type { GuardedCdp } from '../../drive/cdp.ts';
import type { FunctionPosition } from '../../snapshot/heapGraph.ts';

/** A frame of a paused page: where it is, and where its function starts. */
export interface InsertionFrame {
  readonly at: FunctionPosition;
  readonly functionStart: FunctionPosition;
}

export interface Insertion {
  /** The element that something was put into, as `ul#log`. */
  readonly parent: string;
  /** How often something was put in there from one place. */
  readonly count: number;
  /** Innermost first. */
  readonly frames: readonly InsertionFrame[];
}

interface PausedEvent {
  readonly reason: string;
  readonly data?: { readonly type?: string; readonly insertion?: boolean; readonly targetNodeId?: number };
  readonly callFrames: readonly {
    readonly functionName: string;
    readonly url: string;
    readonly location: RawLocation;
    readonly functionLocation?: RawLocation;
  }[];
}

interface RawLocation {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber?: number;
}

/** Pauses recorded at most: a page that rebuilds large trees must not be stopped thousands of times. */
const MAX_PAUSES = 500;

/**
 * Who puts nodes into the document: a DOM breakpoint on the root stops the page at each insertion, with the exact place
 * of every call on the stack. Nothing is put into the page.
 */
export class DomWatch {
  readonly #cdp: GuardedCdp;
  readonly #byPlace = new Map<string, { parentId: number; count: number; frames: InsertionFrame[] }>();
  #pauses = 0;
  #rootId: number | undefined;
  #resuming: Promise<unknown> = Promise.resolve();
  readonly #onPaused = (event: PausedEvent): void => {
    this.#note(event);
    // The page stands still until this is answered; a failure means that it went away.
    this.#resuming = this.#cdp.session.send('Debugger.resume').catch(() => undefined);
  };

  constructor(cdp: GuardedCdp) {
    this.#cdp = cdp;
  }

  async start(): Promise<void> {
    await this.#cdp.send('DOM.enable');
    const { root } = await this.#cdp.send('DOM.getDocument', { depth: 0 });
    this.#rootId = root.nodeId;
    this.#cdp.session.on('Debugger.paused', this.#onPaused);
    await this.#cdp.send('Debugger.enable');
    await this.#cdp.send('DOMDebugger.setDOMBreakpoint', { nodeId: root.nodeId, type: 'subtree-modified' });
  }

  /** Ends the watch. Most insertions first. */
  async stop(): Promise<Insertion[]> {
    if (this.#rootId !== undefined) {
      await this.#cdp
        .send('DOMDebugger.removeDOMBreakpoint', { nodeId: this.#rootId, type: 'subtree-modified' })
        .catch(() => undefined);
    }
    await this.#cdp.send('Debugger.disable');
    this.#cdp.session.off('Debugger.paused', this.#onPaused);
    await this.#resuming;
    const insertions: Insertion[] = [];
    for (const { parentId, count, frames } of this.#byPlace.values())
      insertions.push({ parent: await this.#describe(parentId), count, frames });
    await this.#cdp.send('DOM.disable');
    return insertions.sort((a, b) => b.count - a.count);
  }

  #note({ reason, data, callFrames }: PausedEvent): void {
    // For a removal the target is what is removed, and what held it is not said.
    if (reason !== 'DOM' || !data?.insertion || data.targetNodeId === undefined) return;
    this.#pauses += 1;
    if (this.#pauses > MAX_PAUSES) {
      void this.#cdp.session.send('Debugger.setSkipAllPauses', { skip: true }).catch(() => undefined);
      return;
    }
    const frames = callFrames.map(({ functionName, url, location, functionLocation }) => ({
      at: toPosition(location, url, functionName),
      functionStart: toPosition(functionLocation ?? location, url, functionName),
    }));
    const top = frames[0];
    if (!top) return;
    const key = `${data.targetNodeId} ${top.at.scriptId}:${top.at.line}:${top.at.column}`;
    const known = this.#byPlace.get(key);
    if (known) known.count += 1;
    else this.#byPlace.set(key, { parentId: data.targetNodeId, count: 1, frames });
  }

  async #describe(nodeId: number): Promise<string> {
    try {
      const { node } = await this.#cdp.send('DOM.describeNode', { nodeId });
      const attributes = node.attributes ?? [];
      const index = attributes.findIndex((name, position) => position % 2 === 0 && name === 'id');
      return `${node.localName || node.nodeName}${index === -1 ? '' : `#${attributes[index + 1]}`}`;
    } catch {
      return '';
    }
  }
}

function toPosition(
  { scriptId, lineNumber, columnNumber }: RawLocation,
  url: string,
  functionName: string,
): FunctionPosition {
  return { scriptId: Number(scriptId), url, line: lineNumber + 1, column: (columnNumber ?? 0) + 1, functionName };
}
