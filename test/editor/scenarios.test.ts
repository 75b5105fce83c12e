import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Breakpoint,
  CancellationTokenSource,
  type CodeLens,
  type Disposable,
  type Location,
  type MarkdownString,
  Position,
  Location as Place,
  SourceBreakpoint,
  type TestItem,
  type TestMessage,
  TestRunRequest,
  Uri,
  WorkspaceEdit,
  commands,
  debug,
  languages,
  window,
  workspace,
} from 'vscode';
import { COMMANDS } from '../../src/editor/contributions.ts';
import type { Leakwright } from '../../src/editor/index.ts';
import type { CheckResult } from '../../src/leaks/index.ts';
import { activateLeakwright } from './leakwright.ts';
import { type RecordedRun, recordRuns } from './recordedRuns.ts';
import { until } from '../support/until.ts';

const folder = (): string => workspace.workspaceFolders![0]!.uri.fsPath;
const scenario = (name: string): Uri => Uri.file(join(folder(), 'leaks', `${name}.leak.mjs`));

describe('Scenarios in the Test Explorer', () => {
  let leakwright: Leakwright;
  let recorded: ReturnType<typeof recordRuns>;
  let listening: Disposable;
  const results: CheckResult[] = [];

  before(async () => {
    leakwright = await activateLeakwright();
    await leakwright.scenarios.items.find();
    recorded = recordRuns(leakwright.scenarios.controller);
    listening = leakwright.results.onDidResult(({ result }) => results.push(result));
  });
  beforeEach(() => {
    recorded.runs.length = 0;
    results.length = 0;
  });
  after(() => {
    recorded.restore();
    listening.dispose();
    leakwright.findings.clear();
  });

  const item = (name: string): TestItem => {
    const found = leakwright.scenarios.items.itemOf(scenario(name));
    assert.ok(found, `${name} is not in the Test Explorer`);
    return found;
  };
  const onlyRun = (): RecordedRun => {
    assert.equal(recorded.runs.length, 1);
    return recorded.runs[0]!;
  };
  const check = async (name: string): Promise<RecordedRun> => {
    await leakwright.scenarios.run('check', scenario(name));
    return onlyRun();
  };

  // What is not found cannot be run; what belongs to a dependency is not the user's to run.
  it('are the *.leak.* files of the folder, at their iteration, and none of node_modules', () => {
    const names = leakwright.scenarios.items.all.map(({ uri }) => uri!.path.split('/').slice(-2).join('/'));
    for (const name of ['details', 'fixed', 'throws']) assert.ok(names.includes(`leaks/${name}.leak.mjs`), name);
    assert.ok(!names.some((name) => name.includes('theirs')), names.join());
    assert.equal(item('details').range?.start.line, 2);
    assert.equal(item('details').parent?.label, 'leaks');
  });

  it('come and go with their files, and follow what is typed', async () => {
    const uri = scenario('new');
    const find = () => leakwright.scenarios.items.itemOf(uri);
    writeFileSync(
      uri.fsPath,
      `export default { name: 'My menu', url: 'http://a/', iteration: (page) => page.title() };\n`,
    );
    try {
      await until('the new file is a test', find);
      assert.equal(find()!.label, 'My menu');
      const document = await workspace.openTextDocument(uri);
      const edit = new WorkspaceEdit();
      edit.insert(uri, new Position(0, 0), '// one\n// two\n');
      await workspace.applyEdit(edit);
      await until('its range moved', () => (find()!.range?.start.line === 2 ? true : undefined));
      await document.save();
    } finally {
      rmSync(uri.fsPath);
    }
    await until('the deleted file is no test', () => (find() ? undefined : true));
  });

  // The main job, without writing a task: from a test to the line.
  it('fail with the leak at its line, with what holds it, and are a Problem too', async () => {
    const run = await check('details');
    assert.deepEqual(run.states, ['enqueued details', 'started details', 'failed details']);
    const [message] = run.messages as [TestMessage];
    const location = message.location as Location;
    assert.match(location.uri.path, /src\/shop\.ts$/);
    const source = readFileSync(location.uri.fsPath, 'utf8').split('\n');
    assert.match(source[location.range.start.line]!, /new DetailsPanel/);
    const text = (message.message as MarkdownString).value;
    assert.match(text, /minor leak/);
    assert.match(text, /closedPanels/);
    assert.match(text, /Held by/);
    assert.ok((message.stackTrace?.length ?? 0) > 0);
    for (const phase of ['starting the browser', 'counting', 'finding the line', 'cleaning up']) {
      assert.ok(run.output.includes(phase), `the output lacks '${phase}':\n${run.output}`);
    }
    assert.match(run.output, /counting\s+1 2 3 4 5 6 7/);
    const problems = languages.getDiagnostics(location.uri).filter(({ source }) => source === 'leakwright');
    assert.equal(problems.length, 1);
    assert.equal(results[0]?.file, 'leaks/details.leak.mjs');
  });

  it('pass when nothing leaks', async () => {
    const run = await check('fixed');
    assert.equal(run.states.at(-1), 'passed fixed');
    assert.equal(run.messages.length, 0);
  });

  // A scenario is code: its errors are read where they are thrown, not in a log.
  it('say at the step that failed why, and what to do', async () => {
    const run = await check('throws');
    assert.equal(run.states.at(-1), 'errored throws');
    const [message] = run.messages as [TestMessage];
    assert.equal(message.location?.uri.path, scenario('throws').path);
    assert.equal(message.location?.range.start.line, 4);
    const text = (message.message as MarkdownString).value;
    assert.match(text, /the panel did not open/);
    // As it was when the step failed.
    const [, picture] = /!\[The page on which the step failed\]\((file:[^|]+)\|/.exec(text) ?? [];
    assert.ok(picture !== undefined && existsSync(Uri.parse(picture).fsPath), text);
  });

  it('say where a file that cannot be read is wrong', async () => {
    const run = await check('broken');
    assert.equal(run.states.at(-1), 'errored broken');
    const [message] = run.messages as [TestMessage];
    assert.equal(message.location?.uri.path, scenario('broken').path);
    assert.ok(message.location.range.start.line >= 1);
  });

  it('say that the browser of the settings is not there, with a way to choose one', async () => {
    await workspace.getConfiguration('leakwright').update('browser', 'msedge');
    try {
      const run = await check('details');
      assert.equal(run.states.at(-1), 'errored details');
      const text = (run.messages[0]!.message as MarkdownString).value;
      assert.match(text, /Edge/i);
      assert.match(text, /command:workbench\.action\.openSettings/);
    } finally {
      await workspace.getConfiguration('leakwright').update('browser', undefined);
    }
  });

  // A cancelled test whose browser goes on would be just what we are here to prevent.
  it('really end when they are cancelled, and their browser with them', async () => {
    const source = new CancellationTokenSource();
    const request = new TestRunRequest([item('waits')], undefined, leakwright.scenarios.profiles.check);
    const running = leakwright.scenarios.profiles.check.runHandler(request, source.token);
    let pids: readonly number[];
    try {
      pids = await until('the check and its browser are there', async () => {
        const trees = await leakwright.watch.refresh();
        const managed = trees.filter(({ owned }) => owned?.status === 'managed');
        return managed.length > 0 ? managed.map(({ sample }) => sample.tree.root.pid) : undefined;
      });
    } finally {
      // Also when it fails: a check that waits for ever would be in the way of all that come after.
      source.cancel();
      await running;
      source.dispose();
    }
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, `browser ${pid} still runs`);
    assert.equal(onlyRun().states.at(-1), 'skipped waits');
  });

  // Breakpoints are how people find out why their scenario does not do what they think.
  it('stop at a breakpoint of the scenario when they are debugged', async () => {
    const breakpoint: Breakpoint = new SourceBreakpoint(new Place(scenario('fixed'), new Position(3, 0)));
    debug.addBreakpoints([breakpoint]);
    const stops: unknown[] = [];
    const tracking = debug.registerDebugAdapterTrackerFactory('*', {
      createDebugAdapterTracker: (session) => ({
        onDidSendMessage: (message: { event?: string; body?: { reason?: string; threadId?: number } }) => {
          if (message.event !== 'stopped') return;
          stops.push(message.body?.reason);
          if (stops.length === 1) debug.removeBreakpoints([breakpoint]);
          void session.customRequest('continue', { threadId: message.body?.threadId });
        },
      }),
    });
    try {
      await leakwright.scenarios.run('debug', scenario('fixed'));
    } finally {
      tracking.dispose();
      debug.removeBreakpoints([breakpoint]);
    }
    assert.ok(stops.includes('breakpoint'), `stopped for ${stops.join()}`);
    assert.equal(onlyRun().states.at(-1), 'passed fixed');
  });

  it('run again when a file is saved, for as long as they are asked to', async () => {
    const source = new CancellationTokenSource();
    const { check } = leakwright.scenarios.profiles;
    const document = await workspace.openTextDocument(scenario('broken'));
    const save = async () => {
      const edit = new WorkspaceEdit();
      edit.insert(document.uri, new Position(0, 0), '// saved\n');
      await workspace.applyEdit(edit);
      await document.save();
    };
    try {
      await check.runHandler(new TestRunRequest([item('broken')], undefined, check, true), source.token);
      assert.equal(recorded.runs.length, 0);
      await save();
      await until('it ran', () => recorded.runs.find(({ ended }) => ended));
    } finally {
      source.cancel();
      source.dispose();
    }
    recorded.runs.length = 0;
    await save();
    await leakwright.scenarios.settled();
    assert.equal(recorded.runs.length, 0);
  });
});

