import { type QuickPickItem, QuickInputButtons, window } from 'vscode';

/** A list that fills while it is shown: rows come when they are known, and a typed text may be a row of its own. */
export interface List<T extends QuickPickItem> {
  readonly title: string;
  readonly placeholder: string;
  readonly canGoBack?: boolean;
  /** Puts rows into it, now or later, and says when no more will come. */
  readonly fill: (
    show: (items: readonly T[], isAll: boolean, placeholder?: string) => void,
    signal: AbortSignal,
  ) => void;
  /** Makes a row of the typed text; undefined where the text is no valid choice. */
  readonly typed?: (text: string) => T | undefined;
}

/** @returns what was taken, the way back, or undefined for Escape */
export async function chooseFrom<T extends QuickPickItem>(list: List<T>): Promise<T | 'back' | undefined> {
  const input = window.createQuickPick<T>();
  const ending = new AbortController();
  let items: readonly T[] = [];
  const draw = () => {
    const own = list.typed?.(input.value);
    // Keeps the active row while others are added.
    const [active] = input.activeItems;
    input.items = own ? [own, ...items] : items;
    const same = active && input.items.find(({ label }) => label === active.label);
    if (same && hasMoved) input.activeItems = [same];
  };
  let hasMoved = false;
  input.title = list.title;
  input.placeholder = list.placeholder;
  input.ignoreFocusOut = true;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.busy = true;
  if (list.canGoBack) input.buttons = [QuickInputButtons.Back];
  try {
    return await new Promise((resolve) => {
      input.onDidAccept(() => input.selectedItems[0] && resolve(input.selectedItems[0]));
      input.onDidTriggerButton(() => resolve('back'));
      input.onDidHide(() => resolve(undefined));
      input.onDidChangeValue(() => draw());
      input.onDidChangeActive(([active]) => {
        if (active && active !== input.items[0]) hasMoved = true;
      });
      list.fill((next, isAll, placeholder) => {
        items = next;
        input.busy = !isAll;
        if (placeholder !== undefined) input.placeholder = placeholder;
        draw();
      }, ending.signal);
      input.show();
    });
  } finally {
    ending.abort();
    input.dispose();
  }
}
