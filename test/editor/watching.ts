import type { ProcessesView } from '../../src/editor/processTree/processesView.ts';
import type { Node } from '../../src/editor/processTree/nodeStore.ts';

/** The view as text, a line a row: `label | description`, two spaces a level. */
export async function outline(view: ProcessesView): Promise<string[]> {
  const lines: string[] = [];
  const add = async (node: Node | undefined, depth: number): Promise<void> => {
    for (const child of await view.getChildren(node)) {
      const { label, description } = child.row.look;
      lines.push(`${'  '.repeat(depth)}${label} | ${description}`);
      await add(child, depth + 1);
    }
  };
  await add(undefined, 0);
  return lines;
}
