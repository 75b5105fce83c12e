import { type Disposable, StatusBarAlignment, type StatusBarItem, window } from 'vscode';
import { VIEWS } from '../contributions.ts';
import { t } from '../translate.ts';
import { checkedName, progressText } from './runningCheck.ts';
import type { RunningChecks } from './runningChecks.ts';

/** What a check that goes on does now, in the status bar. It is there only while one does. */
export class RunningStatus implements Disposable {
  readonly #running: RunningChecks;
  readonly #listening: Disposable;
  #item: StatusBarItem | undefined;

  constructor(running: RunningChecks) {
    this.#running = running;
    this.#listening = running.onDidChange(() => this.#update());
  }

  /** What it says; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item?.text;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item?.dispose();
  }

  #update(): void {
    const { list } = this.#running;
    const [first] = list;
    if (!first) {
      this.#item?.dispose();
      this.#item = undefined;
      return;
    }
    this.#item ??= window.createStatusBarItem('leakwright.running', StatusBarAlignment.Left, 50);
    const item = this.#item;
    const more = list.length > 1 ? ` +${list.length - 1}` : '';
    const text = `${checkedName(first.name)}: ${progressText(first)}${more}`;
    item.name = t('Leak check');
    item.text = `$(sync~spin) ${text}`;
    item.tooltip = list.map((check) => `${checkedName(check.name)}: ${progressText(check)}`).join('\n');
    item.accessibilityInformation = { label: t('Leak check, {0}', text), role: 'button' };
    item.command = `${VIEWS.leakChecks}.focus`;
    item.show();
  }
}
