import { NODE_THREADS, isStandardStream } from '../../platform/index.ts';
import type { LeakCandidate } from '../leakCandidate.ts';
import { withParts } from './withParts.ts';

/**
 * A worker thread that a Node program does not end leaves a port in Node's own list of threads and, for what it prints, six listeners
 * each on `stdout` and `stderr`: it is the thread that stays.
 */
export function foldThreads(candidates: readonly LeakCandidate[]): LeakCandidate[] {
  const thread = candidates.find(
    ({ group }) => group?.holder.name === NODE_THREADS && group.className === 'MessagePort',
  );
  if (!thread) return [...candidates];
  const ofThread = (one: LeakCandidate): boolean => {
    const holder = (one.group ?? one.growth)?.holder.name;
    if (one === thread || holder === undefined || !isStandardStream(holder)) return false;
    // Others' listeners there have survivors of their own.
    return one.growth !== undefined || one.perIteration === thread.perIteration;
  };
  const parts = candidates.filter(ofThread);
  const whole = withParts({ ...thread, kind: 'worker', name: 'Worker' }, parts);
  return candidates.flatMap((one) => (one === thread ? [whole] : parts.includes(one) ? [] : [one]));
}
