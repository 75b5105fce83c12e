import type { GuardedCdp } from '../../drive/cdp.ts';
import { IsolatedWorld } from '../../drive/isolatedWorld.ts';

/** A kind of subtree that iterations leave in the document, known by its root. */
export interface LeftSubtree {
  /** `<div>` */
  readonly root: string;
  /** The root as a selector would name it: `div.modal-host`. */
  readonly described: string;
  /** The element it was put into: `body`, `ul#log`. */
  readonly parent: string;
  /** How many came. */
  readonly count: number;
  /** Nodes of one such subtree by their names (`<span>`, `Text`), the root included. */
  readonly nodes: Readonly<Record<string, number>>;
}

/**
 * What stays in the document after iterations: nodes that were not there before, and whose like became more. A node that
 * took the place of another does not count.
 */
export class LeftNodes {
  readonly #world: IsolatedWorld;

  constructor(cdp: GuardedCdp) {
    this.#world = new IsolatedWorld(cdp);
  }

  async start(): Promise<void> {
    await this.#world.call(rememberNodes);
  }

  /**
   * Most nodes first. Empty where the page is another than at the start.
   *
   * @param iterations that were run since the start
   */
  async stop(iterations: number): Promise<LeftSubtree[]> {
    return await this.#world.call(findNewSubtrees, iterations);
  }
}

interface Remembered {
  readonly nodes: WeakSet<Node>;
  /** How many children of each name an element had. */
  readonly children: WeakMap<Node, Record<string, number>>;
}
type World = typeof globalThis & { leakwrightNodes?: Remembered };

/** Runs in our isolated world. */
function rememberNodes(): void {
  const nodes = new WeakSet<Node>();
  const children = new WeakMap<Node, Record<string, number>>();
  const walker = document.createTreeWalker(document);
  for (let node: Node | null = document; node; node = walker.nextNode()) {
    nodes.add(node);
    const counts: Record<string, number> = {};
    for (let child = node.firstChild; child; child = child.nextSibling)
      counts[child.nodeName] = (counts[child.nodeName] ?? 0) + 1;
    children.set(node, counts);
  }
  (globalThis as World).leakwrightNodes = { nodes, children };
}

/** Runs in our isolated world. */
function findNewSubtrees(iterations: number): LeftSubtree[] {
  const MAX_ROOTS = 200;
  const MAX_NODES = 20_000;
  const remembered = (globalThis as World).leakwrightNodes;
  delete (globalThis as World).leakwrightNodes;
  if (!remembered) return [];
  const nameOf = (node: Node): string => {
    if (node.nodeType === 1) return `<${(node as Element).localName}>`;
    return node.nodeType === 3 ? 'Text' : node.nodeType === 8 ? 'Comment' : node.nodeName;
  };
  const describe = (node: Node, withClass: boolean): string => {
    if (node.nodeType !== 1) return nameOf(node);
    const element = node as Element;
    const name = `${element.localName}${element.id ? `#${element.id}` : ''}`;
    const first = withClass && !element.id ? element.classList.item(0) : null;
    return first === null ? name : `${name}.${first}`;
  };
  const kindOf = (node: Node): string => describe(node, true).replaceAll(/\d+/g, '0');
  /** How deep nodes of the root's kind lie in each other, the root included. */
  const depthOf = (root: Element): number => {
    let depth = 1;
    let deepest: Element | undefined = root;
    while (depth < iterations && deepest) {
      deepest = [...deepest.getElementsByTagName(root.localName)].find((inner) => kindOf(inner) === kindOf(root));
      if (deepest) depth += 1;
    }
    return depth;
  };
  const kinds: Record<string, { root: Node; parent: Node; fresh: number }> = {};
  const walker = document.createTreeWalker(document);
  let roots = 0;
  for (let node: Node | null = walker.nextNode(); node && roots < MAX_ROOTS; node = walker.nextNode()) {
    const parent: Node | null = node.parentNode;
    if (!parent || remembered.nodes.has(node) || !remembered.nodes.has(parent)) continue;
    roots += 1;
    const key = `${describe(parent, false)} ${kindOf(node)}`;
    kinds[key] ??= { root: node, parent, fresh: 0 };
    kinds[key].fresh += 1;
    // The latest may be another than those that stay: a list that shows the newest first has it complete.
    kinds[key].root = node;
  }
  const found: LeftSubtree[] = [];
  for (const { root, parent, fresh } of Object.values(kinds)) {
    let now = 0;
    for (let child = parent.firstChild; child; child = child.nextSibling)
      now += Number(child.nodeName === root.nodeName);
    const more = now - (remembered.children.get(parent)?.[root.nodeName] ?? 0);
    if (more <= 0) continue;
    const nodes: Record<string, number> = {};
    const inside = document.createTreeWalker(root);
    let counted = 0;
    for (let node: Node | null = root; node && counted < MAX_NODES; node = inside.nextNode(), counted += 1)
      nodes[nameOf(node)] = (nodes[nameOf(node)] ?? 0) + 1;
    found.push({
      root: nameOf(root),
      described: describe(root, true),
      parent: describe(parent, false),
      // One root where each iteration left something: each may be in the one before, as replies are.
      count: Math.max(Math.min(more, fresh), fresh === 1 && root.nodeType === 1 ? depthOf(root as Element) : 0),
      nodes,
    });
  }
  const size = ({ nodes, count }: LeftSubtree): number =>
    count * Object.values(nodes).reduce((sum, some) => sum + some, 0);
  return found.sort((a, b) => size(b) - size(a));
}
