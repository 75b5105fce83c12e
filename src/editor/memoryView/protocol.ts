import type { ChartLayout, ChartMark, ChartValues } from '../webviews/chartModel.ts';

/** What the editor tells the Memory view's page. Texts are in the user's language already. */
export type ToMemoryPage =
  /** Nothing is to be drawn; says why, and what to do. */
  | { readonly type: 'empty'; readonly text: string }
  /** All there is of a subject: when the page comes up, and when another subject is selected. */
  | {
      readonly type: 'show';
      readonly subject: MemorySubject;
      readonly layout: ChartLayout;
      readonly values: ChartValues;
      readonly marks: readonly ChartMark[];
    }
  /** The values that came since, of the subject shown; the rest whole. */
  | {
      readonly type: 'add';
      readonly key: string;
      readonly subject: MemorySubject;
      readonly values: ChartValues;
      readonly marks: readonly ChartMark[];
    };

export type FromMemoryPage =
  /** Ready for the first message: what is posted before is lost. */
  { readonly type: 'ready' };

export interface MemorySubject {
  readonly key: string;
  /** `Checkout - Shop`. */
  readonly title: string;
  /** `Page in Chromium 156`, `Browser, 12 processes`. */
  readonly detail: string;
  /** One sentence: how much, and whether it grows. */
  readonly summary: string;
  /** What is worth interrupting a screen reader's user for: changes when it begins or ends to grow. */
  readonly news: string;
}

/** Points that the page keeps; the editor's ring buffers hold as many. */
export const MAX_POINTS = 1000;
