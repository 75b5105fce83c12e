import type { ProcessesView } from '../../src/editor/processTree/processesView.ts';
import type { Node } from '../../src/editor/processTree/nodeStore.ts';

/**
 * Asks again until there is an answer; fails with what was waited for. The time is for a machine with ten times as much to
 * do as processors to do it: what hangs is told late, what is slow is not told as broken.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}.`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

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
