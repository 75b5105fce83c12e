import type { Because } from '../../model.ts';

/** What a rule says of one piece of evidence, why, and the numbers it rests on. `cannot-say` leaves it to the next rule. */
export interface RuleAnswer {
  readonly answer: 'leak' | 'bounded' | 'not-a-leak' | 'cannot-say';
  readonly reason: string;
  readonly numbers?: Because['numbers'];
}

/** One rule that recognises a leak, or growth that only looks like one. */
export interface Rule<Evidence> {
  readonly name: string;
  /** What the rule answers, in one line, for the guide. */
  readonly says: string;
  /** What the rule is fooled by, in one line, for the guide. */
  readonly fooledBy: string;
  judge(evidence: Evidence): RuleAnswer;
}

export const cannotSay: RuleAnswer = { answer: 'cannot-say', reason: '' };

/** A run of iterations whose products are told apart from those of others, with how many of them are still there. */
export interface Bucket {
  readonly iterations: number;
  readonly survivors: number;
  /** As many may be from here: survivors plus those of which no iteration is known. Default: the survivors. */
  readonly possible?: number;
  /** What the survivors retain. In a stretch each part of a tree may count, and its bytes count once. */
  readonly bytes?: number;
  /** As many were there when an earlier snapshot was taken; undefined where none shows it. */
  readonly before?: number;
}

/** The survivors, at the end, of one kind of object that iterations made. */
export interface SurvivorEvidence {
  readonly name: string;
  /** First to last: the tracked iterations one by one, then longer stretches. */
  readonly buckets: readonly Bucket[];
  /** True once enough iterations followed the first that a cache of usual size would have filled and evicted. */
  readonly escalated: boolean;
  /** Names on the retaining path, from the root. */
  readonly retainedBy: readonly string[];
  /** The browser's own object between the holder and the survivors, if any. */
  readonly via?: string;
  /** Whether a collection, object or variable of the page holds them, not only the browser. */
  readonly heldByPage?: boolean;
  /** Whether a function of the page is known to have made them; undefined where nothing is known of their making. */
  readonly madeByPage?: boolean;
  /** Whether exact counters showed that each iteration adds more than the one before. */
  readonly multiplies?: boolean;
  /**
   * How many were kept when an earlier snapshot was taken and how many are now, each after how many iterations, where the oldest had gone by
   * then.
   */
  readonly kept?: readonly [
    before: readonly [count: number, iterations: number],
    now: readonly [count: number, iterations: number],
  ];
  /** True when the page hooks saw the page end them all, and nothing of the page holds them. */
  readonly released?: boolean;
}

/** A rule's answer with the rule's name. */
export interface Answer {
  readonly answer: RuleAnswer['answer'];
  readonly because: Because;
}

/** The first answer that says something, with the rule that gave it. */
export function firstAnswer<Evidence>(rules: readonly Rule<Evidence>[], evidence: Evidence): Answer {
  for (const rule of rules) {
    const { answer, reason, numbers } = rule.judge(evidence);
    if (answer !== 'cannot-say') return { answer, because: { rule: rule.name, reason, numbers: numbers ?? {} } };
  }
  return { answer: 'cannot-say', because: { rule: 'none', reason: 'no rule can say', numbers: {} } };
}

/** Survivors, or their bytes, an iteration over some buckets. */
export function rateOf(buckets: readonly Bucket[], what: 'survivors' | 'bytes' = 'survivors'): number {
  const iterations = buckets.reduce((sum, bucket) => sum + bucket.iterations, 0);
  const all = buckets.reduce((sum, bucket) => sum + (bucket[what] ?? 0), 0);
  return iterations === 0 ? 0 : all / iterations;
}

/** Of each bucket, for a reason's numbers. */
export const survivorsIn = (buckets: readonly Bucket[]): number[] => buckets.map(({ survivors }) => survivors);
