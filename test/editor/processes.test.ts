import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TabInputCustom, commands, env, window, workspace } from 'vscode';
import { COMMANDS, ROW_COMMANDS, SNAPSHOT_EDITOR, VIEWS } from '../../src/editor/contributions.ts';
import type { Leakwright } from '../../src/editor/index.ts';
import { activateLeakwright } from './leakwright.ts';
import { outline } from './watching.ts';
import { until } from '../support/until.ts';

describe('The Processes view', () => {
  let leakwright: Leakwright;
  before(async () => {
    leakwright = await activateLeakwright();
  });

  afterEach(async () => {
    await leakwright.sessions.closeAll();
    await commands.executeCommand('workbench.view.explorer');
  });

  // The first thing a user does: without it nobody sees what a session costs.
  it('shows a launched session with its processes and what they cost', async () => {
    const session = await leakwright.sessions.launch({ source: { kind: 'launch', headless: true }, name: 'Checkout' });
    assert.ok(session.root);
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    const rows = await until('the session is in the view with memory', async () => {
      const lines = await outline(leakwright.processes);
      return lines.some((line) => /^ {2}Checkout \| \d+(\.\d)? MB/.test(line)) ? lines : undefined;
    });
    assert.match(rows[0]!, /^Managed sessions \| \d+$/);
    for (const role of ['Browser', 'GPU', 'Renderer']) {
      assert.ok(
        rows.some((line) => new RegExp(`^ {4,6}${role}(?: ·.*)? \\| \\d+`).test(line)),
        `${role} is missing:\n${rows.join('\n')}`,
      );
    }
  });

  // Otherwise the window works for a view that nobody sees, and rows flicker under the pointer.
  it('samples nothing while hidden, and fires nothing while nothing looks different', async () => {
    await leakwright.sessions.launch({ source: { kind: 'launch', headless: true }, name: 'Quiet' });
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    await until('the session is shown', async () =>
      (await outline(leakwright.processes)).some((line) => line.startsWith('  Quiet |')) ? true : undefined,
    );
    let fired = 0;
    const counting = leakwright.processes.onDidChangeTreeData(() => (fired += 1));
    try {
      // The same trees again and again: what looks the same must not be drawn anew.
      await leakwright.watch.refresh();
      leakwright.watch.setPaused(true);
      fired = 0;
      for (let round = 0; round < 50; round += 1) leakwright.watch.announce();
      assert.equal(fired, 0);

      leakwright.watch.setPaused(false);
      await commands.executeCommand('workbench.view.explorer');
      await until('the view is hidden', () => (leakwright.processes.view.visible ? undefined : true));
      let samples = 0;
      const stop = leakwright.watch.onDidChange(() => (samples += 1));
      fired = 0;
      await leakwright.sessions.closeAll();
      // More than a beat of a visible view: that nothing happens can only be seen by waiting. An orphan of something else
      // on this machine is looked at until it is old enough to be told of.
      await until('a stretch without a sample', async () => {
        samples = 0;
        await new Promise((done) => setTimeout(done, 2500));
        return samples === 0 ? true : undefined;
      });
      stop();
      assert.equal(fired, 0);
    } finally {
      counting.dispose();
      leakwright.watch.setPaused(false);
    }
  });

  // Whoever reveals a row asks for its siblings: what is new in the answer was never drawn, and later changes of it neither.
  it('draws what is new, although somebody else has asked for it before', async () => {
    const { processes, sessions, watch } = leakwright;
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    await until('it is drawn', async () => (await processes.getChildren()).length > 0 || undefined);
    let drawn = 0;
    const counting = processes.onDidChangeTreeData((nodes) => (drawn += nodes ? 0 : 1));
    try {
      const session = await sessions.launch({ source: { kind: 'launch', headless: true }, name: 'New' });
      await watch.refresh();
      await until('somebody gets it', async () => {
        await processes.getChildren();
        return processes.nodeOf(`tree ${session.root!.pid}@${session.root!.startTime}`);
      });
      assert.ok(drawn > 0, 'the editor is told of the new group');
    } finally {
      counting.dispose();
    }
  });

  it('keeps the selection through a hundred refreshes', async () => {
    const { processes, sessions, watch } = leakwright;
    const session = await sessions.launch({ source: { kind: 'launch', headless: true }, name: 'Selected' });
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    await processes.refresh();
    const node = await until('the row is there', () =>
      processes.nodeOf(`tree ${session.root!.pid}@${session.root!.startTime}`),
    );
    const selected = () => processes.view.selection.map(({ id }) => id).join() === node.id || undefined;
    const tries: string[] = [];
    const trySelecting = async () => {
      // The row may be drawn anew at this very moment: it is then not the one that was to be selected, or the editor waits for
      // one that is gone.
      const late = new Promise<string>((resolve) => setTimeout(resolve, 5000, 'late'));
      const how = await Promise.race([
        processes.view.reveal(node, { select: true, focus: true }).then(() => 'revealed', String),
        late,
      ]);
      const seen = processes.view.selection.map(({ id }) => id).join();
      tries.push(`${how}, visible: ${processes.view.visible}, selected: '${seen}'`);
      return selected();
    };
    try {
      await until('it is selected', trySelecting);
    } catch (error) {
      const rows = (await outline(processes)).join('\n');
      throw new Error(`${String(error)}\n${node.id}\n${tries.slice(-3).join('\n')}\n${rows}`, { cause: error });
    }
    for (let round = 0; round < 100; round += 1) await watch.refresh();
    // While a group comes or goes the editor draws everything anew, and the selection is empty for a moment.
    await until('it is still selected', selected);
  });

  // A collapsed browser that opens by itself, or an open one that closes, moves what the user is about to click.
  it('keeps what is collapsed and what is expanded through a hundred refreshes', async () => {
    const { processes, sessions, watch } = leakwright;
    const launch = async (name: string) => {
      const { root } = await sessions.launch({ source: { kind: 'launch', headless: true }, name });
      return `tree ${root!.pid}@${root!.startTime}`;
    };
    const [open, closed] = [await launch('Open'), await launch('Closed')];
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    await processes.refresh();
    // The editor asks for what is below a row only where that is to be seen.
    const asked = new Set<string>();
    const getChildren = processes.getChildren.bind(processes);
    processes.getChildren = (node) => {
      if (node) asked.add(node.id);
      return getChildren(node);
    };
    const seen = async () => {
      asked.clear();
      processes.redraw();
      await until('all is drawn', () => (asked.has('group managed') ? true : undefined));
      // The rows of one level are asked for together.
      await new Promise((done) => setTimeout(done, 300));
      return { open: asked.has(open), closed: asked.has(closed) };
    };
    try {
      const node = await until('the row', () => processes.nodeOf(closed));
      await processes.view.reveal(processes.nodeOf(open)!, { expand: true, select: false });
      await processes.view.reveal(node, { select: true, focus: true, expand: true });
      await commands.executeCommand('list.collapse');
      await until('one is collapsed', async () => {
        const { open, closed } = await seen();
        return open && !closed ? true : undefined;
      });
      for (let round = 0; round < 100; round += 1) await watch.refresh();
      assert.deepEqual(await seen(), { open: true, closed: false });
    } finally {
      processes.getChildren = getChildren;
    }
  });

  it('copies the process id and the command line of a row', async () => {
    const session = await leakwright.sessions.launch({ source: { kind: 'launch', headless: true }, name: 'Copied' });
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    await leakwright.processes.refresh();
    const node = await until('the row is there', () =>
      leakwright.processes.nodeOf(`tree ${session.root!.pid}@${session.root!.startTime}`),
    );
    await commands.executeCommand(ROW_COMMANDS.copyPid, node);
    assert.equal(await env.clipboard.readText(), String(session.root!.pid));
    await commands.executeCommand(ROW_COMMANDS.copyCommandLine, node);
    assert.match(await env.clipboard.readText(), /--user-data-dir=/);
  });
});

