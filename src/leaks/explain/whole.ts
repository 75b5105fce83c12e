import type { LeakCandidate } from '../judge/leakCandidate.ts';
import type { SourceSite } from '../model.ts';
import { type Whole, isSameStack } from '../snapshot/wholes.ts';
import { defined } from '../../support/index.ts';
import { calledFunction, describeCall } from './counterpart.ts';
import type { Explained } from './explained.ts';
import { bareName, isInLibrary, libraryFrame, packageOf, siteIndex } from './stackRuns.ts';

/** Wholes tried at most: what is further in is a fragment in any case. */
const MAX_WHOLES = 5;

/** What calls made, where the leak and its parts are fragments of it, the nearest to the caller first: a view of the page, then its editor. */
export function wholesOf(leak: LeakCandidate): readonly Whole[] {
  const { group, resource, perIteration } = leak;
  // What the hooks saw is a listener; what the heap shows behind it may be the object itself.
  if (resource && group?.nodeType === 'object' && group.ending)
    return [{ ...group, ending: group.ending, perIteration }];
  // Of a stack of which only the innermost functions are known, the length says nothing.
  const own = leak.kind === 'dom-node' || group?.callersDiffer ? undefined : group?.stack.length;
  // A function that a library makes beside the object that it gives back (`{destroy}`) is a fragment of that.
  const isFragment = group?.nodeType === 'closure';
  const isNearer = ({ stack }: Whole): boolean =>
    own === undefined || own === 0 || stack.length < own || (isFragment && isSameStack(stack, group.stack));
  return [leak, ...(leak.parts ?? [])]
    .flatMap((one) => [...chainOf(one.group?.whole), ...(one === leak ? [] : itself(one))])
    .filter(isNearer)
    .sort((a, b) => a.stack.length - b.stack.length)
    .slice(0, MAX_WHOLES);
}

const chainOf = (whole: Whole | undefined): readonly Whole[] => (whole ? [whole, ...chainOf(whole.within)] : []);

/** A part that has a method to end it, and so may be the whole. */
function itself({ group, perIteration }: LeakCandidate): readonly Whole[] {
  return group?.nodeType === 'object' && group.ending && group.stack.length > 0 && !group.callersDiffer
    ? [{ ...group, stack: group.stack.slice(group.bases ?? 0), ending: group.ending, perIteration }]
    : [];
}

/**
 * The leak told by the object that one call of the user's code into a library made (`new EditorView`); what was found (its
 * listener on the window) becomes a part. Unchanged where the two were made by different calls.
 */
export function asWhole(
  found: Explained,
  { perIteration, ending, stack }: Whole,
  name: string,
  madeAt: SourceSite | undefined,
): Explained {
  const { leak, parts = [] } = found;
  // An element that the user's code made is kept by the call that made the whole for it.
  const isForElement = leak.kind === 'dom-node' && found.allocatedAt && !isInLibrary(found.allocatedAt);
  const fragmentAt = isForElement ? found.keptAt : found.allocatedAt;
  if (isForElement && !fragmentAt) return found;
  const allocatedAt = isMadeLater(fragmentAt, madeAt) ? undefined : fragmentAt;
  const site = stack.length === 0 ? allocatedAt : madeAt;
  if (!site || !(allocatedAt ? isSameCall(allocatedAt, site) : isInLibrary(site))) return found;
  const isPlain = !/^[$_\p{L}]/u.test(name) || name === 'Object';
  const call = allocatedAt?.precision === 'line' ? { ...site, ...placeOf(allocatedAt) } : site;
  const called = isPlain ? madeBy({ ...site, ...defined({ calls: call.calls }) }) : name;
  // A plain object has no name that says more than what was found, unless its maker has.
  if (called === undefined) return { ...found, ending: { ...ending, on: `what ${describeCall(call)} made` } };
  const { parts: _, ...fragment } = leak;
  const lead: LeakCandidate = { ...leak, kind: 'object', name: called, perIteration };
  return {
    ...found,
    isWhole: true,
    ...(isPlain ? { knownAs: found.knownAs ?? leak } : {}),
    leak: leak.group ? { ...lead, group: { ...leak.group, nodeType: 'object' } } : lead,
    allocatedAt: call,
    parts: [
      { leak: fragment, allocatedAt: undefined, keptAt: undefined, holder: undefined },
      ...parts.filter((part) => part.leak.name !== name),
    ],
    ending: { ...ending, on: calledOn(name, call) },
  };
}