describe('A scenario in the editor', () => {
  before(async () => void (await activateLeakwright()));

  it('has Check and Debug above its iteration, unless the setting hides them', async () => {
    const uri = scenario('details');
    await window.showTextDocument(await workspace.openTextDocument(uri));
    const lenses = async () =>
      (await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri, 10))
        .filter(({ command }) => command?.command.startsWith('leakwright.'))
        .map(({ range, command }) => `${range.start.line} ${command!.title}`);
    assert.deepEqual(await lenses(), ['2 Check for leaks', '2 Debug', '2 Pick Locator']);
    await workspace.getConfiguration('leakwright').update('codeLens', false);
    try {
      assert.deepEqual(await lenses(), []);
    } finally {
      await workspace.getConfiguration('leakwright').update('codeLens', undefined);
    }
  });

  it('is written by New Leak Scenario, and opened', async () => {
    const uri = await commands.executeCommand<Uri>(COMMANDS.newScenario, {
      url: 'localhost:3000/checkout',
      clicks: ".open >>> [name='q']",
      file: 'leaks/written.leak.mjs',
    });
    try {
      const text = readFileSync(uri.fsPath, 'utf8');
      assert.match(text, /url: 'http:\/\/localhost:3000\/checkout'/);
      assert.match(text, /await page\.click\('\[name=\\'q\\'\]'\);/);
    } finally {
      await commands.executeCommand('workbench.action.closeAllEditors');
      rmSync(uri.fsPath);
    }
  });
});
