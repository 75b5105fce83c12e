import type { LeftSubtree } from './exactLine/leftNodes.ts';
import { type Explained, withExplainedParts } from './explained.ts';
import { elementClassOfTag } from './sources/index.ts';
import { targetOf } from '../judge/fold/foldTargets.ts';

/** Where a subtree is put into the document, and what the snapshot says of its root. */
export type ExplainRoot = (subtree: LeftSubtree, parts: readonly Explained[]) => Promise<Explained>;

/**
 * A subtree that iterations leave in the document is one leak: its root. Its nodes, and listeners on them, are parts; where
 * none of the leaks is the root itself, it becomes the finding.
 */
export async function foldLeftNodes(
  explained: readonly Explained[],
  subtrees: readonly LeftSubtree[],
  explainRoot: ExplainRoot,
): Promise<Explained[]> {
  let rest = [...explained];
  const folded: Explained[] = [];
  for (const subtree of subtrees) {
    const parts = rest.filter((one) => isIn(subtree, one));
    if (parts.length === 0) continue;
    rest = rest.filter((one) => !parts.includes(one));
    const roots = parts.filter(({ leak }) => leak.kind === 'dom-node' && leak.name === subtree.root);
    const lead =
      roots.find(({ holder }) => holder === subtree.parent) ?? roots[0] ?? (await explainRoot(subtree, parts));
    folded.push(
      withExplainedParts(
        lead,
        parts.filter((part) => part !== lead),
      ),
    );
  }
  return [...folded, ...rest];
}

function isIn({ nodes }: LeftSubtree, { leak }: Explained): boolean {
  if (leak.kind === 'dom-node' || leak.kind === 'frame')
    return Object.hasOwn(nodes, leak.name) && !isHeldByScript(leak.group?.holder.nodeType);
  const target = targetOf(leak);
  return (
    target !== undefined &&
    Object.keys(nodes).some((name) => name.startsWith('<') && elementClassOfTag(name.slice(1, -1)) === target)
  );
}

/** A node that a collection of the page holds stays for that reason too, in the document or not. */
const isHeldByScript = (nodeType: string | undefined): boolean => nodeType === 'object' || nodeType === 'closure';
