import { type Rule, type SurvivorEvidence, cannotSay, rateOf, survivorsIn } from './rule.ts';

/**
 * A leak that does not happen in each iteration: views that alternate, every third request that is retried. What counts
 * is that the rate holds: the first iterations still have theirs, and the long stretches after them leave as many. A function of
 * the page must be known to have made them: an engine's own records may be as steady.
 */
export const steadyRate: Rule<SurvivorEvidence> = {
  name: 'steady rate',
  says: 'Leak: survivors of some iterations only, at a rate that holds from the first iterations to the last stretch.',
  fooledBy: 'Records of the engine made a few times in a check at a steady rate, by a function of the page.',
  judge({ buckets, escalated, madeByPage }) {
    if (!escalated || madeByPage !== true) return cannotSay;
    const singles = buckets.filter((bucket) => bucket.iterations === 1);
    const stretches = buckets.filter((bucket) => bucket.iterations > 1);
    if (stretches.length === 0) return cannotSay;
    const hits = singles.filter((bucket) => bucket.survivors > 0).length;
    // One hit is enough where two stretches agree with it.
    if (hits === 0 || (hits === 1 && stretches.length < 2)) return cannotSay;
    // In a stretch the parts of a tree may each count: a text put together from others, an object with its list.
    const holds = (['survivors', 'bytes'] as const).some((what) => {
      const early = rateOf(singles, what);
      const rates = stretches.map((stretch) => rateOf([stretch], what));
      return early > 0 && rates.every((rate) => rate >= early * 0.5 && rate <= early * 2);
    });
    if (!holds) return cannotSay;
    const rate = rateOf(buckets);
    return {
      answer: 'leak',
      reason: `they keep coming at ${rate.toFixed(2)} an iteration, and none of them goes`,
      numbers: { perIteration: rate, survivors: survivorsIn(buckets) },
    };
  },
};
