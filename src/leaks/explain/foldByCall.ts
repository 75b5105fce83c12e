import type { SourceSite } from '../model.ts';
import type { GroupReport } from '../snapshot/messages.ts';
import { defined } from '../../support/index.ts';
import { type Explained, withExplainedParts } from './explained.ts';
import { calledOnMade } from './whole.ts';
import { bareName, isInLibrary, packageOf, siteIndex } from './stackRuns.ts';

/**
 * What one call of the user's code made and left is one leak, wherever it hangs: a chart in its library's list of charts,
 * its listener on the window, its observer. It is recognised by the object that the call made; listeners, timers and nodes
 * are parts of it. Findings with the same words are joined, too.
 */
export function foldByCall(explained: readonly Explained[]): Explained[] {
  const sorted = explained.toSorted(
    (a, b) =>
      rankOf(b) - rankOf(a) ||
      depthOf(a) - depthOf(b) ||
      Number(a.isWhole ?? false) - Number(b.isWhole ?? false) ||
      weightOf(b) - weightOf(a),
  );
  const leads: { lead: Explained; readonly parts: Explained[] }[] = [];
  for (const one of sorted) {
    const cause = leads.find(({ lead, parts }) => [lead, ...parts].some((known) => isSameCause(known, one)));
    if (cause) cause.parts.push(one);
    else leads.push({ lead: one, parts: [] });
  }
  return leads.map(({ lead, parts }) => withExplainedParts(withEnding(withLine(lead, parts), parts), parts));
}

/** The method that ends what the call gave back, from a part that knows it: listeners and timers go with that. */
function withEnding(lead: Explained, parts: readonly Explained[]): Explained {
  if (lead.ending || lead.leak.resource === undefined) return lead;
  const ending = parts.find((part) => part.ending && isSameCall(part.allocatedAt, lead.allocatedAt))?.ending;
  return ending ? { ...lead, ending } : lead;
}

/** What people recognise as the thing that stays, best first; what a package made of its own accord comes last. */
const rankOf = (one: Explained): number => rankOfName(one) - (isPackages(one) ? 5 : 0);

function rankOfName({ leak, allocatedAt }: Explained): number {
  const { kind, name, group } = leak;
  if (/^(?:string|key|Array|Object|Set|Map|Promise|anonymous function|function .*|entries of .*|\{.*\})$/.test(name)) {
    if (kind !== 'object') return 2;
    if (/^(?:string|key)$/.test(name) || name.startsWith('entries of ')) return 0;
    return allocatedAt && isInLibrary(allocatedAt) ? 0.5 : 1;
  }
  if (kind === 'object') return group?.nodeType === 'object' ? 4 : 1;
  return kind === 'dom-node' || kind === 'array-buffer' ? 2 : 3;
}

/**
 * How far inside the library it was made: what the call itself makes is what the user's line requests. The constructors of base
 * classes are no further in.
 */
function depthOf({ allocatedAt, leak, isWhole }: Explained): number {
  if (!allocatedAt || !isInLibrary(allocatedAt)) return Number.MAX_SAFE_INTEGER;
  return siteIndex(allocatedAt) - (isWhole ? 0 : (leak.group?.bases ?? 0));
}

const weightOf = ({ leak }: Explained): number => leak.bytesPerIteration;

function isSameCause(a: Explained, b: Explained): boolean {
  if (a.leak.name === b.leak.name && a.holder === b.holder && samePlace(siteOf(a), siteOf(b))) return true;
  if ((isPackages(b) && isBelow(b.holder, a.holder)) || isReached(b, a)) return true;
  if (isEntryOf(b, a)) return true;
  if (isRuntimes(a, b) || runtimeCalls(a).some((call) => runtimeCalls(b).includes(call))) return true;
  if (isApart(a.leak.group, b.leak.group)) return false;
  if (isBelow(b.leak.growth?.holder.name, a.leak.group?.holder.name) || isInside(b, a) || isBeside(a, b)) return true;
  if (isCallbacks(b, a)) return true;
  return [a.allocatedAt, a.keptAt].some((one) => [b.allocatedAt, b.keptAt].some((other) => isSameCall(one, other)));
}

