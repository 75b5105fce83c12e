import {
  CodeLens,
  type CodeLensProvider,
  type Disposable,
  EventEmitter,
  Range,
  type TextDocument,
  languages,
  workspace,
} from 'vscode';
import { COMMANDS } from '../contributions.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { SCENARIO_GLOB } from './scenarioFiles.ts';
import { outlineScenario } from './scenarioOutline.ts';

/** *Check for leaks | Debug | Pick Locator* above a scenario's iteration. */
export class ScenarioLens implements CodeLensProvider, Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly #disposables: Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor() {
    this.#disposables = [
      this.#changed,
      languages.registerCodeLensProvider({ pattern: SCENARIO_GLOB }, this),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('leakwright.codeLens')) this.#changed.fire();
      }),
    ];
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    if (!setting('codeLens', document)) return [];
    const { iteration } = outlineScenario(document.getText());
    if (!iteration) return [];
    const range = new Range(document.positionAt(iteration.start), document.positionAt(iteration.end));
    return [
      new CodeLens(range, {
        title: t('Check for leaks'),
        command: COMMANDS.checkScenario,
        arguments: [document.uri],
      }),
      new CodeLens(range, { title: t('Debug'), command: COMMANDS.debugScenario, arguments: [document.uri] }),
      new CodeLens(range, { title: t('Pick Locator'), command: COMMANDS.pickLocator }),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
