import { type Rule, type SurvivorEvidence, cannotSay, rateOf } from './rule.ts';

/** Evidence needed before a rate is believed. */
const MIN_SURVIVORS = 5;
const MIN_STRETCH = 5;

/**
 * A leak that does not happen in each iteration: views that alternate, every third request that is retried. What counts
 * is that the rate holds: the first iterations still have theirs, and the long stretches after them leave as many.
 *
 * Fooled by: noise that is as steady, such as an engine's own bookkeeping a few times in a run. So a page function must
 * be known to have made them, and the survivors must be several.
 */
export const steadyRate: Rule<SurvivorEvidence> = {
  name: 'steady rate',
  judge({ buckets, escalated, madeByPage }) {
    if (!escalated || madeByPage !== true) return cannotSay;
    const singles = buckets.filter((bucket) => bucket.iterations === 1);
    const stretches = buckets.filter((bucket) => bucket.iterations >= MIN_STRETCH);
    const total = buckets.reduce((sum, bucket) => sum + bucket.survivors, 0);
    if (total < MIN_SURVIVORS || stretches.length === 0) return cannotSay;
    const early = rateOf(singles);
    const hits = singles.filter((bucket) => bucket.survivors > 0).length;
    if (hits < 2) return cannotSay;
    const holds = stretches.every((stretch) => {
      const rate = stretch.survivors / stretch.iterations;
      return rate >= early * 0.5 && rate <= early * 2;
    });
    if (!holds) return cannotSay;
    return {
      answer: 'leak',
      reason: `they keep coming at ${rateOf(buckets).toFixed(2)} an iteration, and none of them goes`,
    };
  },
};
