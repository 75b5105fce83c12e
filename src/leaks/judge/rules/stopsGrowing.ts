import { type Rule, type SurvivorEvidence, cannotSay, rateOf } from './rule.ts';

/** The last stretch must be at least this long to say that nothing more comes. */
const MIN_STRETCH = 3;
/** A last stretch with less than this share of the first rate has stopped. */
const STOPPED = 0.25;

/**
 * A pool that is filled, lazy modules, code that gets compiled: the first iterations leave something, the last leave
 * nothing. What was made stays, and no more comes.
 *
 * Fooled by: growth that stops only after more iterations than the run has (it reads as a leak), and by a leak that is
 * slower than one object in the whole last stretch (it reads as bounded).
 */
export const stopsGrowing: Rule<SurvivorEvidence> = {
  name: 'stops growing',
  judge({ buckets }) {
    const last = buckets.at(-1);
    if (!last || buckets.length < 2 || last.iterations < MIN_STRETCH) return cannotSay;
    const before = rateOf(buckets.slice(0, -1));
    if (before === 0 || (last.possible ?? last.survivors) / last.iterations >= before * STOPPED) return cannotSay;
    return {
      answer: 'bounded',
      reason: `it stopped growing: the last ${last.iterations} iterations left ${last.survivors === 0 ? 'none' : 'next to none'}`,
    };
  },
};
