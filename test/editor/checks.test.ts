import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DiagnosticSeverity, type TaskExecution, Uri, commands, languages, tasks, window, workspace } from 'vscode';
import { COMMANDS, ROW_COMMANDS, TASK_TYPE } from '../../src/editor/contributions.ts';
import type { Leakwright } from '../../src/editor/index.ts';
import { checkResult } from './checkResult.ts';
import { activateLeakwright } from './leakwright.ts';
import { until } from '../support/until.ts';

/** Runs a task of the folder's tasks.json as *Run Task* does, and gives its process's exit code. */
async function run(label: string): Promise<number | undefined> {
  const task = (await tasks.fetchTasks({ type: TASK_TYPE })).find(({ name }) => name === label);
  assert.ok(task, `there is no task '${label}'`);
  let execution: TaskExecution | undefined;
  const codes = new Map<TaskExecution, number | undefined>();
  const listening = tasks.onDidEndTaskProcess((event) => codes.set(event.execution, event.exitCode));
  try {
    execution = await tasks.executeTask(task);
    await until(`'${label}' ends`, () => (codes.has(execution!) ? true : undefined));
    return codes.get(execution);
  } finally {
    listening.dispose();
    if (execution && !codes.has(execution)) execution.terminate();
  }
}

describe('A leakwright task of tasks.json', () => {
  let leakwright: Leakwright;
  before(async () => {
    leakwright = await activateLeakwright();
  });
  after(() => leakwright.findings.clear());

  // The main job: from a task to the line, in the place where the user looks for problems.
  it('exits with 1 for a leak, which is a Problem at its line in the .ts file', async () => {
    assert.equal(await run('leaky'), 1);
    const file = Uri.joinPath(workspace.workspaceFolders![0]!.uri, 'src', 'shop.ts');
    const [problem] = await until('there is a Problem', () => {
      const found = languages.getDiagnostics(file).filter(({ source }) => source === 'leakwright');
      return found.length > 0 ? found : undefined;
    });
    const text = (await workspace.openTextDocument(file)).lineAt(problem!.range.start.line).text;
    assert.match(text, /new DetailsPanel/);
    assert.equal(problem!.severity, DiagnosticSeverity.Warning);
    assert.match(problem!.message, /^minor leak: /);
    assert.equal(leakwright.findings.leaks, 1);
    const storage = join(leakwright.storage, 'events');
    await until('its events file is gone', () => (readdirSync(storage).length === 0 ? true : undefined));
  });

  // Whoever comes back tomorrow wants to know whether it is the same leak.
  it('is kept with its report, for the Leak Checks view and the hover', async () => {
    const [latest] = await leakwright.pastRuns.list();
    const [finding] = latest!.checks[0]!.findings;
    assert.match(finding!.name, /DetailsPanel/);
    const report = await leakwright.pastRuns.read(latest!.id);
    const growth = await leakwright.pastRuns.growthOf(report!.checks[0]!, finding!.fingerprint);
    assert.ok(growth.at(-1)!.bytesPerIteration! > 0);
    const [group] = await leakwright.leakChecks.getChildren();
    assert.equal(leakwright.leakChecks.getTreeItem(group!).label, 'Leaks');
  });

  // The loop: with the fingerprint alone, as a Problem or a hover has it, the very check runs again, seen as it runs.
  it('is checked again by one command, with a row while that goes on and one sentence at its end', async () => {
    const [before] = await leakwright.pastRuns.list();
    const [check] = before!.checks;
    const { fingerprint } = check!.findings[0]!;
    const rows = new Set<string>();
    const listening = leakwright.running.onDidChange(() => {
      void leakwright.leakChecks.getChildren().then((nodes) => {
        for (const node of nodes) {
          if (node.kind === 'running') rows.add(String(leakwright.leakChecks.getTreeItem(node).description));
        }
      });
    });
    const told: string[] = [];
    const { showWarningMessage } = window;
    const tell = (message: string, ...actions: string[]) => {
      told.push(`${message} [${actions.join('] [')}]`);
      return Promise.resolve(undefined);
    };
    Object.assign(window, { showWarningMessage: tell });
    try {
      await commands.executeCommand(COMMANDS.checkAgain, { fingerprint });
      const after = await until('it was checked again', async () => {
        const [latest] = await leakwright.pastRuns.list();
        return latest!.id === before!.id ? undefined : latest;
      });
      assert.deepEqual(
        after.checks.map(({ scenario, verdict, steps }) => [scenario, verdict, steps]),
        [[check!.scenario, 'leak', ['.open', '.close']]],
      );
      await until('it is said', () => told[0]);
      assert.match(told[0]!, /^1 leak: shop\.ts:\d+, DetailsPanel.* \[Go to Line\] \[Report\]$/);
      assert.ok(
        [...rows].some((row) => /^counting \d of 7 · \d+ s/.test(row)),
        [...rows].join('; '),
      );
      assert.equal(leakwright.running.list.length, 0);
    } finally {
      listening.dispose();
      Object.assign(window, { showWarningMessage });
    }
  });

  it('can be saved as a scenario with its clicks, which runs as it is', async () => {
    const [run] = await leakwright.pastRuns.list();
    const file = join(workspace.workspaceFolders![0]!.uri.fsPath, 'leaks', 'saved.leak.mjs');
    const { showInputBox } = window;
    Object.assign(window, { showInputBox: () => Promise.resolve('leaks/saved.leak.mjs') });
    try {
      await commands.executeCommand(ROW_COMMANDS.saveAsScenario, { kind: 'run', run });
      const text = readFileSync(file, 'utf8');
      assert.match(text, /await page\.click\('\.open'\);\s+await page\.click\('\.close'\);/);
    } finally {
      Object.assign(window, { showInputBox });
      rmSync(file, { force: true });
    }
  });

  it('exits with 0 for a page that is fixed', async () => {
    assert.equal(await run('fixed'), 0);
  });

  it('exits with 3 when the page cannot be reached', async () => {
    assert.equal(await run('unreachable'), 3);
  });
});