describe('A Node program of the workspace', () => {
  it('is in the Processes view while it is shown, and its heap snapshot opens in our editor', async () => {
    const { processes, watch } = await activateLeakwright();
    const cwd = workspace.workspaceFolders![0]!.uri.fsPath;
    const folder = mkdtempSync(join(tmpdir(), 'lw-program-'));
    // At a port of its own: the default one may be another program's.
    const child = spawn('node', ['--inspect=127.0.0.1:0', '-e', 'setInterval(() => {}, 1000)'], {
      cwd,
      stdio: 'ignore',
    });
    try {
      await commands.executeCommand(`${VIEWS.processes}.focus`);
      const node = await until('its row', async () => {
        await watch.refresh();
        await outline(processes);
        const program = watch.programs.find(({ info }) => info.pid === child.pid);
        return program && processes.nodeOf(`program ${program.key}`);
      });
      assert.match(node.row.look.description, /^\d+ MB/);
      const file = join(folder, 'program.heapsnapshot');
      assert.equal(await commands.executeCommand(ROW_COMMANDS.captureProgramSnapshot, node, file), file);
      const shown = await until('its snapshot is open', () => {
        const input = window.tabGroups.activeTabGroup.activeTab?.input;
        return input instanceof TabInputCustom && input.viewType === SNAPSHOT_EDITOR ? input : undefined;
      });
      assert.equal(shown.uri.fsPath, file);
      await commands.executeCommand('workbench.action.closeActiveEditor');
      await commands.executeCommand('workbench.view.explorer');
      await until('the view is hidden', () => (processes.view.visible ? undefined : true));
      await watch.refresh();
      assert.deepEqual(watch.programs, []);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('A managed session', () => {
  // A leak finder that leaves browsers behind would be the leak.
  it('is ended, with its folder, by the command for everything Leakwright launched', async () => {
    const { sessions } = await activateLeakwright();
    const session = await sessions.launch({ source: { kind: 'launch', headless: true } });
    await commands.executeCommand(COMMANDS.cleanUpOurs);
    assert.deepEqual(sessions.sessions, []);
    assert.ok(!existsSync(session.folder));
    assert.throws(() => process.kill(session.root!.pid, 0), { code: 'ESRCH' });
  });

  it('leaves no process and no folder when it is closed', async () => {
    const { sessions } = await activateLeakwright();
    const session = await sessions.launch({ source: { kind: 'launch', headless: true } });
    assert.ok(existsSync(session.folder));
    const summary = await sessions.close(session.id);
    assert.deepEqual(summary.errors, []);
    assert.deepEqual(summary.survivors, []);
    assert.equal(summary.effectivenessPercentage, 100);
    assert.ok(!existsSync(session.folder));
    assert.throws(() => process.kill(session.root!.pid, 0), { code: 'ESRCH' });
  });
});
