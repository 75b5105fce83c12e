import type { FindingKind } from '../../model.ts';
import type { GroupReport } from '../../snapshot/messages.ts';
import type { LeakCandidate } from '../leakCandidate.ts';
import { FOLLOWED_CLASSES, kindOf } from '../../platform/index.ts';

/** Kinds whose resources are consequences of a leaked object when nothing old holds them. */
const CONSEQUENT: ReadonlySet<FindingKind> = new Set(['event-listener', 'observer']);

/** Resources that stay open until they are closed, with or without listeners. */
const KEPT_OPEN: ReadonlySet<string> = new Set([...FOLLOWED_CLASSES, 'MessagePort']);

/** The class under which the heap has a resource: the ports of a channel outlive the channel object itself. */
const inHeap = (name: string): string => (name === 'MessageChannel' ? 'MessagePort' : name);

/** A media query that no script references any more: the browser keeps it because it has a listener. */
function isKeptByListener({ holder, className }: GroupReport, { kind, name }: LeakCandidate): boolean {
  return (
    kind === 'event-listener' &&
    holder.nodeType === 'synthetic' &&
    name.endsWith(` listener on ${className}`) &&
    !KEPT_OPEN.has(className)
  );
}

/** A line counts more than all of its columns. */
const LINE = 1e9;

/** How far a function is written from the nearest call that made the resource: a listener is mostly written where it is added. */
function distance({ group }: LeakCandidate, { creation = [] }: LeakCandidate): number {
  const at = group?.location;
  if (!at || group.nodeType !== 'closure') return Number.MAX_VALUE;
  return Math.min(
    Number.MAX_VALUE,
    ...creation.map(({ line, column }) => Math.abs(line - at.line) * LINE + Math.abs(column - at.column)),
  );
}

/** A resource that the hooks saw and the closure that the heap shows behind it are one leak: it gets both's facts. */
export function joinResources(resources: readonly LeakCandidate[], heap: readonly LeakCandidate[]): LeakCandidate[] {
  const rest = [...heap];
  const joined: LeakCandidate[] = [];
  for (const resource of resources) {
    const matches = rest
      .filter(
        ({ kind, group }) =>
          // An object that is a listener itself (handleEvent) is of its own kind; what holds it says that it listens.
          ((kind === resource.kind || (group?.via !== undefined && kindOf('', group.via) === resource.kind)) &&
            (group?.via !== undefined || group?.className === inHeap(resource.name))) ||
          isKeptByListener(group!, resource),
      )
      .sort(
        (a, b) =>
          Math.abs(a.perIteration - resource.perIteration) - Math.abs(b.perIteration - resource.perIteration) ||
          distance(a, resource) - distance(b, resource),
      );
    const match = matches[0];
    if (match) {
      rest.splice(rest.indexOf(match), 1);
      joined.push({
        ...resource,
        bytesPerIteration: match.bytesPerIteration,
        retainedBytes: match.retainedBytes,
        ...(match.group ? { group: match.group } : {}),
        ...(match.parts ? { parts: match.parts } : {}),
      });
      continue;
    }
    // A listener on a leaked node, an observer of it: nothing old holds them, they go when the node goes.
    if (CONSEQUENT.has(resource.kind) && heap.length > 0) continue;
    joined.push(resource);
  }
  return [...joined, ...rest];
}
