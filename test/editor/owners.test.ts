import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type QuickPickItem, QuickPickItemKind, type Terminal, commands, debug, window, workspace } from 'vscode';
import type { BrowserTree } from '../../src/browsers/index.ts';
import { COMMANDS, ROW_COMMANDS, VIEWS } from '../../src/editor/contributions.ts';
import type { Leakwright } from '../../src/editor/index.ts';
import { isAlive, kill } from '../tools/ownedProcesses.ts';
import { activateLeakwright } from './leakwright.ts';
import { outline } from './watching.ts';
import { until } from '../support/until.ts';

const settings = () => workspace.getConfiguration('leakwright');

interface Debuggee {
  readonly browser: number;
  readonly profile: string;
  /** Lets the script die as one does that runs out of memory: no handler runs, its browser never hears of it. */
  readonly crash: () => Promise<void>;
}

/**
 * Runs a script that launches a browser as Puppeteer does, under the real debugger.
 *
 * @param left is told of the browser, to be ended should the test not get there
 */
async function debugScript(leakwright: Leakwright, name: string, left: number[]): Promise<Debuggee> {
  const puppeteer = join(process.env['LEAKWRIGHT_REPOSITORY']!, 'node_modules', 'puppeteer-core');
  const folder = workspace.workspaceFolders![0]!;
  const program = join(folder.uri.fsPath, 'openBrowser.cjs');
  const crash = join(folder.uri.fsPath, 'crash');
  rmSync(crash, { force: true });
  // Plain JavaScript: a desktop editor may debug with an older Node.
  writeFileSync(
    program,
    `const puppeteer = require(${JSON.stringify(puppeteer)});
     const { existsSync } = require('node:fs');
     puppeteer.launch({ executablePath: ${JSON.stringify(process.env['LEAKWRIGHT_TEST_CHROMIUM'])}, args: ['--no-sandbox'] });
     setInterval(() => existsSync(${JSON.stringify(crash)}) && process.kill(process.pid, 'SIGKILL'), 100);`,
  );
  const started = await debug.startDebugging(folder, {
    type: 'node',
    request: 'launch',
    name,
    program,
    console: 'internalConsole',
  });
  assert.ok(started);
  const tree = await until("the session's browser is seen under it", () => {
    const shown = leakwright.watch.trees.find(({ owned }) => owned?.owner?.name === name);
    // Complete enough to be more than the fork that becomes the browser.
    return shown && shown.sample.processes.length > 3 && shown.sample.tree.profile ? shown.sample.tree : undefined;
  });
  left.push(tree.root.pid);
  return {
    browser: tree.root.pid,
    profile: tree.profile!.path,
    crash: async () => {
      const ended = new Promise<void>((done) => {
        const listening = debug.onDidTerminateDebugSession((session) => {
          if (session.parentSession) return;
          listening.dispose();
          done();
        });
      });
      writeFileSync(crash, '');
      await ended;
    },
  };
}

/** A server such as agents start, whose client has ended; its pid. */
function leftServer(): number {
  const server = `spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', 'playwright-mcp'], { detached: true })`;
  const client = `const { spawn } = require('node:child_process'); console.log(${server}.pid); process.exit()`;
  return Number(execFileSync('node', ['-e', client], { encoding: 'utf8' }));
}