describe('The tasks that are offered', () => {
  before(async () => void (await activateLeakwright()));

  it('are there without a tasks.json', async () => {
    const offered = await tasks.fetchTasks({ type: TASK_TYPE });
    const names = offered.map(({ name }) => name);
    for (const name of [
      'Check all scenarios',
      'Watch memory for 2 minutes',
      'Watch memory for 5 minutes',
      'Watch memory for 10 minutes',
      'Watch browsers',
    ]) {
      assert.ok(names.includes(name), `${name} is not among ${names.join()}`);
    }
  });

  // A launch configuration may wait for it: it must be ready, and end when it is told to.
  it('watch browsers in the background until they are ended', async () => {
    const task = (await tasks.fetchTasks({ type: TASK_TYPE })).find(({ name }) => name === 'Watch browsers');
    assert.ok(task?.isBackground);
    let pid: number | undefined;
    let ended = false;
    const listening = [
      tasks.onDidStartTaskProcess(({ execution, processId }) => {
        if (execution.task.name === task.name) pid = processId;
      }),
      tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name === task.name) ended = true;
      }),
    ];
    try {
      const execution = await tasks.executeTask(task);
      const started = await until('it runs', () => pid);
      execution.terminate();
      await until('it has ended', () => (ended ? true : undefined));
      await until('its process is gone', () => {
        try {
          process.kill(started, 0);
          return undefined;
        } catch {
          return true;
        }
      });
    } finally {
      for (const one of listening) one.dispose();
    }
  });
});

describe('A leakwright task that cannot mean anything', () => {
  // Without this the editor only says that the task could not be resolved.
  it('fails with 3, as the program would', async () => {
    await activateLeakwright();
    const task = (await tasks.fetchTasks({ type: TASK_TYPE })).find(({ name }) => name === 'senseless');
    assert.ok(task);
    assert.equal(await run('senseless'), 3);
  });
});

describe('Findings', () => {
  // Otherwise Problems would show what was fixed long ago, or hide what a failed run could not look at.
  it('stay until the same check runs clean, and not longer', async () => {
    const { findings } = await activateLeakwright();
    const folder = workspace.workspaceFolders![0]!.uri.fsPath;
    const file = Uri.file(join(folder, 'src/detailsPanel.ts'));
    const shown = () => languages.getDiagnostics(file).filter(({ source }) => source === 'leakwright');
    findings.accept(checkResult('leak', 1), folder);
    assert.equal(shown()[0]?.severity, DiagnosticSeverity.Error);
    assert.equal(shown()[0]!.range.start.line, 4);
    findings.accept(checkResult('error', 0), folder);
    findings.accept(checkResult('inconclusive', 0), folder);
    const elsewhere = 'http://127.0.0.1:2/';
    findings.accept(checkResult('clean', 0, { name: elsewhere, url: elsewhere }), folder);
    findings.accept(checkResult('clean', 0, { steps: ['.menu'] }), folder);
    assert.equal(shown().length, 1);
    findings.accept(checkResult('clean', 0), folder);
    assert.deepEqual(shown(), []);
    assert.equal(findings.leaks, 0);
  });

  // Nobody can check it again: its Problems would stay for ever. The editor tells of the folder only, not of what was in it.
  it('go with the scenario that found them, also when its folder is deleted', async () => {
    const { findings: shown, results, pastRuns, leakChecks, scenarios } = await activateLeakwright();
    const folder = workspace.workspaceFolders![0]!.uri.fsPath;
    const file = join(folder, 'leaks-of-yesterday', 'old.leak.mjs');
    mkdirSync(dirname(file));
    try {
      writeFileSync(file, "export default { url: 'http://a/', iteration: (page) => page.title() };\n");
      await scenarios.items.find();
      await until('the scenario is a test', () => scenarios.items.itemOf(Uri.file(file)));
      const name = 'leaks-of-yesterday/old.leak.mjs';
      const leak = checkResult('leak', 1, { name, file: name, startedAt: new Date().toISOString() });
      const findings = leak.findings.map((finding) => ({ ...finding, fingerprint: 'of yesterday' }));
      results.accept({ result: { ...leak, findings }, folder });
      const isPresent = async () =>
        (await pastRuns.findings()).find(({ scenarios }) => scenarios.includes(name))?.present;
      assert.equal(await isPresent(), true);
      assert.equal(shown.leaks, 1);
      await leakChecks.getChildren();
      let refreshed = false;
      const listening = leakChecks.onDidChangeTreeData(() => (refreshed = true));
      rmSync(dirname(file), { recursive: true });
      await until('its Problems are gone', () => (shown.leaks === 0 ? true : undefined));
      await until('the view is drawn again', () => (refreshed ? true : undefined));
      listening.dispose();
      assert.equal(await isPresent(), false);
      assert.equal(scenarios.items.itemOf(Uri.file(file)), undefined);
    } finally {
      rmSync(dirname(file), { recursive: true, force: true });
    }
  });
});
