import { isBookkeeping, isEditingRecord, isResolverName } from '../../platform/index.ts';
import { type Rule, type SurvivorEvidence, cannotSay } from './rule.ts';

/** What the browser itself keeps about what happened in a page; known by what holds it, not by its name alone. */
export const browserBookkeeping: Rule<SurvivorEvidence> = {
  name: 'browser bookkeeping',
  says: 'Not a leak: only the browser holds them, for its own records (performance entries, undo steps of text fields, an inspector), which have a limit, or an answer that the page was given.',
  fooledBy: 'Answers of the browser: Chromium keeps some for ever, and what they hold with them.',
  judge({ name, via, heldByPage }) {
    // *Measured: Chromium 156 never drops the promise of a list of media devices, nor what it gave there.*
    if (via !== undefined && isResolverName(via))
      return { answer: 'not-a-leak', reason: 'only the browser keeps them: answers that the page was given' };
    const isRecord =
      (via !== undefined && (isBookkeeping(via) || isEditingRecord(via))) ||
      (heldByPage !== true && isBookkeeping(name));
    if (!isRecord) return cannotSay;
    return { answer: 'not-a-leak', reason: 'only the browser keeps them, for its own records, which have a limit' };
  },
};
