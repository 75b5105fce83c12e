import { type Bucket, type Rule, type SurvivorEvidence, cannotSay, rateOf } from './rule.ts';

/** With less than this share of the late rate left, the first iterations were evicted even if a few stayed. */
const NEARLY_GONE = 0.2;
/** The first iterations, whose products are the first to be evicted. */
const FIRST = 3;

/**
 * A cache that is full lets its oldest go, a debounced clean-up runs later: the latest iterations have survivors, the
 * earliest have none or next to none. That is a bound, whatever its size.
 *
 * Fooled by: a cache that is larger than all iterations of the run (its oldest are all still there: it reads as a leak,
 * and is one for as long as anybody watched); and by a real leak that also loses its oldest for another reason, such as a
 * list that is trimmed once. A queue that fills faster than it is emptied lets its oldest go as well: there the size of
 * the queue itself is what tells (`accumulates`).
 */
export const evicted: Rule<SurvivorEvidence> = {
  name: 'evicted',
  judge({ buckets }) {
    if (buckets.length < FIRST) return cannotSay;
    const first = buckets.slice(0, FIRST);
    const late = rateOf(buckets.slice(-1));
    if (late === 0) return cannotSay;
    // Single iterations are compared with their like: in a stretch, the parts of a tree may each count.
    const lastSingles = buckets.filter((bucket) => bucket.iterations === 1).slice(-FIRST);
    // Where every second iteration leaves something, the later ones have the same gaps.
    const hasSuchGaps = mostlyEmpty(lastSingles) && rateOf(lastSingles) > 0;
    if ((!mostlyEmpty(first) || hasSuchGaps) && rateOf(first) > rateOf(lastSingles) * NEARLY_GONE) return cannotSay;
    const total = buckets.reduce((sum, bucket) => sum + bucket.survivors, 0);
    if (total <= Math.max(1, late))
      return { answer: 'not-a-leak', reason: 'only those of the last iteration are kept' };
    return { answer: 'bounded', reason: 'the oldest are let go: of the first iterations next to nothing is left' };
  },
};

function mostlyEmpty(buckets: readonly Bucket[]): boolean {
  return buckets.filter(({ survivors }) => survivors === 0).length >= FIRST - 1;
}
