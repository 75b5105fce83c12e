import { type Explained, withExplainedParts } from './explained.ts';

/** Nodes and other objects of the browser that a leaked object holds go with it: of these no iteration is known. */
export function foldHeld(explained: readonly Explained[]): Explained[] {
  const leadOf = new Map<string, Explained>();
  for (const one of explained)
    for (const { leak } of [one, ...(one.parts ?? [])]) if (leak.group) leadOf.set(leak.group.key, one);
  const holderOf = (one: Explained): Explained | undefined => {
    const { partOf, nodeType } = one.leak.group ?? {};
    const owner = partOf === undefined || nodeType !== 'native' ? undefined : leadOf.get(partOf);
    return owner === one ? undefined : owner;
  };
  const byLead = Map.groupBy(explained, (one) => topOf(one, holderOf));
  return explained
    .filter((one) => topOf(one, holderOf) === one)
    .map((lead) =>
      withExplainedParts(
        lead,
        byLead.get(lead)!.filter((one) => one !== lead),
      ),
    );
}

function topOf(one: Explained, holderOf: (one: Explained) => Explained | undefined): Explained {
  const passed = [one];
  for (;;) {
    const above = holderOf(passed.at(-1)!);
    if (!above) return passed.at(-1)!;
    const before = passed.indexOf(above);
    // Of those that hold each other, the largest stands for all.
    if (before >= 0)
      return passed
        .slice(before)
        .toSorted((a, b) => b.leak.retainedBytes - a.leak.retainedBytes || (a.leak.name < b.leak.name ? -1 : 1))[0]!;
    passed.push(above);
  }
}
