/** The findings that count as leaks: those that no ignore rule and no accepted baseline matches. */
export function leaksOf<T extends { readonly ignored?: string }>(findings: readonly T[]): readonly T[] {
  return findings.filter(({ ignored }) => ignored === undefined);
}
