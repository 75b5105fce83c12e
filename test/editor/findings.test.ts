import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CodeAction,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  type MarkdownString,
  Position,
  Uri,
  commands,
  languages,
  workspace,
} from 'vscode';
import { ROW_COMMANDS } from '../../src/editor/contributions.ts';
import type { Leakwright } from '../../src/editor/index.ts';
import { activateLeakwright } from './leakwright.ts';
import { checkResult } from './checkResult.ts';
import { until } from '../support/until.ts';

const folder = (): string => workspace.workspaceFolders![0]!.uri.fsPath;

describe('A leak at its line', () => {
  let leakwright: Leakwright;
  let file: Uri;
  let scenario: string;
  before(async () => {
    leakwright = await activateLeakwright();
    file = Uri.file(join(folder(), 'src/detailsPanel.ts'));
    scenario = join(folder(), 'leaks', 'fixed.leak.mjs');
  });
  afterEach(() => leakwright.findings.clear());

  const shown = (uri = file): Diagnostic[] =>
    languages.getDiagnostics(uri).filter(({ source }) => source === 'leakwright');
  /** What the light bulb offers for a line; asked again while the editor is still busy with the file. */
  const actionsAt = async (line: number): Promise<CodeAction[]> => {
    const { range } = (await workspace.openTextDocument(file)).lineAt(line);
    const actions = await until('the light bulb answers', async () => {
      try {
        return await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', file, range);
      } catch (error) {
        if ((error as Error).name === 'Canceled') return undefined;
        throw error;
      }
    });
    return actions.filter(({ command }) => command?.command.startsWith('leakwright.'));
  };

  // Without the way from the Problem to a decision, known leaks teach people to look away.
  it('can be ignored with a reason, which goes into the scenario that found it', async () => {
    const text = readFileSync(scenario, 'utf8');
    leakwright.findings.accept(checkResult('leak', 1, { file: 'leaks/fixed.leak.mjs' }), folder());
    try {
      const action = await until('there is such an action', async () =>
        (await actionsAt(4)).find(({ title }) => title.startsWith('Ignore This Leak')),
      );
      const [request] = action.command!.arguments as [{ fingerprint: string }];
      await commands.executeCommand(ROW_COMMANDS.ignoreLeak, { ...request, reason: 'known, #12' });
      const written = readFileSync(scenario, 'utf8');
      assert.match(written, /ignore: \[\{ reason: 'known, #12', name: 'Panel', fingerprint: 'f' \}\],/);
      assert.equal(shown()[0]?.severity, DiagnosticSeverity.Information);
      assert.match(shown()[0]!.message, /ignored: known, #12/);
      assert.equal(leakwright.findings.leaks, 0);
      assert.ok(!(await actionsAt(4)).some(({ title }) => title.startsWith('Ignore')));
    } finally {
      writeFileSync(scenario, text);
    }
  });

  it('is ignored in the settings of the folder where no scenario file found it', async () => {
    leakwright.findings.accept(checkResult('leak', 1), folder());
    await commands.executeCommand(ROW_COMMANDS.ignoreLeak, { fingerprint: 'f', reason: 'by design' });
    const settings = workspace.getConfiguration('leakwright', workspace.workspaceFolders![0]);
    try {
      assert.deepEqual(settings.get('ignore'), [{ reason: 'by design', name: 'Panel', fingerprint: 'f' }]);
    } finally {
      await workspace.getConfiguration('leakwright', workspace.workspaceFolders![0]).update('ignore', undefined);
    }
  });

  it('says on hover how it grows and what holds it, and nothing on other lines', async () => {
    leakwright.findings.accept(checkResult('leak', 1), folder());
    const textAt = async (line: number): Promise<string> => {
      const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', file, new Position(line, 3));
      return hovers.flatMap(({ contents }) => contents.map((one) => (one as MarkdownString).value)).join('\n');
    };
    const text = await textAt(4);
    assert.match(text, /critical leak/);
    assert.match(text, /2\.0 MB an iteration/);
    assert.match(text, /command:leakwright\.ignoreLeak/);
    assert.doesNotMatch(await textAt(0), /leak/);
  });

  // A run that failed in the scenario: the Problem is at the step, and what was known of leaks stays known.
  it('stays while a run cannot be done, which is a Problem at the step that failed', () => {
    const at = { file: 'leaks/throws.leak.mjs', line: 5, column: 3, function: 'iteration' };
    leakwright.findings.accept(checkResult('leak', 1), folder());
    const error = {
      code: 'leaks.scenarioFailed',
      message: "The scenario's iteration 1 failed: no",
      hint: 'Try it.',
      at,
    };
    leakwright.findings.accept({ ...checkResult('error', 0), error }, folder());
    const uri = Uri.file(join(folder(), at.file));
    assert.equal(shown(uri)[0]?.range.start.line, 4);
    assert.match(shown(uri)[0]!.message, /Try it\./);
    assert.equal(shown().length, 1);
    leakwright.findings.accept(checkResult('clean', 0), folder());
    assert.equal(shown(uri).length, 0);
    assert.equal(shown().length, 0);
  });
});
