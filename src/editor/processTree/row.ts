import type { Leftover, PageMetrics, ProcessSample, TreeSample, Trend } from '../../browsers/index.ts';
import type { NodeProgram } from '../../machine/index.ts';
import type { OwnedTree } from '../../orphans/index.ts';
import type { RendererPart, SessionInfo } from '../../sessions/index.ts';

export type GroupName =
  | 'managed'
  | 'debug'
  | 'automation'
  | 'orphans'
  | 'unknown'
  | 'programs'
  | 'personal'
  | 'leftovers';

/** The pages and workers of a renderer, with their numbers. */
export interface ShownRenderer {
  readonly label: string;
  readonly parts: readonly RendererPart[];
  /** As last counted, garbage included. Of the whole renderer. */
  readonly metrics?: PageMetrics;
  /** The least of the last half minute, which has little garbage in it. */
  readonly least?: { readonly jsHeapBytes: number; readonly nodes: number; readonly listeners: number };
  readonly heapTrend: Trend | undefined;
}

/** A browser tree with everything the view knows of it. */
export interface ShownTree {
  readonly sample: TreeSample;
  /** Undefined until it was decided whose it is. */
  readonly owned: OwnedTree | undefined;
  /** The session it is the browser of, when this window launched it. */
  readonly session: SessionInfo | undefined;
  readonly ending: boolean;
  /** What lives in its renderers, by pid, where that is known. */
  readonly pages: ReadonlyMap<number, ShownRenderer>;
}

/** What a row looks like: all of it is compared, so that a row that looks the same fires nothing. */
export interface RowLook {
  /** What it is. */
  readonly label: string;
  /** How much it costs. Rounded, so that it does not change with every sample. */
  readonly description: string;
  readonly icon: string;
  /** A theme colour. It repeats the words, so no meaning is in the colour alone. */
  readonly colour?: string;
  /** Words for `viewItem =~` in package.json's menus. */
  readonly context: string;
  /** A sentence for screen readers. */
  readonly spoken: string;
}

interface RowBase {
  /** The identity of the shown object, so that selection and expansion survive every refresh. */
  readonly id: string;
  readonly look: RowLook;
  /** Default: collapsed. */
  readonly expanded?: boolean;
}

export interface GroupRow extends RowBase {
  readonly kind: 'group';
  readonly group: GroupName;
  readonly children: readonly (TreeRow | SessionRow | ProgramRow | LeftoverRow)[];
}

export interface TreeRow extends RowBase {
  readonly kind: 'tree';
  readonly shown: ShownTree;
  readonly children: readonly (HoldingsRow | ProcessRow | HelpersRow)[];
}

/** A session whose browser runs on another machine or belongs to another program: no process here is its. */
export interface SessionRow extends RowBase {
  readonly kind: 'session';
  readonly session: SessionInfo;
  readonly children: readonly HoldingsRow[];
}

/** What a session holds at the moment: its pages, requests, workers and so on. */
export interface HoldingsRow extends RowBase {
  readonly kind: 'holdings';
  readonly session: SessionInfo;
  readonly children: readonly [];
}

export interface ProcessRow extends RowBase {
  readonly kind: 'process';
  readonly shown: ShownTree;
  readonly sample: ProcessSample;
  /** What lives in it, where that is more than one thing. */
  readonly children: readonly PartRow[];
}

/** What a browser runs beside its pages (GPU, network, crash handlers): several, in one row. */
export interface HelpersRow extends RowBase {
  readonly kind: 'helpers';
  readonly shown: ShownTree;
  readonly children: readonly ProcessRow[];
}

/** A page, iframe or worker in a renderer that it shares. */
export interface PartRow extends RowBase {
  readonly kind: 'part';
  readonly shown: ShownTree;
  readonly sample: ProcessSample;
  readonly part: RendererPart;
  readonly children: readonly [];
}

/** A program on Node in a folder of the workspace. */
export interface ProgramRow extends RowBase {
  readonly kind: 'program';
  readonly program: NodeProgram;
  readonly children: readonly [];
}

/** A folder that outlived its browser. */
export interface LeftoverRow extends RowBase {
  readonly kind: 'leftover';
  readonly leftover: Leftover;
  readonly children: readonly [];
}

export type Row =
  | GroupRow
  | TreeRow
  | SessionRow
  | HoldingsRow
  | ProcessRow
  | HelpersRow
  | PartRow
  | ProgramRow
  | LeftoverRow;
