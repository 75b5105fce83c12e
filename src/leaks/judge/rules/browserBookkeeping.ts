import { type Rule, type SurvivorEvidence, cannotSay } from './rule.ts';

/**
 * What the browser itself keeps about what happened in a page: the buffers behind `performance.getEntries()`, where each
 * trusted click leaves an entry (`InteractionContentfulPaint`, `PerformanceEventTiming`), each request one; records of an
 * attached inspector; styles it computed. They have their own limits (250 resource timings, 150 events), or end with the
 * inspector.
 *
 * Fooled by: a page that keeps such entries in a collection of its own. That is not held by the buffer alone, so its
 * retaining path passes the page's collection and not the browser's object, and this rule does not answer.
 */
const BOOKKEEPING =
  /^(?:WindowPerformance|Performance(?:EventTiming|EntryVector|Timeline|LongAnimationFrame\w*|LongTask\w*|ScriptTiming|PaintTiming|ResourceTiming|NavigationTiming|ElementTiming|ServerTiming)?|\w*ContentfulPaint|LayoutShift\w*|VisibilityStateEntry|TaskAttributionTiming|ResponsivenessMetrics|SoftNavigation\w*|InspectorIssueStorage|InspectorDOMAgent)$/;

export const browserBookkeeping: Rule<SurvivorEvidence> = {
  name: 'browser bookkeeping',
  judge({ name, via }) {
    if ((via !== undefined && BOOKKEEPING.test(via)) || BOOKKEEPING.test(name)) {
      return { answer: 'not-a-leak', reason: 'kept by the browser for its own records, which have a limit' };
    }
    return cannotSay;
  },
};
