import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TabInputCustom, Uri, commands, window, workspace } from 'vscode';
import { COMMANDS, ROW_COMMANDS, SNAPSHOT_EDITOR, VIEWS } from '../../src/editor/contributions.ts';
import type { Leakwright } from '../../src/editor/index.ts';
import type { Node } from '../../src/editor/processTree/nodeStore.ts';
import { activateLeakwright } from './leakwright.ts';
import { outline } from './watching.ts';
import { until } from '../support/until.ts';

/** A page that says what it is and holds a thousand nodes. */
const PAGE = `data:text/html,<title>Checkout</title>${'<p>row</p>'.repeat(1000)}`;

describe('What pages and browsers hold', () => {
  let leakwright: Leakwright;
  before(async () => {
    leakwright = await activateLeakwright();
  });
  afterEach(async () => {
    leakwright.processes.setFilter('');
    await commands.executeCommand(COMMANDS.sortByRole);
    await leakwright.sessions.closeAll();
    await commands.executeCommand('workbench.view.explorer');
  });

  async function launch(name: string): Promise<void> {
    await leakwright.sessions.launch({ source: { kind: 'launch', headless: true }, name, url: PAGE });
    await commands.executeCommand(`${VIEWS.processes}.focus`);
  }

  const rendererOf = (node: Node) => node.row.kind === 'process' && node.row.look.label === 'Renderer · Checkout';
  function find(nodes: readonly Node[], matches: (node: Node) => boolean): Node | undefined {
    for (const node of nodes) {
      const found = matches(node) ? node : find(node.children, matches);
      if (found) return found;
    }
    return undefined;
  }
  const pageRow = () =>
    until('the row of the page', async () => find(await leakwright.processes.getChildren(), rendererOf));

  // Which page eats the memory, and of what: heap, DOM or listeners.
  it('is in the row of the page', async () => {
    await launch('Counted');
    const row = await until('the counts', async () =>
      (await outline(leakwright.processes)).find((line) => /Renderer · Checkout \| .*JS .* nodes/.test(line)),
    );
    const nodes = /([\d.]+)k nodes/.exec(row)?.[1];
    assert.ok(Number(nodes) >= 2, `a thousand paragraphs with a text each: ${row}`);
  });

  it('is drawn while the Memory view is visible, all of it again when it comes back, and nothing while it is hidden', async () => {
    const { memory } = leakwright;
    await launch('Drawn');
    await commands.executeCommand(`${VIEWS.memory}.focus`);
    await until('the page is told', () => (memory.posts > 0 ? true : undefined));
    await commands.executeCommand('workbench.view.explorer');
    await until('the view is hidden', () => (memory.visible ? undefined : true));
    const whileHidden = memory.posts;
    for (let round = 0; round < 10; round += 1) await leakwright.watch.refresh();
    assert.equal(memory.posts, whileHidden);
    await commands.executeCommand(`${VIEWS.memory}.focus`);
    await until('it is told again', () => (memory.posts > whileHidden ? true : undefined));
  });

  it('is in a heap snapshot that opens in the editor', async () => {
    await launch('Captured');
    const folder = mkdtempSync(join(tmpdir(), 'lw-snapshot-'));
    try {
      const file = join(folder, 'checkout.heapsnapshot');
      await commands.executeCommand(ROW_COMMANDS.capturePageSnapshot, await pageRow(), file);
      assert.ok(existsSync(file) && statSync(file).size > 100_000);
      const tab = await until('it is open', () => window.tabGroups.activeTabGroup.activeTab);
      assert.equal(tab.label, 'checkout.heapsnapshot');
      // The editor's own viewer, not the text of it.
      if (tab.input instanceof TabInputCustom) assert.match(tab.input.viewType, /jsProfileVisualizer/);
      await window.tabGroups.close(tab);
      await commands.executeCommand('vscode.openWith', Uri.file(file), SNAPSHOT_EDITOR);
      const analysed = await until('its analysis is open', () => {
        const input = window.tabGroups.activeTabGroup.activeTab?.input;
        return input instanceof TabInputCustom && input.viewType === SNAPSHOT_EDITOR ? input : undefined;
      });
      assert.equal(analysed.uri.fsPath, file);
      await commands.executeCommand('workbench.action.closeActiveEditor');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is of a page that can be brought to the front', async () => {
    await launch('Focused');
    await commands.executeCommand(ROW_COMMANDS.focusPage, await pageRow());
  });

  it('can be sorted by memory, and by role again', async () => {
    await launch('Sorted');
    await pageRow();
    const rows = async () => {
      const tree = find(await leakwright.processes.getChildren(), ({ row }) => row.look.label === 'Sorted');
      return tree!.children.flatMap(({ row }) => (row.kind === 'process' ? [row] : []));
    };
    const order = async () => (await rows()).map(({ sample }) => sample.memory?.pssBytes ?? 0);
    await commands.executeCommand(COMMANDS.sortByMemory);
    const MIB = 1024 * 1024;
    // Rows show whole megabytes and stay while they swing within them; a browser that has just started swings wider.
    await until('the largest come first', async () => {
      const bytes = await order();
      return bytes.every((value, index) => index === 0 || value <= bytes[index - 1]! + 6 * MIB) ? true : undefined;
    });
    await commands.executeCommand(COMMANDS.sortByRole);
    assert.equal((await rows())[0]!.look.label, 'Browser');
  });

  it('can be filtered, says so, and tells when nothing matches', async () => {
    await launch('Filtered');
    await pageRow();
    await commands.executeCommand(COMMANDS.filter, 'filtered checkout');
    const lines = await outline(leakwright.processes);
    assert.equal(lines.length, 3, lines.join('\n'));
    assert.match(lines[2]!, /Renderer · Checkout/);
    assert.equal(leakwright.processes.view.description, 'filtered checkout');
    assert.match(leakwright.processes.view.message ?? '', /Only what matches/);
    await commands.executeCommand(COMMANDS.filter, 'no such thing');
    assert.match(leakwright.processes.view.message ?? '', /Nothing matches 'no such thing'/);
    await commands.executeCommand(COMMANDS.clearFilter);
    assert.equal(leakwright.processes.view.message, '');
    assert.ok((await outline(leakwright.processes)).length > 5);
  });

  it('is in the status bar in total, while there is any and while the user wants it', async () => {
    const { statusBar } = leakwright;
    await leakwright.sessions.launch({ source: { kind: 'launch', headless: true }, name: 'Summed' });
    assert.match(await until('the total', () => statusBar.text), /^\$\(browser\) [\d.]+ [MG]B$/);
    const settings = workspace.getConfiguration('leakwright');
    await settings.update('statusBar', false, true);
    await until('it is hidden', () => (statusBar.text === undefined ? true : undefined));
    await settings.update('statusBar', undefined, true);
    await until('it is back', () => statusBar.text);
    await leakwright.sessions.closeAll();
    await until('nothing is left to say', () => (leakwright.watch.isWatched ? undefined : true));
    await until('it is gone', () => (statusBar.text === undefined ? true : undefined));
  });

  it('stands still while it is paused', async () => {
    await launch('Before');
    await pageRow();
    await commands.executeCommand(COMMANDS.pause);
    try {
      assert.match(leakwright.processes.view.message ?? '', /^Paused/);
      await leakwright.sessions.launch({ source: { kind: 'launch', headless: true }, name: 'Meanwhile' });
      const lines = await outline(leakwright.processes);
      assert.ok(!lines.some((line) => line.includes('Meanwhile')), lines.join('\n'));
    } finally {
      await commands.executeCommand(COMMANDS.resume);
    }
    assert.equal(leakwright.processes.view.message, '');
    await until('what came meanwhile is shown', async () =>
      (await outline(leakwright.processes)).some((line) => line.includes('Meanwhile')) ? true : undefined,
    );
  });
});