/**
 * The calls of the user's that had Node make it, or keep it: an `import()` has an entry in each of the loader's tables, a connection
 * its socket and its timers. Its allocation site shows the user's line only.
 */
function runtimeCalls({ leak, allocatedAt, keptAt }: Explained): string[] {
  const isKeptByNode = keptAt !== undefined && isNodes(keptAt.stack[0]?.file) && !isNodes(keptAt.file);
  const calls = [isNodes(leak.group?.stack[0]?.url) ? allocatedAt : undefined, isKeptByNode ? keptAt : undefined];
  return calls.flatMap((site) => (site ? [`${site.file}:${site.line}:${site.column}`] : []));
}

const isNodes = (file: string | undefined): boolean => file?.startsWith('node:') === true;

/** Node's own, made in a later turn in which no code of the user's ran: as many as of the lead, so it is for that. */
const isRuntimes = (lead: Explained, one: Explained): boolean =>
  isNodes(siteOf(one)?.file) && one.leak.perIteration === lead.leak.perIteration && runtimeCalls(lead).length > 0;

/** Paths do not continue from the browser's own objects: the snapshot does not show what these reference. */
function isApart(a: GroupReport | undefined, b: GroupReport | undefined): boolean {
  return a?.cluster !== b?.cluster && a?.nodeType === 'object' && b?.nodeType === 'object';
}

/** No code of the user's was on the stack that made it: a framework's own nodes and queues, or Node's, made as it works. */
function isPackages(one: Explained): boolean {
  const site = siteOf(one);
  return site !== undefined && (packageOf(site.file) !== undefined || isNodes(site.file));
}

/**
 * What a library made that the user's own callback or object refers to goes with that, whatever else holds it: the state of a
 * component. So does what a package made later, without the user's code, as many of as one call into it left: its timer, its entry in
 * a list of what is shown. Not an object with a method that ends it: that the method was not called is a cause of its own.
 */
function isReached(part: Explained, lead: Explained): boolean {
  const { cluster } = part.leak.group ?? {};
  const site = siteOf(part);
  const isAlone = isPackages(part);
  if (part.ending || !(isAlone || (site && isInLibrary(site)))) return false;
  if (isAlone && isCallInto(packageOf(site!.file), lead) && part.leak.perIteration === lead.leak.perIteration) {
    // A timer or a table has no objects of its own to tell by.
    return part.leak.resource !== undefined || part.leak.growth !== undefined || cluster === lead.leak.group?.cluster;
  }
  return cluster !== undefined && cluster === lead.leak.group?.cluster && isOwn(lead);
}

/**
 * A table that gains an entry for each object that something else keeps: a registry beside a listener. Of plain objects one cannot
 * say that they are the same.
 */
