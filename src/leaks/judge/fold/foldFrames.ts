import type { LeakCandidate } from '../leakCandidate.ts';
import { withParts } from './withParts.ts';

/** What stands for a frame, best first: its element, its window where the element is gone, its document. */
const FRAME_NAMES = [
  '<iframe>',
  '<iframe> (detached)',
  'Window (detached)',
  'Window',
  'HTMLDocument (detached)',
  'HTMLDocument',
];

/**
 * With a frame goes its whole world: every built-in function and prototype of it hangs on the same holder, or on nothing
 * but the browser. One of them stands for all.
 */
export function foldFrames(candidates: readonly LeakCandidate[]): LeakCandidate[] {
  const nameRank = ({ name }: LeakCandidate): number => (FRAME_NAMES.indexOf(name) + 100) % 100;
  // Of a window that the browser leads to from what the page keeps (the body of its document), who keeps it cannot be watched.
  const rank = (one: LeakCandidate): number =>
    nameRank(one) + (one.group!.via !== undefined && !isElement(one) ? FRAME_NAMES.length : 0);
  const frames = candidates.filter(({ kind }) => kind === 'frame').sort((a, b) => rank(a) - rank(b));
  if (frames.length === 0) return [...candidates];
  // A window that only the browser holds is that of an element which the page keeps, where there is one.
  const kept = frames.filter((frame) => !isHeldByBrowser(frame));
  const leads = kept.length > 0 ? kept : frames;
  const byHolder = Map.groupBy(leads, holderId);
  const folded: LeakCandidate[] = [];
  let parts = candidates.filter((candidate) => !leads.includes(candidate));
  for (const [holder, together] of byHolder) {
    const [lead, ...others] = together;
    const belongs = (candidate: LeakCandidate): boolean => holderId(candidate) === holder || isHeldByBrowser(candidate);
    folded.push(withParts(lead!, [...others, ...parts.filter(belongs)]));
    parts = parts.filter((candidate) => !belongs(candidate));
  }
  return [...folded, ...parts];
}

const isElement = ({ name }: LeakCandidate): boolean => name.startsWith('<');
const holderId = ({ group }: LeakCandidate): number => group!.holder.heapObjectId;
const isHeldByBrowser = ({ group }: LeakCandidate): boolean => group!.holder.nodeType === 'synthetic';
