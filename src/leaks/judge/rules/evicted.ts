import { thresholds } from '../thresholds.ts';
import { type Bucket, type Rule, type SurvivorEvidence, cannotSay, rateOf, survivorsIn } from './rule.ts';

/**
 * More come than go: a queue that is emptied too slowly loses its oldest entries, and grows. A bounded collection that lost its first entries
 * is full, and keeps as many from then on.
 */
export const outgrows: Rule<SurvivorEvidence> = {
  name: 'outgrows its end',
  says: 'Leak: the oldest go, but as many more are kept as iterations came since the earlier snapshot, in which the oldest had gone as well.',
  fooledBy: 'Entries that go after a time, where iterations became faster and the time of the page cannot be moved.',
  judge({ kept }) {
    if (!kept) return cannotSay;
    const [[before, early], [now, late]] = kept;
    if (now - before < (late - early) * (before / early) * thresholds.keepsUp) return cannotSay;
    return {
      answer: 'leak',
      reason: `the oldest go, but more come: ${before} were kept after ${early} iterations, ${now} after ${late}`,
      numbers: { kept: [before, now], iterations: [early, late], perIteration: (now - before) / (late - early) },
    };
  },
};

/**
 * A full cache evicts its oldest entries, a debounced clean-up runs later: the latest iterations have survivors, the
 * earliest have few or none. That is a bound, whatever its size. Where an earlier snapshot shows that the earliest never had
 * any, nothing was evicted, and the rule says nothing.
 */
export const evicted: Rule<SurvivorEvidence> = {
  name: 'evicted',
  says: 'Bounded: the first iterations had survivors, and few or none of those are left.',
  fooledBy: 'A leak that also loses its oldest entries for another reason, such as a list that is trimmed once.',
  judge({ buckets }) {
    const { firstIterations, nearlyGone } = thresholds;
    if (buckets.length < firstIterations) return cannotSay;
    const first = buckets.slice(0, firstIterations);
    const late = rateOf(buckets.slice(-1));
    if (late === 0) return cannotSay;
    // Single iterations are compared with their like: in a stretch, the parts of a tree may each count.
    const lastSingles = buckets.filter((bucket) => bucket.iterations === 1).slice(-firstIterations);
    // Where every second iteration leaves something, the later ones have the same gaps.
    const hasSuchGaps = mostlyEmpty(lastSingles) && rateOf(lastSingles) > 0;
    if (comesRarely(buckets)) return cannotSay;
    if ((!mostlyEmpty(first) || hasSuchGaps) && rateOf(first) > rateOf(lastSingles) * nearlyGone) return cannotSay;
    const total = buckets.reduce((sum, bucket) => sum + bucket.survivors, 0);
    const numbers = { survivors: survivorsIn(buckets) };
    if (total <= Math.max(1, late))
      return { answer: 'not-a-leak', reason: 'only those of the last iteration are kept', numbers };
    if (neverThere(first)) return cannotSay;
    return { answer: 'bounded', reason: 'the oldest are gone: few or none of the first iterations are left', numbers };
  },
};

function mostlyEmpty(buckets: readonly Bucket[]): boolean {
  return buckets.filter(({ survivors }) => survivors === 0).length >= thresholds.firstIterations - 1;
}

/**
 * Whether only some iterations leave anything, at the same rate early and late. That is no eviction: a cache drops its oldest entries, so
 * every iteration after the oldest entry that is left has one, too.
 */
function comesRarely(buckets: readonly Bucket[]): boolean {
  const singles = buckets.filter(({ iterations }) => iterations === 1);
  const stretches = buckets.filter(({ iterations }) => iterations > 1);
  const sinceFirst = singles.slice(singles.findIndex(({ survivors }) => survivors > 0));
  if (stretches.length === 0 || !mostlyEmpty(sinceFirst)) return false;
  return (['survivors', 'bytes'] as const).some((what) => {
    const early = rateOf(singles, what);
    return early > 0 && early >= rateOf(stretches, what) * thresholds.keepsUp;
  });
}

/** Whether an earlier snapshot shows that these iterations left no more then than they do now. */
function neverThere(buckets: readonly Bucket[]): boolean {
  return buckets.every(({ before, survivors }) => before !== undefined && before <= survivors);
}
