import type { CheckResult } from '../../leaks/index.ts';
import { RingBuffer, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';

/** Something that happened to a browser, worth a line in its chart. */
export interface Mark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: 'navigation' | 'gc' | 'check';
  readonly text: string;
  /** The renderer it is about; undefined: the whole browser. */
  readonly pid?: number;
}

const MAX_MARKS = 500;

/** What happened lately, by browser tree; some of it to all of them. */
export class Marks {
  readonly #byTree = new Map<string, RingBuffer<Mark>>();
  readonly #everywhere = new RingBuffer<Mark>(MAX_MARKS);

  /** @param treeKey undefined: it concerns every browser */
  add(treeKey: string | undefined, mark: Mark): void {
    if (treeKey === undefined) {
      this.#everywhere.push(mark);
      return;
    }
    let marks = this.#byTree.get(treeKey);
    if (!marks) this.#byTree.set(treeKey, (marks = new RingBuffer(MAX_MARKS)));
    marks.push(mark);
  }

  /** In the order of time. @param pid leaves out what is about other renderers */
  of(treeKey: string, pid?: number): readonly Mark[] {
    const own = [...(this.#byTree.get(treeKey) ?? [])].filter(
      (mark) => pid === undefined || mark.pid === undefined || mark.pid === pid,
    );
    return [...own, ...this.#everywhere].sort((a, b) => a.at - b.at);
  }

  /** Forgets trees that are gone. */
  keep(treeKeys: ReadonlySet<string>): void {
    for (const key of this.#byTree.keys()) if (!treeKeys.has(key)) this.#byTree.delete(key);
  }
}

/** Where a check of this window began and ended: it takes memory of the machine, and its verdict belongs to the picture. */
export function marksOfCheck({ name, startedAt, durationMs, verdict }: CheckResult): Mark[] {
  const began = Date.parse(startedAt);
  const what = plainText(name, 60);
  return [
    { at: began, kind: 'check', text: t('Check {0} began', what) },
    { at: began + durationMs, kind: 'check', text: t('Check {0} ended: {1}', what, verdict) },
  ];
}
