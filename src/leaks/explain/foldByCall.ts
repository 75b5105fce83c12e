import type { SourceSite } from '../model.ts';
import type { GroupReport } from '../snapshot/messages.ts';
import { type Explained, withExplainedParts } from './explained.ts';
import { siteIndex } from './stackRuns.ts';

/**
 * What one call of the user's code made and left is one leak, wherever it hangs: a chart in its library's list of charts,
 * its listener on the window, its observer. It is recognised by the object that the call made; listeners, timers and nodes
 * are parts of it. Findings with the same words are joined, too.
 */
export function foldByCall(explained: readonly Explained[]): Explained[] {
  const sorted = explained.toSorted(
    (a, b) => rankOf(b) - rankOf(a) || depthOf(a) - depthOf(b) || weightOf(b) - weightOf(a),
  );
  const leads: { lead: Explained; readonly parts: Explained[] }[] = [];
  for (const one of sorted) {
    const cause = leads.find(({ lead, parts }) => [lead, ...parts].some((known) => isSameCause(known, one)));
    if (cause) cause.parts.push(one);
    else leads.push({ lead: one, parts: [] });
  }
  return leads.map(({ lead, parts }) => withExplainedParts(withLine(lead, parts), parts));
}

/** What people recognise as the thing that stays, best first. */
function rankOf({ leak }: Explained): number {
  const { kind, name, group } = leak;
  if (/^(?:string|Array|Object|Set|Map|Promise|anonymous function|function .*|entries of .*|\{.*\})$/.test(name)) {
    if (kind !== 'object') return 2;
    return name === 'string' || name.startsWith('entries of ') ? 0 : 1;
  }
  if (kind === 'object') return group?.nodeType === 'object' ? 4 : 1;
  return kind === 'dom-node' || kind === 'array-buffer' ? 2 : 3;
}

/** How far inside the library it was made: what the call itself makes is what the user's line requests. */
function depthOf({ allocatedAt }: Explained): number {
  return allocatedAt && isInLibrary(allocatedAt) ? siteIndex(allocatedAt) : Number.MAX_SAFE_INTEGER;
}

const weightOf = ({ leak }: Explained): number => leak.bytesPerIteration;

function isSameCause(a: Explained, b: Explained): boolean {
  if (isApart(a.leak.group, b.leak.group)) return false;
  if (a.leak.name === b.leak.name && a.holder === b.holder && samePlace(siteOf(a), siteOf(b))) return true;
  if (isBelow(b.leak.growth?.holder.name, a.leak.group?.holder.name)) return true;
  return [a.allocatedAt, a.keptAt].some((one) => [b.allocatedAt, b.keptAt].some((other) => isSameCall(one, other)));
}

/** The browser's own objects are not walked from: nothing is known of what they reach. */
function isApart(a: GroupReport | undefined, b: GroupReport | undefined): boolean {
  return a?.cluster !== b?.cluster && a?.nodeType === 'object' && b?.nodeType === 'object';
}

const siteOf = ({ allocatedAt, keptAt }: Explained): SourceSite | undefined => allocatedAt ?? keptAt;

/** A collection in what a leaked object holds, or beside it: as the snapshot names both. */
function isBelow(name: string | undefined, above: string | undefined): boolean {
  if (name === undefined || above === undefined || above === '') return false;
  return name.startsWith(`${above}.`) || name.startsWith(`${above}[`);
}

/**
 * Whether two things were made by one call into a library. The callers of an allocation are known by their functions only:
 * where one of the two lines is not known, the same function of the user called a library for both.
 */
function isSameCall(a: SourceSite | undefined, b: SourceSite | undefined): boolean {
  if (!a || !b || a.file !== b.file || !isInLibrary(a) || !isInLibrary(b)) return false;
  if (a.precision === 'line' && b.precision === 'line') return samePlace(a, b);
  return a.function !== '' && a.function === b.function;
}

const samePlace = (a: SourceSite | undefined, b: SourceSite | undefined): boolean =>
  a?.file === b?.file && a?.line === b?.line && a?.column === b?.column;

/** The line is the user's, and what was made there was made further in. */
function isInLibrary({ stack, file, line, column }: SourceSite): boolean {
  const [innermost] = stack;
  return (
    innermost !== undefined && !(innermost.file === file && innermost.line === line && innermost.column === column)
  );
}

/** The line of the call from a part that knows it, where the lead knows the function only. */
function withLine(lead: Explained, parts: readonly Explained[]): Explained {
  const { allocatedAt } = lead;
  if (allocatedAt?.precision !== 'function') return lead;
  const exact = parts.find(
    (part) => part.allocatedAt?.precision === 'line' && isSameCall(part.allocatedAt, allocatedAt),
  )?.allocatedAt;
  if (!exact) return lead;
  const { file, line, column } = exact;
  return { ...lead, allocatedAt: { ...allocatedAt, file, line, column, precision: 'line' } };
}
