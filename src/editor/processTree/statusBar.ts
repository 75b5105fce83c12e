import { type Disposable, StatusBarAlignment, type StatusBarItem, window, workspace } from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import { formatBytes, plainText } from '../../support/index.ts';
import { COMMANDS } from '../contributions.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import type { ProcessWatch } from './processWatch.ts';
import type { ShownTree } from './row.ts';
import { nameOfTree } from './rowText.ts';
import { SteadyNumbers } from './steadyNumbers.ts';

/** How often sessions of this window are measured for the status bar while no view is visible, in ms. */
const BEAT_MS = 10_000;
const MAX_LINES = 8;

interface StatusBarOptions {
  readonly watch: ProcessWatch;
  readonly sessions: () => readonly SessionInfo[];
}

/**
 * The total memory of browsers that programs drive, in the status bar. It takes samples of its own only while this window
 * has sessions; otherwise it shows the samples of visible views and is hidden without them.
 */
export class StatusBar implements Disposable {
  readonly #options: StatusBarOptions;
  readonly #steady = new SteadyNumbers();
  readonly #disposables: Disposable[];
  readonly #stopListening: () => void;
  #item: StatusBarItem | undefined;

  constructor(options: StatusBarOptions) {
    this.#options = options;
    this.#stopListening = options.watch.onDidChange(() => this.update());
    this.#disposables = [
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('leakwright.statusBar')) this.update();
      }),
    ];
  }

  /** What it says; undefined while it is hidden. */
  get text(): string | undefined {
    return this.#item?.text;
  }

  /** Samples, sessions, or who watches changed. */
  update(): void {
    const { watch, sessions } = this.#options;
    const wanted = setting('statusBar');
    watch.watch('statusBar', wanted && sessions().length > 0 ? BEAT_MS : undefined);
    const trees = wanted && watch.isWatched ? watch.trees.filter(isUnderAProgram) : [];
    if (trees.length === 0) {
      this.#item?.dispose();
      this.#item = undefined;
      return;
    }
    this.#write(trees);
  }

  dispose(): void {
    this.#stopListening();
    this.#options.watch.watch('statusBar', undefined);
    this.#item?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #write(trees: readonly ShownTree[]): void {
    const bytes = trees.reduce((sum, { sample }) => sum + (sample.memory?.pssBytes ?? 0), 0);
    const total = formatBytes(this.#steady.bytes('total', bytes)).replace('.0 MB', ' MB');
    this.#steady.sweep();
    if (!this.#item) {
      this.#item = window.createStatusBarItem('leakwright.memory', StatusBarAlignment.Left, -10);
      this.#item.name = t('Leakwright: Browser Memory');
      this.#item.command = COMMANDS.showMenu;
      this.#item.show();
    }
    const text = `$(browser) ${total}`;
    // The editor redraws its bar with every assignment.
    if (this.#item.text === text) return;
    this.#item.text = text;
    const spoken =
      trees.length === 1 ? t('1 browser, {0} of memory', total) : t('{0} browsers, {1} of memory', trees.length, total);
    const largest = [...trees].sort((a, b) => (b.sample.memory?.pssBytes ?? 0) - (a.sample.memory?.pssBytes ?? 0));
    this.#item.tooltip = [
      spoken,
      ...largest
        .slice(0, MAX_LINES)
        .map((shown) => plainText(`${nameOfTree(shown)}: ${formatBytes(shown.sample.memory?.pssBytes ?? 0)}`, 80)),
    ].join('\n');
    this.#item.accessibilityInformation = { label: spoken };
  }
}

/** Not a person's own browser, nor an unknown one, which may be one. */
function isUnderAProgram({ owned, session }: ShownTree): boolean {
  return session !== undefined || (owned !== undefined && owned.status !== 'personal' && owned.status !== 'unknown');
}
