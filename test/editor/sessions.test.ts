import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationTarget, Uri, commands, debug, env, tasks, window, workspace } from 'vscode';
import { COMMANDS, VIEWS } from '../../src/editor/contributions.ts';
import type { Leakwright } from '../../src/editor/index.ts';
import type { SessionEvent, SessionInfo } from '../../src/sessions/index.ts';
import { isAlive } from '../tools/ownedProcesses.ts';
import { activateLeakwright } from './leakwright.ts';
import { outline } from './watching.ts';
import { until } from '../support/until.ts';

const headless = { source: { kind: 'launch', headless: true } } as const;
const page = (title: string) => `data:text/html,<title>${title}</title>`;

describe('Managed sessions in the editor', () => {
  let leakwright: Leakwright;
  let folder: string;
  const made: string[] = [];
  /** What listens until a test ends, however it does. */
  const listening: (() => void)[] = [];

  before(async () => {
    leakwright = await activateLeakwright();
    folder = workspace.workspaceFolders![0]!.uri.fsPath;
  });
  afterEach(async () => {
    for (const stop of listening.splice(0)) stop();
    await debug.stopDebugging();
    await leakwright.sessions.closeAll();
    await workspace.getConfiguration('leakwright').update('sessions', undefined, ConfigurationTarget.Global);
    await commands.executeCommand('workbench.action.closeAllEditors');
    await commands.executeCommand('workbench.view.explorer');
    for (const file of made.splice(0)) rmSync(file, { recursive: true, force: true });
  });

  function write(name: string, text: string): Uri {
    const file = join(folder, name);
    made.push(file);
    writeFileSync(file, text);
    return Uri.file(file);
  }

  /** A script's own report: it is there when the script came to its end. */
  function reportFile(): string {
    const file = join(folder, 'script-report.json');
    rmSync(file, { force: true });
    made.push(file);
    return file;
  }

  /** Runs what starts a task, and waits for the exit code of its process. */
  async function exitCode(run: () => Thenable<unknown>): Promise<number | undefined> {
    const ended = new Promise<number | undefined>((resolve) => {
      const ends = tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.source === 'leakwright') resolve(exitCode);
      });
      listening.push(() => ends.dispose());
    });
    await run();
    return await ended;
  }

  const connects = (report: string) => `
    const { chromium } = require(${JSON.stringify(join(process.env['LEAKWRIGHT_REPOSITORY']!, 'node_modules', 'playwright'))});
    const { writeFileSync } = require('node:fs');
    (async () => {
      const browser = await chromium.connect(process.env.LEAKWRIGHT_WS_ENDPOINT);
      const page = await browser.newPage();
      await page.goto('data:text/html,<title>from the script</title>');
      writeFileSync(${JSON.stringify(report)}, JSON.stringify({ title: await page.title(), version: browser.version() }));
      await browser.close();
    })();`;

  // The tree shows a browser before its session is told of: who closes "the session" then may mean either.
  it('are not closed without a question while another is on its way', async () => {
    const session = await leakwright.sessions.launch({ source: { kind: 'launch' }, url: page('first') });
    assert.equal(leakwright.sessions.only?.id, session.id);
    const another = leakwright.sessions.launch({ source: { kind: 'launch' }, url: page('second') });
    const closing = commands.executeCommand(COMMANDS.closeSession);
    await another;
    await commands.executeCommand('workbench.action.closeQuickOpen');
    await closing;
    assert.equal(leakwright.sessions.sessions.length, 2);
  });

  it('are launched from the list in the settings', async () => {
    await workspace
      .getConfiguration('leakwright')
      .update(
        'sessions',
        [{ name: 'Phone', headless: true, device: 'Pixel 7', url: page('saved') }],
        ConfigurationTarget.Global,
      );
    const session = await commands.executeCommand<SessionInfo>(COMMANDS.launchSession, 'Phone');
    assert.deepEqual([session.name, session.browser.headless, session.urls], ['Phone', true, [page('saved')]]);
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    await until('the session is shown with what it holds', async () => {
      const lines = await outline(leakwright.processes);
      const at = lines.findIndex((line) => line.startsWith('  Phone | '));
      return at !== -1 && /^ {4}Holds \| pages: 1 · contexts: 1/.test(lines[at + 1] ?? '') ? true : undefined;
    });
  });

  it('open pages that they are told to', async () => {
    const { id } = await leakwright.sessions.launch(headless);
    await commands.executeCommand(COMMANDS.openUrlInSession, { session: id, url: 'data:text/html,x' });
    // What is no http address is read as people type it.
    await commands.executeCommand(COMMANDS.openUrlInSession, { session: id, url: `file://${folder}/index.html` });
    await until('the page is open', () =>
      leakwright.sessions.sessions[0]?.urls.some((url) => url.endsWith('index.html')) ? true : undefined,
    );
  });

  it('are reached by a script that is run in them', async () => {
    const session = await leakwright.sessions.launch(headless);
    const report = reportFile();
    const script = write('inSession.cjs', connects(report));
    assert.equal(await exitCode(() => commands.executeCommand(COMMANDS.runScriptInSession, script)), 0);
    assert.deepEqual(JSON.parse(readFileSync(report, 'utf8')), {
      title: 'from the script',
      version: session.browser.version,
    });
    assert.equal(leakwright.sessions.sessions[0]?.id, session.id, 'the session outlives the script');
  });

  it('are reached by Playwright tests, whose runner needs to be told nothing', async () => {
    const session = await leakwright.sessions.launch({ ...headless, baseUrl: 'http://base.example/' });
    const report = reportFile();
    const seen = join(folder, 'page-seen');
    const test = write(
      'inSession.spec.ts',
      `import { existsSync, writeFileSync } from 'node:fs';
       import { expect, test } from '@playwright/test';
       test('runs there', async ({ page, browser, baseURL }) => {
         await page.goto('data:text/html,<h1>hello</h1>');
         await expect(page.locator('h1')).toHaveText('hello');
         // Until the editor has seen the page in its session.
         await expect.poll(() => existsSync(${JSON.stringify(seen)}), { timeout: 30_000 }).toBe(true);
         writeFileSync(${JSON.stringify(report)}, JSON.stringify({ version: browser.version(), baseURL }));
       });`,
    );
    made.push(join(folder, 'test-results'), seen);
    listening.push(
      leakwright.sessions.onEvent((event) => {
        if (event.type === 'sessionChanged' && event.session.resources.pages > 0) writeFileSync(seen, '');
      }),
    );
    assert.equal(await exitCode(() => commands.executeCommand(COMMANDS.runScriptInSession, test)), 0);
    assert.deepEqual(JSON.parse(readFileSync(report, 'utf8')), {
      version: session.browser.version,
      baseURL: 'http://base.example/',
    });
    assert.equal(leakwright.sessions.sessions[0]?.id, session.id, 'the session outlives the test');
  });

  it('are reached by a script that is debugged in them', async () => {
    await leakwright.sessions.launch(headless);
    const report = reportFile();
    const script = write('debugged.cjs', connects(report));
    const ended = new Promise<void>((resolve) => {
      const ends = debug.onDidTerminateDebugSession((session) => {
        if (!session.parentSession) resolve();
      });
      listening.push(() => ends.dispose());
    });
    await window.showTextDocument(script);
    // Without a file: the one in the editor.
    assert.equal(await commands.executeCommand(COMMANDS.debugScriptInSession), true);
    await ended;
    assert.ok(existsSync(report));
  });

  it('give their endpoint to the clipboard', async () => {
    const session = await leakwright.sessions.launch(headless);
    await commands.executeCommand(COMMANDS.copyEndpoint);
    assert.equal(await env.clipboard.readText(), session.endpoints.playwright);
  });

  it('give a heap snapshot of any of their pages', async () => {
    const { id } = await leakwright.sessions.launch({ ...headless, url: page('one') });
    await leakwright.sessions.client.ask('openUrl', id, page('two'));
    const file = join(folder, 'second.heapsnapshot');
    made.push(file);
    const written = await commands.executeCommand(COMMANDS.captureHeapSnapshot, { session: id, page: 1, file });
    assert.equal(written, file);
    assert.match(readFileSync(file, 'utf8').slice(0, 100), /^\{"snapshot"/);
  });

  it('are shown also where their browser is not theirs to show', async () => {
    const { endpoints } = await leakwright.sessions.launch({ ...headless, endpoints: ['cdp'], url: page('theirs') });
    const attached = await commands.executeCommand<SessionInfo>(COMMANDS.attachSession, {
      source: 'attach',
      endpoint: endpoints.cdp,
    });
    assert.equal(attached.source, 'attach');
    assert.ok(attached.endpoints.playwright, 'scripts reach it as well');
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    await until('it is a row', async () =>
      (await outline(leakwright.processes)).some((line) => /^ {2}Chromium \d+ \| attached$/.test(line))
        ? true
        : undefined,
    );
    // Closed from its row, as from any other session's.
    const node = leakwright.processes.nodeOf(`session ${attached.id}`);
    await commands.executeCommand(COMMANDS.closeSession, node);
    await until('the row is gone', async () =>
      (await outline(leakwright.processes)).some((line) => line.includes('| attached')) ? undefined : true,
    );
    assert.equal(leakwright.sessions.sessions.length, 1, 'the browser it was attached to runs on');
  });

  /** The rows of sessions, once they are all there. */
  async function rowsOf(sessions: readonly SessionInfo[]): Promise<readonly string[]> {
    await commands.executeCommand(`${VIEWS.processes}.focus`);
    const ids = sessions.map(({ id, root }) => (root ? `tree ${root.pid}@${root.startTime}` : `session ${id}`));
    await until('the sessions are shown', async () => {
      await leakwright.processes.refresh();
      return ids.every((id) => leakwright.processes.nodeOf(id)) || undefined;
    });
    return ids;
  }

  /** What is told from here on, and how long after the loss the view by itself shows it. */
  async function lose(rows: readonly string[], pid: number): Promise<SessionEvent[]> {
    const told: SessionEvent[] = [];
    listening.push(leakwright.sessions.onEvent((event) => told.push(event)));
    const lostAt = performance.now();
    process.kill(pid, 'SIGKILL');
    await until('their rows are gone', () => rows.every((row) => !leakwright.processes.nodeOf(row)) || undefined);
    console.error(`lost: gone from the view after ${Math.round(performance.now() - lostAt)} ms`);
    return told;
  }

  // Nobody looks at a browser that is gone: the editor must say it by itself.
  it('leave the view when their browser crashes, and what was cleaned is told', async () => {
    const own = await leakwright.sessions.launch({
      ...headless,
      endpoints: ['cdp'],
      name: 'Crashing',
      url: page('x'),
    });
    const attached = await commands.executeCommand<SessionInfo>(COMMANDS.attachSession, {
      source: 'attach',
      endpoint: own.endpoints.cdp,
    });
    const told = await lose(await rowsOf([own, attached]), own.root!.pid);
    const ends = await until('both are told', () => {
      const summaries = told.flatMap((event) => (event.type === 'sessionEnded' ? [event.summary] : []));
      return summaries.length === 2 ? new Map(summaries.map((summary) => [summary.sessionId, summary])) : undefined;
    });
    const { reason, pagesClosed, successful } = ends.get(own.id)!;
    assert.deepEqual([reason, pagesClosed, successful], ['browser-lost', 1, true]);
    assert.equal(ends.get(attached.id)?.reason, 'connection-lost');
    assert.ok(!existsSync(own.folder));
  });

  it('leave the view when the process that drives them is killed, and leave nothing else', async () => {
    const session = await leakwright.sessions.launch({ ...headless, name: 'Without a host', url: page('x') });
    const rows = await rowsOf([session]);
    const told = await lose(rows, (await leakwright.sessions.client.host())!.pid);
    const recovered = await until('it is told', () =>
      told.flatMap((event) => (event.type === 'hostLost' ? [event.recovered] : [])).at(0),
    );
    assert.deepEqual(
      recovered.map(({ issues }) => issues),
      [[]],
    );
    assert.ok(!existsSync(session.folder));
    // Whoever took the browser over from its host still has to take note of its end.
    await until('the browser is gone', () => (isAlive(session.root!.pid) ? undefined : true));
  });
});
