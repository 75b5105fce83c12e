import { type Rule, type SurvivorEvidence, cannotSay } from './rule.ts';

/**
 * What the page has ended (closed, terminated, stopped) and does not hold any more is not its leak, even where the browser
 * goes on keeping it. *Measured: Chromium 156 never collects an AudioContext, not even a closed one.*
 *
 * Fooled by: objects that our hooks did not see being made, such as those of a frame that was there before them. So it
 * only speaks of classes whose ends the hooks follow, in heaps where they are installed.
 */
export const releasedByPage: Rule<SurvivorEvidence> = {
  name: 'released by the page',
  judge({ released }) {
    return released === true
      ? { answer: 'bounded', reason: 'the page has ended them and holds none: the browser keeps them by itself' }
      : cannotSay;
  },
};

/** Classes whose ends the page hooks follow, under the names of their resources. */
export const FOLLOWED_CLASSES: ReadonlySet<string> = new Set([
  'AudioContext',
  'BroadcastChannel',
  'EventSource',
  'IDBDatabase',
  'ImageBitmap',
  'MediaStreamTrack',
  'RTCPeerConnection',
  'WebSocket',
  'Worker',
]);

/** Counts of the browser's own objects behind those classes: they rise with what the browser keeps. */
export const BEHIND_FOLLOWED: ReadonlySet<string> = new Set(['audioHandlers', 'audioWorklets', 'lifecycleObservers']);
