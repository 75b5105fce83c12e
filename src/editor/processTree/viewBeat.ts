import { type Disposable, window, workspace } from 'vscode';
import { setting } from '../settings.ts';
import type { ProcessWatch } from './processWatch.ts';

/** An unfocused window samples this many times less often. */
const UNFOCUSED_FACTOR = 5;

interface BeatOptions {
  readonly watch: ProcessWatch;
  /** The view's id. */
  readonly who: string;
  readonly visible: () => boolean;
  /** After each change of the beat. */
  readonly onChange?: () => void;
}

/** Keeps samples coming for a view: as often as the setting says while it is visible, not at all while it is hidden. */
export class ViewBeat implements Disposable {
  readonly #options: BeatOptions;
  readonly #disposables: Disposable[];

  constructor(options: BeatOptions) {
    this.#options = options;
    this.#disposables = [
      window.onDidChangeWindowState(() => this.update()),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('leakwright.refreshInterval')) this.update();
      }),
    ];
  }

  /** To be called when the view was shown or hidden. */
  update(): void {
    const { watch, who, visible, onChange } = this.#options;
    const interval = setting('refreshInterval');
    const beat = window.state.focused ? interval : interval * UNFOCUSED_FACTOR;
    watch.watch(who, visible() ? beat : undefined);
    onChange?.();
  }

  dispose(): void {
    this.#options.watch.watch(this.#options.who, undefined);
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