describe('A debug session with a browser', function () {
  let leakwright: Leakwright;
  const left: number[] = [];
  before(async function () {
    if (process.platform !== 'linux') this.skip();
    leakwright = await activateLeakwright();
  });
  afterEach(async () => {
    await debug.stopDebugging();
    for (const browser of left.splice(0)) kill(browser);
    await settings().update('afterDebugSession', undefined);
  });

  // A crashed script is the usual way to a browser that nobody sees and everybody pays for.
  it('has it ended, with its files, when the script crashes and the setting says clean', async () => {
    await settings().update('afterDebugSession', 'clean');
    const { browser, profile, crash } = await debugScript(leakwright, 'Launch e2e', left);
    const shown = leakwright.watch.trees.find(({ sample }) => sample.tree.root.pid === browser);
    assert.equal(shown?.owned?.status, 'owned');
    assert.equal(shown.owned.owner?.kind, 'debug');
    await crash();
    assert.ok(isAlive(browser), 'the browser outlives its script');
    await until('the browser is ended', () => (isAlive(browser) ? undefined : true));
    await until('its profile is removed', () => (existsSync(profile) ? undefined : true));
    await until('nobody is watched any more', () => (leakwright.watch.isWatched ? undefined : true));
  });

  // Stop kills the debuggee and what is below it; the profile stays, some ten megabytes each time.
  it('has its files removed after Stop when the setting says clean', async () => {
    await settings().update('afterDebugSession', 'clean');
    const { browser, profile } = await debugScript(leakwright, 'Stopped', left);
    await debug.stopDebugging();
    await until('the browser is gone', () => (isAlive(browser) ? undefined : true));
    await until('its profile is removed', () => (existsSync(profile) ? undefined : true));
  });

  // Each browser and each folder was a notification of its own, some after the browsers had been cleaned up.
  it('is told of with all that it left in one notification, and one click removes all of it', async () => {
    const folder = workspace.workspaceFolders![0]!;
    const puppeteer = join(process.env['LEAKWRIGHT_REPOSITORY']!, 'node_modules', 'puppeteer-core');
    const program = join(folder.uri.fsPath, 'openThree.cjs');
    const signal = join(folder.uri.fsPath, 'end-one-and-crash');
    rmSync(signal, { force: true });
    // One of three is ended before the script is, without a chance to remove its profile.
    writeFileSync(
      program,
      `const puppeteer = require(${JSON.stringify(puppeteer)});
       const { existsSync } = require('node:fs');
       const launch = () => puppeteer.launch({ executablePath: ${JSON.stringify(process.env['LEAKWRIGHT_TEST_CHROMIUM'])}, args: ['--no-sandbox'] });
       Promise.all([launch(), launch(), launch()]).then(([one]) => setInterval(() => {
         if (!existsSync(${JSON.stringify(signal)})) return;
         process.kill(one.process().pid, 'SIGKILL');
         process.kill(process.pid, 'SIGKILL');
       }, 100));`,
    );
    const told: string[] = [];
    const showWarningMessage = window.showWarningMessage;
    let cleanUp: ((choice: string) => void) | undefined;
    Object.assign(window, {
      showWarningMessage: (message: string, ...actions: unknown[]) => {
        told.push(message);
        return new Promise<unknown>((resolve) => {
          if (actions[0] === 'Clean Up') cleanUp ??= resolve;
        });
      },
    });
    try {
      await settings().update('afterDebugSession', 'ask');
      await debug.startDebugging(folder, {
        type: 'node',
        request: 'launch',
        name: 'Three',
        program,
        console: 'internalConsole',
      });
      const trees = await until('three browsers are seen under it', () => {
        const own = leakwright.watch.trees.filter(({ owned }) => owned?.owner?.name === 'Three');
        return own.length === 3 && own.every(({ sample }) => sample.tree.profile) ? own : undefined;
      });
      left.push(...trees.map(({ sample }) => sample.tree.root.pid));
      const profiles = trees.map(({ sample }) => sample.tree.profile!.path);
      writeFileSync(signal, '');
      await until('it is told', () => cleanUp);
      assert.match(told[0]!, /^'Three' left 2 browsers behind \(\d+ processes, \d+ MB of memory\), and \d folders? \(/);
      cleanUp!('Clean Up');
      await until('all of it is gone', () => (profiles.some((path) => existsSync(path)) ? undefined : true));
      assert.ok(left.every((pid) => !isAlive(pid)));
      await leakwright.leftovers.refresh();
      assert.deepEqual(told.slice(1), [], 'nothing more was told');
    } finally {
      Object.assign(window, { showWarningMessage });
    }
  });

  /** What *Clean Up Orphans…* lists as if it were so many minutes later; nothing is chosen. */
  async function listed(minutesLater = 0): Promise<readonly QuickPickItem[]> {
    const { reader } = leakwright.watch;
    const { showQuickPick } = window;
    const readTable = reader.readTable.bind(reader);
    let items: readonly QuickPickItem[] = [];
    Object.assign(window, {
      showQuickPick: (choices: readonly QuickPickItem[]) => {
        items = choices;
        return Promise.resolve(undefined);
      },
    });
    const later = async (...args: Parameters<typeof readTable>) => {
      const table = await readTable(...args);
      return { ...table, at: table.at + minutesLater * 60_000 };
    };
    Object.assign(reader, { readTable: later });
    try {
      await commands.executeCommand(COMMANDS.cleanUpOrphans);
    } finally {
      Object.assign(window, { showQuickPick });
      Object.assign(reader, { readTable });
    }
    return items;
  }

  /** The row with this pid, and the heading that it is under. */
  function rowOf(items: readonly QuickPickItem[], pid: number): QuickPickItem & { readonly under: string } {
    const at = items.findIndex(({ label }) => label.includes(`(pid ${pid})`));
    assert.ok(at > 0, `pid ${pid} is listed:\n${items.map(({ label }) => label).join('\n')}`);
    const under = items.slice(0, at).findLast(({ kind }) => kind === QuickPickItemKind.Separator);
    return { ...items[at]!, under: under!.label };
  }

  // Somebody who said "ignore" must not be disturbed, nor lose a browser. A row that is ticked by itself is ended by one click.
  it('has it left alone when the setting says ignore, and shown and listed as the orphan it is', async () => {
    await settings().update('afterDebugSession', 'ignore');
    const { browser, crash } = await debugScript(leakwright, 'Left alone', left);
    const server = leftServer();
    left.push(server);
    const before = await listed(31);
    const idle = rowOf(before, browser);
    assert.equal(idle.picked, false);
    assert.match(idle.under, /look before you tick/);
    assert.match(idle.description!, /^\d+ processes, .+ MB, .+ (?:s|min), puppeteer$/);
    assert.match(idle.detail!, /^Left alone · (?:Idle|Neither it nor its owner has done anything) for 3\d min/);
    const alone = rowOf(before, server);
    assert.deepEqual([alone.picked, alone.under], [false, 'Servers that have lost their client, without a browser']);
    assert.match(alone.label, /^Playwright MCP/);
    assert.match(alone.description!, /^1 processes, .+ MB, [\d.]+ m?s$/);
    assert.match(alone.detail!, /Its client is gone/);
    await crash();
    const orphan = await until('it is an orphan', async () => {
      const trees = await leakwright.watch.refresh();
      return trees.find(({ owned, sample }) => sample.tree.root.pid === browser && owned?.status === 'orphan');
    });
    assert.equal(orphan.owned?.owner?.name, 'Left alone');
    const row = rowOf(await listed(), browser);
    assert.deepEqual([row.picked, row.under], [true, 'Orphans: their launcher has ended']);
    assert.ok(isAlive(browser) && isAlive(server), 'closing the list ends nothing');
    assert.match(leakwright.processes.view.badge?.tooltip ?? '', /orphaned browser/);
  });
});

describe('An integrated terminal with a browser', function () {
  let leakwright: Leakwright;
  const opened: Terminal[] = [];
  const left: number[] = [];
  before(async function () {
    if (process.platform !== 'linux') this.skip();
    leakwright = await activateLeakwright();
  });
  afterEach(async () => {
    for (const terminal of opened.splice(0)) terminal.dispose();
    for (const browser of left.splice(0)) kill(browser);
    await settings().update('afterDebugSession', undefined);
  });

  function openTerminal(name: string): Terminal {
    const terminal = window.createTerminal({
      name,
      shellPath: '/bin/bash',
      shellArgs: ['--norc'],
      env: { CRASH_FILE: '/nowhere', LEAKWRIGHT_TEST_CHROMIUM: process.env['LEAKWRIGHT_TEST_CHROMIUM']! },
    });
    opened.push(terminal);
    return terminal;
  }

  /** Starts a script with a browser by hand, and waits until it is known whose that is. */
  async function startBrowser(terminal: Terminal): Promise<BrowserTree> {
    const script = join(process.env['LEAKWRIGHT_REPOSITORY']!, 'test', 'support', 'owners', 'crashing.mjs');
    terminal.sendText(`node ${JSON.stringify(script)}`);
    try {
      return await until(`the browser is seen under '${terminal.name}'`, async () => {
        const trees = await leakwright.watch.refresh();
        const shown = trees.find(
          ({ owned }) => owned?.owner?.kind === 'terminal' && owned.owner.name === terminal.name,
        );
        if (!shown || shown.sample.processes.length <= 3 || !shown.sample.tree.profile) return undefined;
        left.push(shown.sample.tree.root.pid);
        return shown.sample.tree;
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await whatThereIs()}`, { cause: error });
    }
  }

  /** For whoever reads that something was not there. */
  async function whatThereIs(): Promise<string> {
    const terminals = window.terminals.map(async ({ name, processId }) => {
      const silent = new Promise((done) => setTimeout(done, 1000, 'has not said its process'));
      return `terminal '${name}': ${String(await Promise.race([processId, silent]))}`;
    });
    const trees = leakwright.watch.trees.map(
      ({ sample, owned }) =>
        `browser ${sample.tree.root.pid}: ${sample.processes.length} processes, ${owned?.status}, of the ${owned?.owner?.kind} '${owned?.owner?.name}'`,
    );
    return [...(await Promise.all(terminals)), ...trees, ...(await outline(leakwright.processes))].join('\n');
  }

  // Nobody looks into a terminal that is closed: what it leaves behind must be told by its name.
  it('has it named after the terminal when that is closed, and ended when the setting says clean', async () => {
    await settings().update('afterDebugSession', 'clean');
    const seen: string[] = [];
    const stop = leakwright.watch.onDidChange((trees) => {
      for (const { owned, ending } of trees) {
        if (owned?.owner?.name !== 'e2e') continue;
        if (owned.status === 'orphan') seen.push(owned.evidence.at(-1)!.fact);
        if (ending) seen.push('ending…');
      }
    });
    try {
      const terminal = openTerminal('e2e');
      const tree = await startBrowser(terminal);
      // Twice under one parent: so it is known that nobody passed it on.
      await leakwright.watch.refresh();
      terminal.dispose();
      await until('the browser is ended', () => (isAlive(tree.root.pid) ? undefined : true));
      await until('its profile is removed', () => (existsSync(tree.profile!.path) ? undefined : true));
      assert.ok(
        seen.includes("It was left behind by the terminal 'e2e'"),
        `it was called an orphan of the terminal: ${seen.join(', ')}`,
      );
      assert.equal(seen.at(-1), 'ending…', 'from then on its row said so, until it was verified and gone');
    } finally {
      stop();
    }
  });

  // "Whose is this?" is best answered by the very terminal in which it was typed. Terminals of tasks that are over stand
  // among the others and do not say what their process is.
  it('is shown by Reveal Owner, whichever other terminals there are', async () => {
    const terminal = openTerminal('owner of a browser');
    const { root } = await startBrowser(terminal);
    openTerminal('another').show();
    await until('another terminal is in front', () => window.activeTerminal?.name === 'another' || undefined);
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    const node = await until('its row', async () => {
      await leakwright.processes.refresh();
      return leakwright.processes.nodeOf(`tree ${root.pid}@${root.startTime}`);
    });
    let answered = false;
    void commands.executeCommand(ROW_COMMANDS.revealOwner, node).then(() => (answered = true));
    try {
      await until('its terminal is in front', () => window.activeTerminal === terminal || undefined);
      await until('the command is done', () => answered || undefined);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await whatThereIs()}`, { cause: error });
    } finally {
      await commands.executeCommand('workbench.view.explorer');
    }
  });
});
