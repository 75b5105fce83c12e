import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debug, window, workspace } from 'vscode';
import type { Leakwright } from '../../src/editor/index.ts';
import { isAlive } from '../tools/ownedProcesses.ts';
import { activateLeakwright } from './leakwright.ts';
import { eventually } from './watching.ts';

const settings = () => workspace.getConfiguration('leakwright');

interface Debuggee {
  readonly browser: number;
  readonly profile: string;
  /** Lets the script die as one does that runs out of memory: no handler runs, its browser never hears of it. */
  readonly crash: () => Promise<void>;
}

/** Runs a script that launches a browser as Puppeteer does, under the real debugger. */
async function debugScript(leakwright: Leakwright, name: string): Promise<Debuggee> {
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
  const tree = await eventually("the session's browser is seen under it", () => {
    const shown = leakwright.watch.trees.find(({ owned }) => owned?.owner?.name === name);
    // Complete enough to be more than the fork that becomes the browser.
    return shown && shown.sample.processes.length > 3 && shown.sample.tree.profile ? shown.sample.tree : undefined;
  });
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

describe('A debug session with a browser', function () {
  this.timeout(120_000);
  let leakwright: Leakwright;
  before(async function () {
    if (process.platform !== 'linux') this.skip();
    leakwright = await activateLeakwright();
  });
  afterEach(async () => {
    await debug.stopDebugging();
    await settings().update('afterDebugSession', undefined);
  });

  // A crashed script is the usual way to a browser that nobody sees and everybody pays for.
  it('has it ended, with its files, when the script crashes and the setting says clean', async () => {
    await settings().update('afterDebugSession', 'clean');
    const { browser, profile, crash } = await debugScript(leakwright, 'Launch e2e');
    const shown = leakwright.watch.trees.find(({ sample }) => sample.tree.root.pid === browser);
    assert.equal(shown?.owned?.status, 'owned');
    assert.equal(shown.owned.owner?.kind, 'debug');
    await crash();
    assert.ok(isAlive(browser), 'the browser outlives its script');
    await eventually('the browser is ended', () => (isAlive(browser) ? undefined : true), 60_000);
    await eventually('its profile is removed', () => (existsSync(profile) ? undefined : true));
    await eventually('nobody is watched any more', () => (leakwright.watch.isWatched ? undefined : true));
  });

  // Stop kills the debuggee and what is below it; the profile stays, some ten megabytes each time.
  it('has its files removed after Stop when the setting says clean', async () => {
    await settings().update('afterDebugSession', 'clean');
    const { browser, profile } = await debugScript(leakwright, 'Stopped');
    await debug.stopDebugging();
    await eventually('the browser is gone', () => (isAlive(browser) ? undefined : true));
    await eventually('its profile is removed', () => (existsSync(profile) ? undefined : true));
  });

  // Somebody who said "ignore" must not be disturbed, nor lose a browser.
  it('has it left alone when the setting says ignore, and shown as the orphan it is', async () => {
    await settings().update('afterDebugSession', 'ignore');
    const { browser, crash } = await debugScript(leakwright, 'Left alone');
    try {
      await crash();
      const orphan = await eventually('it is an orphan', async () => {
        const trees = await leakwright.watch.refresh();
        return trees.find(({ owned, sample }) => sample.tree.root.pid === browser && owned?.status === 'orphan');
      });
      assert.equal(orphan.owned?.owner?.name, 'Left alone');
      assert.ok(isAlive(browser));
      assert.match(leakwright.processes.view.badge?.tooltip ?? '', /orphaned browser/);
    } finally {
      if (isAlive(browser)) process.kill(browser, 'SIGKILL');
    }
  });
});

describe('An integrated terminal with a browser', function () {
  this.timeout(120_000);
  let leakwright: Leakwright;
  before(async function () {
    if (process.platform !== 'linux') this.skip();
    leakwright = await activateLeakwright();
  });
  afterEach(() => settings().update('afterDebugSession', undefined));

  // Nobody looks into a terminal that is closed: what it leaves behind must be told by its name.
  it('has it named after the terminal when that is closed, and ended when the setting says clean', async () => {
    await settings().update('afterDebugSession', 'clean');
    const script = join(process.env['LEAKWRIGHT_REPOSITORY']!, 'test', 'support', 'owners', 'crashing.mjs');
    const terminal = window.createTerminal({
      name: 'e2e',
      shellPath: '/bin/bash',
      shellArgs: ['--norc'],
      env: { CRASH_FILE: '/nowhere', LEAKWRIGHT_TEST_CHROMIUM: process.env['LEAKWRIGHT_TEST_CHROMIUM']! },
    });
    const seen: string[] = [];
    const stop = leakwright.watch.onDidChange((trees) => {
      for (const { owned, ending } of trees) {
        if (owned?.owner?.name !== 'e2e') continue;
        if (owned.status === 'orphan') seen.push(owned.evidence.at(-1)!.fact);
        if (ending) seen.push('ending…');
      }
    });
    try {
      terminal.sendText(`node ${JSON.stringify(script)}`);
      const { tree } = await eventually('its browser is seen under it', async () => {
        const trees = await leakwright.watch.refresh();
        const shown = trees.find(({ owned }) => owned?.owner?.kind === 'terminal' && owned.owner.name === 'e2e');
        return shown && shown.sample.processes.length > 3 && shown.sample.tree.profile ? shown.sample : undefined;
      });
      // Twice under one parent: so it is known that nobody passed it on.
      await leakwright.watch.refresh();
      terminal.dispose();
      await eventually('the browser is ended', () => (isAlive(tree.root.pid) ? undefined : true), 60_000);
      await eventually('its profile is removed', () => (existsSync(tree.profile!.path) ? undefined : true));
      assert.ok(
        seen.includes("It was left behind by the terminal 'e2e'"),
        `it was called an orphan of the terminal: ${seen.join(', ')}`,
      );
      assert.equal(seen.at(-1), 'ending…', 'from then on its row said so, until it was verified and gone');
    } finally {
      stop();
      terminal.dispose();
    }
  });
});
