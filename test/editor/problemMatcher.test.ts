import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, DiagnosticSeverity, Uri, languages, tasks, workspace } from 'vscode';
import type { Finding } from '../../src/leaks/index.ts';
import { type Report, renderText } from '../../src/reports/index.ts';
import { checkResult } from './checkResult.ts';
import { activateLeakwright } from './leakwright.ts';
import { until } from '../support/until.ts';

/** Runs a task of the folder's tasks.json to its end, and gives its process's exit code. */
async function run(label: string): Promise<number | undefined> {
  const task = (await tasks.fetchTasks()).find(({ name }) => name === label);
  assert.ok(task, `there is no task '${label}'`);
  const codes: (number | undefined)[] = [];
  const listening = tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
    if (execution.task.name === label) codes.push(exitCode);
  });
  const execution = await tasks.executeTask(task);
  try {
    await until(`'${label}' ends`, () => codes.length > 0 || undefined);
    return codes[0];
  } finally {
    listening.dispose();
    if (codes.length === 0) execution.terminate();
  }
}

// Who starts the command line by a task of their own has only the terminal's text: colours, long lines and all.
describe('The problem matcher $leakwright', () => {
  before(async () => void (await activateLeakwright()));

  const folder = (): Uri => workspace.workspaceFolders![0]!.uri;
  const problemIn = (file: Uri, text: RegExp): Promise<Diagnostic> =>
    until(`a Problem in ${file.path}`, () =>
      languages.getDiagnostics(file).find(({ message, source }) => source === 'leakwright' && text.test(message)),
    );

  it('makes a Problem of what `leakwright check` writes, at the line in the .ts file', async () => {
    assert.equal(await run('leaky in a shell'), 1);
    const file = Uri.joinPath(folder(), 'src', 'shop.ts');
    const problem = await problemIn(file, /^minor leak: /);
    const { text } = (await workspace.openTextDocument(file)).lineAt(problem.range.start.line);
    assert.match(text.slice(problem.range.start.character), /^new DetailsPanel/);
    assert.equal(problem.severity, DiagnosticSeverity.Warning);
  });

  // The report's paths start from where the task runs: the task says so, as with the matchers of other tools.
  it('takes the folder that the task names, and a line that the terminal had to wrap', async () => {
    const file = join(folder().fsPath, 'src', 'report.txt');
    const [finding] = checkResult('leak', 1).findings as readonly [Finding];
    const site = { ...finding.allocatedAt!, file: 'detailsPanel.ts' };
    const name = `Panel${'OfTheShop'.repeat(14)}`;
    const check = checkResult('leak', 1, { findings: [{ ...finding, name, allocatedAt: site }] });
    const { startedAt, durationMs } = check;
    const tool = { name: 'leakwright', version: '0' } as const;
    const report: Report = { schema: 1, tool, startedAt, durationMs, exitCode: 1, checks: [check] };
    writeFileSync(file, renderText(report, { colour: true }));
    try {
      assert.equal(await run('a report in a shell, from another folder'), 0);
      const problem = await problemIn(Uri.joinPath(folder(), 'src', 'detailsPanel.ts'), /^critical leak: 1 Panel/);
      assert.equal(problem.range.start.line, site.line - 1);
      assert.match(problem.message, /survives each iteration$/);
    } finally {
      rmSync(file);
    }
  });
});
