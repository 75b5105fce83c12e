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
  const parts = new Map<Explained, Explained[]>();
  const leads: Explained[] = [];
  for (const one of explained) {
    let lead = one;
    const passed = new Set([one]);
    for (let above = holderOf(one); above && !passed.has(above); above = holderOf(above)) {
      passed.add(above);
      lead = above;
    }
    if (lead === one) leads.push(one);
    else parts.set(lead, [...(parts.get(lead) ?? []), one]);
  }
  return leads.map((lead) => withExplainedParts(lead, parts.get(lead) ?? []));
}
