import type { FindingKind } from '../model.ts';
import { isBufferClass } from './names.ts';

/** The browser's own object between holder and survivors, and what it makes of them. */
const BY_VIA: readonly (readonly [RegExp, FindingKind])[] = [
  [/EventListener|EventHandler/, 'event-listener'],
  [/^(?:ScheduledAction|DOMTimer|V8Function|V8FrameRequestCallback|FrameRequest)/, 'timer'],
  [/Observer|ObserverRegistration|Observation/, 'observer'],
  [/WebSocket|EventSource|BroadcastChannel|MessagePort|RTC/, 'socket'],
  [/^(?:Dedicated|Shared)?Worker/, 'worker'],
];

const BY_CLASS: readonly (readonly [RegExp, FindingKind])[] = [
  [/^(?:Window|HTMLDocument|XMLDocument|<iframe>)/, 'frame'],
  [/^(?:<|Text\b|#text|Comment\b|DocumentFragment\b|ShadowRoot\b|Attr\b)/, 'dom-node'],
  [/(?:Mutation|Resize|Intersection|Performance|Reporting)Observer$/, 'observer'],
  [/^(?:ImageBitmap|AudioBuffer)$/, 'array-buffer'],
  [/^(?:WebSocket|EventSource|BroadcastChannel|MessagePort|MessageChannel|RTC\w+)$/, 'socket'],
  [/^(?:Shared)?Worker$/, 'worker'],
];

/** The kind of a finding, by the class of what leaks and by the browser's own object that holds it. */
export function kindOf(className: string, via: string | undefined): FindingKind {
  const plain = className.replace(/ \(detached\)$/, '');
  // `Memory` was always told as an object: fingerprints, on which baselines rest, have the kind in them.
  // `Buffer` is Node's, or any class of a page.
  if (isBufferClass(plain) && plain !== 'Memory' && plain !== 'Buffer') return 'array-buffer';
  for (const [pattern, kind] of BY_CLASS) if (pattern.test(plain)) return kind;
  if (via !== undefined) for (const [pattern, kind] of BY_VIA) if (pattern.test(via)) return kind;
  return 'object';
}

/** Whether a native object is one of Node's handles, `Node / TCPSocketWrap`: what the program has open. */
export const isNodesOwn = (className: string | undefined): boolean => className?.startsWith('Node / ') === true;
