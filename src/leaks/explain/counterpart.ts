import type { SourceSite } from '../model.ts';
import { packageOf, siteIndex } from './stackRuns.ts';

/** How libraries call what undoes a function of theirs, by that function's name. `$1` is the rest of the name. */
const COUNTERPARTS: readonly (readonly [begins: RegExp, undoes: string])[] = [
  [/^(?:on|once|addListener|prependListener)$/, 'off'],
  [/^add([\p{Lu}_]\w*|)$/u, 'remove$1'],
  [/^register([\p{Lu}_]\w*|)$/u, 'unregister$1'],
  [/^subscribe([\p{Lu}_]\w*|)$/u, 'unsubscribe$1'],
  [/^observe([\p{Lu}_]\w*|)$/u, 'unobserve$1'],
  [/^bind([\p{Lu}_]\w*|)$/u, 'unbind$1'],
  [/^attach([\p{Lu}_]\w*|)$/u, 'detach$1'],
  [/^listenTo(?:Once)?$/, 'stopListening'],
  [/^activate$/, 'deactivate'],
  [/^connect$/, 'disconnect'],
  [/^enable$/, 'disable'],
  [/^mount$/, 'unmount'],
  [/^(?:start|run)$/, 'stop'],
  [/^watch$/, 'unwatch'],
];

/** Functions that keep what they are given, and make no object for their caller but a handle. */
const SUBSCRIBES = /^(?:on|once|add|addListener|prependListener|subscribe|register|listenTo|listenToOnce)$/;

export interface CalledFunction {
  /** As the library calls it: `add`. */
  readonly name: string;
  /** What is usually called to undo it: `remove`. */
  readonly undoneBy: string;
  /** Whether what it leaves is a record of a subscription, with whatever methods, and no object that the caller has. */
  readonly subscribes: boolean;
}

/** The function of a package that the user's line called, where its name says how it is undone: as the line calls it, else as the package does. */
export function calledFunction(site: SourceSite): CalledFunction | undefined {
  const called = site.stack[siteIndex(site) - 1];
  if (!called || packageOf(called.file) === undefined) return undefined;
  for (const full of [site.calls, called.function]) {
    const name = full?.split('.').at(-1) ?? '';
    for (const [begins, undoes] of COUNTERPARTS)
      if (begins.test(name)) return { name, undoneBy: name.replace(begins, undoes), subscribes: SUBSCRIBES.test(name) };
  }
  return undefined;
}

/** `autoUpdate() in src/tooltip.ts:9`; the place alone where the call has no name that a person gave. */
export function describeCall({ calls, file, line }: SourceSite): string {
  const isNamed = calls !== undefined && /[$\w\p{L}]{3}/u.test(calls.replace('new ', ''));
  return `${isNamed ? `${calls}() in ` : ''}${file}:${line}`;
}