/** How advice refers to an object: `the Chart`; without a name, or with one that a minifier gave, `what src/chart.ts:6 made`. */
export function calledOn(name: string, madeAt: SourceSite | undefined): string {
  const isNamed = /^[$_\p{L}][$\w\p{L}.]*$/u.test(name) && name !== 'Object' && name !== 'Array';
  return !(isNamed && !isMinified(name)) && madeAt ? `what ${describeCall(madeAt)} made` : `the ${name}`;
}

/** The same, with the call that made it inside: `the Reaction that autorun() made`. What the call gives back may be something else. */
export function calledOnMade(name: string, madeAt: SourceSite | undefined): string {
  const on = calledOn(name, madeAt);
  const call = madeAt && isInLibrary(madeAt) ? callOf(madeAt) : undefined;
  const isGiven = !call || call.made || call.name.split('.').includes(name);
  return isGiven || on !== `the ${name}` ? on : `${on} that ${call.name}() made`;
}

/**
 * What a line's call into a library makes, by the call: `Howl` for `new Howl()`, `object of createPopper()`. Undefined without a name that
 * a person gave, and for calls that only register something.
 *
 * @param bases how many of the innermost functions are constructors of its base classes
 */
export function madeBy(site: SourceSite, bases = 0): string | undefined {
  const called = callOf(site);
  if (called === undefined) return undefined;
  if (!called.made) return `object of ${called.name}()`;
  return siteIndex(site) === 1 + bases ? called.name : `object of ${called.name}`;
}

/** The call into a library that set up a listener, timer or observer, for its name: `autoUpdate()`; `Howl` for `new Howl()`. */
export function startedBy(site: SourceSite): string | undefined {
  const called = callOf(site);
  return called && (called.made ? called.name : `${called.name}()`);
}

function callOf(site: SourceSite): { readonly made: boolean; readonly name: string } | undefined {
  const { made, name } = /^(?<made>new )?(?<name>.+)$/.exec(site.calls ?? '')?.groups ?? {};
  if (name === undefined || isMinified(name.split('.').at(-1)!) || calledFunction(site)?.subscribes) return undefined;
  return { made: made !== undefined, name };
}

/** Names that compilers give to classes without one. */
const MADE_UP = /^(?:_?class_?\d*|_?default(?:_\d+)?)$/;

/** Whether a class has a name, or a plain object names, that no person gave: `i`, `e.ic`, `_class2`, `{i, S, p, n, …}`. */
export const isMinified = (name: string): boolean =>
  /^\{(?:[$\w]{1,2}, ){3,}/.test(name) || MADE_UP.test(name) || name.split('.').every((word) => word.length <= 2);

/** By the package alone, for what the call made: once an image is there, in the next frame. */
const isMadeLater = (fragment: SourceSite | undefined, call: SourceSite | undefined): boolean =>
  fragment !== undefined &&
  packageOf(fragment.file) !== undefined &&
  packageOf(fragment.file) === libraryFrame(call)?.name;

const isSameCall = (a: SourceSite, b: SourceSite): boolean =>
  isInLibrary(a) && a.file === b.file && (bareName(a.function) === bareName(b.function) || a.line === b.line);

/** The line of the user's call and what it calls, from the fragment, which may know them better. */
const placeOf = ({
  file,
  line,
  column,
  precision,
  calls,
}: SourceSite): Pick<SourceSite, 'file' | 'line' | 'column' | 'precision' | 'calls'> => ({
  file,
  line,
  column,
  precision,
  ...defined({ calls }),
});
