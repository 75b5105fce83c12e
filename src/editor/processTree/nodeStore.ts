import type { GroupRow, Row, RowLook } from './row.ts';

/** What stands in the editor's tree for a row, for as long as the row is there: the editor knows it by reference. */
export interface Node {
  readonly id: string;
  row: Row;
  parent: Node | undefined;
  children: readonly Node[];
}

/** What the editor must ask for anew: everything, or these nodes (with what is below them). */
export type Refresh = { readonly all: true } | { readonly all: false; readonly nodes: readonly Node[] };

/** Keeps one node a row, and tells what a new set of rows changes: the least that must be drawn again. */
export class NodeStore {
  #nodes = new Map<string, Node>();
  #roots: readonly Node[] = [];

  get roots(): readonly Node[] {
    return this.#roots;
  }

  get(id: string): Node | undefined {
    return this.#nodes.get(id);
  }

  /** Takes the new rows in. Undefined when everything looks as before. */
  update(groups: readonly GroupRow[]): Refresh | undefined {
    const before = this.#nodes;
    const rootsBefore = this.#roots;
    const nodes = new Map<string, Node>();
    const changed: Node[] = [];
    let moved = false;

    const take = (row: Row, parent: Node | undefined, isCovered: boolean): Node => {
      const known = before.get(row.id);
      const node: Node = known ?? { id: row.id, row, parent, children: [] };
      nodes.set(row.id, node);
      const looksSame = known !== undefined && sameLook(known.row.look, row.look);
      // The same id under two parents during one refresh is refused by the editor: it then draws everything anew.
      if (known && known.parent?.id !== parent?.id) moved = true;
      const idsBefore = node.children.map(({ id }) => id);
      const needsDrawing = known !== undefined && (!looksSame || !sameIds(idsBefore, row.children));
      if (needsDrawing && !isCovered) changed.push(node);
      node.row = row;
      node.parent = parent;
      // Drawing a node draws what is below it.
      node.children = row.children.map((child) => take(child, node, isCovered || needsDrawing));
      return node;
    };
    this.#roots = groups.map((group) => take(group, undefined, false));
    this.#nodes = nodes;

    const rootIds = rootsBefore.map(({ id }) => id);
    if (moved || !sameIds(rootIds, this.#roots)) return { all: true };
    return changed.length === 0 ? undefined : { all: false, nodes: changed };
  }
}

function sameIds(before: readonly string[], now: readonly { readonly id: string }[]): boolean {
  return before.length === now.length && now.every(({ id }, index) => id === before[index]);
}

function sameLook(a: RowLook, b: RowLook): boolean {
  return (
    a.label === b.label &&
    a.description === b.description &&
    a.icon === b.icon &&
    a.colour === b.colour &&
    a.context === b.context
  );
}
