import { thresholds } from '../thresholds.ts';
import { type Rule, type SurvivorEvidence, cannotSay, rateOf, survivorsIn } from './rule.ts';

/** The last stretch must be at least this long to say that nothing more comes. */
const MIN_STRETCH = 3;
/**
 * In a stretch shorter than the usual last one, so many must be expected: what comes with every fourth iteration may leave nothing in three.
 */
const FEWEST_EXPECTED = 2;

/** A pool that is filled, lazy modules, code that gets compiled: the first iterations leave something, the last leave nothing. */
export const stopsGrowing: Rule<SurvivorEvidence> = {
  name: 'stops growing',
  says: 'Bounded: the first iterations left something, the last stretch a quarter of that or nothing.',
  fooledBy:
    'Growth that stops only after the last iteration of the check (it reads as a leak); a leak slower than one in the whole last stretch.',
  judge({ buckets }) {
    const last = buckets.at(-1);
    if (!last || buckets.length < 2 || last.iterations < MIN_STRETCH) return cannotSay;
    const before = rateOf(buckets.slice(0, -1));
    if (before === 0 || (last.possible ?? last.survivors) / last.iterations >= before * thresholds.stopped)
      return cannotSay;
    if (last.iterations < thresholds.lastStretch && before * last.iterations < FEWEST_EXPECTED) return cannotSay;
    return {
      answer: 'bounded',
      reason: `it stopped growing: the last ${last.iterations} iterations left ${last.survivors === 0 ? 'none' : 'next to none'}`,
      numbers: { survivors: survivorsIn(buckets), iterations: last.iterations },
    };
  },
};
