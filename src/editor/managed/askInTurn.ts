import { type QuickInput, QuickInputButtons, type QuickPickItem, window } from 'vscode';

/** Where among its questions one stands. */
export interface Place {
  readonly title: string;
  readonly canGoBack: boolean;
}

/** The outcome of a question: an accepted answer, back to the one before, or Escape. */
export type Turn = 'next' | 'back' | 'cancelled';

type Answer<T> = T | 'back' | undefined;

/**
 * Asks one question after another, with a way back: a mistake in the fourth answer does not cost the first three.
 *
 * @returns whether all were answered
 */
export async function askInTurn(
  title: (step: number, of: number) => string,
  questions: readonly ((place: Place) => Promise<Turn>)[],
): Promise<boolean> {
  let step = 0;
  while (step < questions.length) {
    const turn = await questions[step]!({ title: title(step + 1, questions.length), canGoBack: step > 0 });
    if (turn === 'cancelled') return false;
    step += turn === 'back' ? -1 : 1;
  }
  return true;
}

/** A list to pick one of; it may still be on its way. */
export async function pickOne<T extends QuickPickItem>(
  place: Place,
  placeholder: string,
  items: readonly T[] | Promise<readonly T[]>,
): Promise<Answer<T>> {
  const input = window.createQuickPick<T>();
  input.placeholder = placeholder;
  return await answerTo<T>(input, place, (resolve, reject) => {
    input.busy = true;
    Promise.resolve(items).then((all) => {
      input.items = all;
      input.busy = false;
    }, reject);
    input.onDidAccept(() => input.selectedItems[0] && resolve(input.selectedItems[0]));
    input.onDidTriggerButton(() => resolve('back'));
  });
}

export interface TextQuestion {
  readonly prompt: string;
  readonly placeHolder?: string;
  /** What was answered before the way back was taken. */
  readonly value: string;
  /** The error of an answer, shown when it is confirmed. */
  readonly validate?: (text: string) => string | undefined;
}

export async function typeText(place: Place, question: TextQuestion): Promise<Answer<{ readonly text: string }>> {
  const input = window.createInputBox();
  input.prompt = question.prompt;
  input.placeholder = question.placeHolder;
  input.value = question.value;
  return await answerTo<{ readonly text: string }>(input, place, (resolve) => {
    input.onDidChangeValue(() => (input.validationMessage = undefined));
    input.onDidAccept(() => {
      const problem = question.validate?.(input.value);
      if (problem === undefined) resolve({ text: input.value });
      else input.validationMessage = problem;
    });
    input.onDidTriggerButton(() => resolve('back'));
  });
}

async function answerTo<T>(
  input: QuickInput & { buttons: readonly unknown[] },
  { title, canGoBack }: Place,
  listen: (resolve: (answer: Answer<T>) => void, reject: (reason: unknown) => void) => void,
): Promise<Answer<T>> {
  input.title = title;
  input.ignoreFocusOut = true;
  if (canGoBack) input.buttons = [QuickInputButtons.Back];
  try {
    return await new Promise<Answer<T>>((resolve, reject) => {
      input.onDidHide(() => resolve(undefined));
      listen(resolve, reject);
      input.show();
    });
  } finally {
    input.dispose();
  }
}
