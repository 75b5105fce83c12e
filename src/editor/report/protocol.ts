import type { ChartLayout, ChartValues } from '../webviews/chartModel.ts';

/** A report as its page draws it: plain data, texts in the user's language already. */
export interface ReportView {
  readonly title: string;
  /** When, how long, with which version. */
  readonly subtitle: string;
  readonly checks: readonly CheckView[];
  readonly texts: PageTexts;
}

/** What the page itself says. */
export interface PageTexts {
  readonly exportAs: string;
  readonly checks: string;
  readonly findings: string;
  readonly bounded: string;
  readonly notes: string;
  readonly survivors: string;
  readonly retainingPath: string;
  readonly callStack: string;
  readonly holder: string;
  readonly facts: string;
  readonly chart: string;
  /** What the picture of a failed step shows. */
  readonly picture: string;
  readonly checkAgain: string;
  readonly checkHeaded: string;
  readonly saveAsScenario: string;
  readonly ignore: string;
}

export type CheckAction = 'checkAgain' | 'checkHeaded' | 'saveAsScenario';

type VerdictState = 'leak' | 'clean' | 'inconclusive' | 'error';

export interface CheckView {
  readonly id: string;
  /** What can be done about it: nothing for a report of another machine. */
  readonly actions: readonly CheckAction[];
  readonly name: string;
  readonly state: VerdictState;
  /** One line that answers "and?". */
  readonly verdict: string;
  /** Why, where the findings do not say it. */
  readonly because?: string;
  readonly hint?: string;
  /** The page on which a step failed: an address that the page may show. */
  readonly picture?: string;
  readonly facts: readonly Fact[];
  readonly chart?: { readonly layout: ChartLayout; readonly values: ChartValues };
  readonly findings: readonly FindingView[];
  readonly bounded: readonly { readonly name: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly source?: SourceLink;
}

/** Where a leak is made or kept. */
export interface PlaceView extends Required<Fact> {
  /** The lines around it. Without a number: the text of a bundle, as the check read it. */
  readonly code: readonly { readonly number?: number; readonly text: string; readonly isPlace: boolean }[];
}

/** A place the page may ask to open: by number, never by path. */
export interface SourceLink {
  readonly id: number;
  /** `src/shop.ts:18:3`. */
  readonly label: string;
  /** False where it is no file of the workspace: then it is text. */
  readonly canOpen: boolean;
}

export interface FindingView {
  readonly fingerprint: string;
  /** `minor leak`, `ignored`. */
  readonly badge: string;
  readonly level: 'critical' | 'moderate' | 'minor' | 'ignored';
  /** Against the run it is compared with: `new`, `still there`, `gone`. */
  readonly change?: { readonly state: 'new' | 'same' | 'gone'; readonly text: string };
  readonly summary: string;
  /** It counts, and a rule could make it not. */
  readonly canIgnore: boolean;
  /** What to do about it. */
  readonly advice?: string;
  readonly places: readonly PlaceView[];
  readonly facts: readonly Fact[];
  readonly survivors: readonly number[];
  /** The same as a sentence. */
  readonly survivorsText: string;
  /** From the root to what leaks. */
  readonly path: readonly PathStep[];
  readonly stack: readonly { readonly label: string; readonly source: SourceLink }[];
}

export interface PathStep {
  readonly label: string;
  /** What only grows. */
  readonly isHolder: boolean;
}

export type ExportFormat = 'html' | 'json' | 'markdown';

export type ToReportPage =
  | { readonly type: 'show'; readonly view: ReportView; readonly focus?: string; readonly memory: ReportMemory }
  | { readonly type: 'empty'; readonly text: string };

export type FromReportPage =
  | { readonly type: 'ready' }
  | { readonly type: 'open'; readonly source: number }
  /** `check`: its place in the report. */
  | { readonly type: 'act'; readonly action: CheckAction; readonly check: number }
  | { readonly type: 'ignore'; readonly check: number; readonly fingerprint: string }
  | { readonly type: 'export'; readonly format: ExportFormat };

/** What the page remembers for the editor over a reload of the window. */
export type ReportMemory =
  | { readonly kind: 'run'; readonly run: string; readonly base?: string }
  | { readonly kind: 'file'; readonly uri: string };
