import { type Rule, type SurvivorEvidence, cannotSay } from './rule.ts';

/**
 * What the page has ended (closed, terminated, stopped) and does not hold any more is not its leak, even where the browser
 * goes on keeping it. *Measured: Chromium 156 never collects an AudioContext, not even a closed one.* It only speaks of classes
 * whose ends the page hooks follow, in heaps where they are installed.
 */
export const releasedByPage: Rule<SurvivorEvidence> = {
  name: 'released by the page',
  says: 'Bounded: the page has closed them all, or they cannot be closed, and holds none; the browser keeps them by itself.',
  fooledBy: 'Objects of a frame that was there before the page hooks were.',
  judge({ released }) {
    return released === true
      ? { answer: 'bounded', reason: 'the page has let go of them all: the browser keeps them by itself' }
      : cannotSay;
  },
};