function isEntryOf({ leak: { growth, name, perIteration } }: Explained, { leak }: Explained): boolean {
  const { group } = leak;
  return (
    growth !== undefined &&
    group?.nodeType === 'object' &&
    group.className === name &&
    !/^(?:\{.*|Object|Array|Set|Map)$/.test(name) &&
    leak.perIteration === perIteration
  );
}

/** Whether the user's code made it by a call into a package. */
function isCallInto(name: string | undefined, { allocatedAt, keptAt }: Explained): boolean {
  return [allocatedAt, keptAt].some(
    (site) =>
      site !== undefined &&
      packageOf(site.file) === undefined &&
      name !== undefined &&
      site.stack.slice(0, Math.max(0, siteIndex(site))).some(({ file }) => packageOf(file) === name),
  );
}

function isOwn(one: Explained): boolean {
  const site = siteOf(one);
  return site !== undefined && !isPackages(one) && !isInLibrary(site);
}

const siteOf = ({ allocatedAt, keptAt }: Explained): SourceSite | undefined => allocatedAt ?? keptAt;

/** A collection in what a leaked object holds, or beside it: as the snapshot names both. */
function isBelow(name: string | undefined, above: string | undefined): boolean {
  if (name === undefined || above === undefined || above === '') return false;
  return name.startsWith(`${above}.`) || name.startsWith(`${above}[`);
}

/**
 * A collection of a leaked callback's own, which grows because the callback still runs. The snapshot's path to it passes through such a
 * callback, by its name, under what keeps those.
 */
function isInside({ leak: { growth } }: Explained, { leak: { group } }: Explained): boolean {
  if (!growth || !group?.className.startsWith('function ')) return false;
  const pathOf = (holder: { readonly retainedBy: readonly string[] }): string[] =>
    holder.retainedBy.map((step) => step.replace(/^\[\d+\]: /, ''));
  const path = pathOf(growth.holder);
  const above = pathOf(group.holder).slice(0, -1);
  return path[above.length] === group.className && above.every((step, index) => step === path[index]);
}

/** What a library makes when a callback that was left runs: a state update of a component that is gone. */
function isCallbacks({ allocatedAt: made }: Explained, lead: Explained): boolean {
  return (
    lead.leak.resource !== undefined && made !== undefined && isInLibrary(made) && lineOf(made) === lineOf(siteOf(lead))
  );
}

/**
 * A key, or a place in a table, that one line put into the object which also holds the value: a cache has a Map of keys, an array
 * of values, and lists of both.
 */
function isBeside(a: Explained, b: Explained): boolean {
  const owner = ownerOf(b.holder);
  if (owner === undefined || owner !== ownerOf(a.holder) || rankOf(b) > 0) return false;
  const lines = new Set([a.allocatedAt, a.keptAt].map(lineOf));
  return [b.allocatedAt, b.keptAt].some((site) => site !== undefined && lines.has(lineOf(site)));
}

const lineOf = (site: SourceSite | undefined): string | undefined => site && `${site.file}:${site.line}`;

/** `cache` of `cache.#keyList`, `this.cache` of `this.cache.map["7"]`: what holds the collection. */
function ownerOf(holder: string | undefined): string | undefined {
  const owner = holder?.replace(/(?:\.#?[$\w\p{L}]+|\[[^\]]*\])$/u, '');
  return owner === holder || owner === '' ? undefined : owner;
}

/**
 * Whether two things were made by one call into a library. The callers of an allocation are known by their functions only:
 * where one of the two lines is not known, the same function of the user called a library for both.
 */
function isSameCall(a: SourceSite | undefined, b: SourceSite | undefined): boolean {
  if (!a || !b || a.file !== b.file || !isInLibrary(a) || !isInLibrary(b)) return false;
  if (a.precision === 'line' && b.precision === 'line') return samePlace(a, b);
  const name = bareName(a.function);
  return name === '' ? samePlace(a, b) : name === bareName(b.function);
}

/** Where the library's function that the user's line calls is written. */
const calledFile = (site: SourceSite): string | undefined => site.stack[siteIndex(site) - 1]?.file;

const samePlace = (a: SourceSite | undefined, b: SourceSite | undefined): boolean =>
  a?.file === b?.file && a?.line === b?.line && a?.column === b?.column;

/** The line of the call from a part that knows it, or from who keeps it, where the lead knows the function only. */
function withLine(lead: Explained, parts: readonly Explained[]): Explained {
  const { allocatedAt } = lead;
  if (allocatedAt?.precision !== 'function') return lead;
  const isExact = (site: SourceSite | undefined): boolean =>
    site?.precision === 'line' && isSameCall(site, allocatedAt);
  const exact =
    parts.map((part) => part.allocatedAt).find(isExact) ??
    [lead.keptAt].find((site) => isExact(site) && calledFile(site!) === calledFile(allocatedAt));
  if (!exact) return lead;
  const { file, line, column, calls } = exact;
  const made: SourceSite = { ...allocatedAt, file, line, column, precision: 'line', ...defined({ calls }) };
  const { leak, ending } = lead;
  const name = leak.resource && leak.group ? leak.group.className : leak.name;
  return { ...lead, allocatedAt: made, ending: ending && { ...ending, on: calledOnMade(name, made) } };
}
