/** Names on the way to a function: `Sortable.` of `Sortable.create`. */
const OWNERS = /(?:[$_\p{L}][$\w\p{L}]*\??\.)+$/u;
const CALL = /^(?<made>new\s+)?(?<name>[$_\p{L}][$\w\p{L}]*(?:\.[$_\p{L}][$\w\p{L}]*)*)/u;

/**
 * What a source calls at a place, as a stack has it (at `new`, at the last name of `Sortable.create`): `new Swiper`,
 * `Sortable.create`, `createPopper`. The source may be of any language that compiles to JavaScript.
 *
 * @param at counted from 1
 */
export function calledAs(source: string, at: { readonly line: number; readonly column: number }): string | undefined {
  const line = source.split('\n', at.line)[at.line - 1];
  const call = line === undefined ? undefined : CALL.exec(line.slice(at.column - 1));
  if (!call) return undefined;
  const { made, name } = call.groups!;
  if (made !== undefined) return `new ${name}`;
  const owners = OWNERS.exec(line!.slice(0, at.column - 1))?.[0].replaceAll('?', '') ?? '';
  // Not the word where a statement or the call's arguments begin.
  return /^\s*(?:<[^()]*>)?\s*(?:\?\.)?\(/.test(line!.slice(at.column - 1 + name!.length)) ? owners + name : undefined;
}
