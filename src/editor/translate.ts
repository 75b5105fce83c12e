/** How `vscode.l10n.t` is called: `{0}` is the first of the values. */
export type Translator = (message: string, ...values: (string | number)[]) => string;

let translator: Translator = (message, ...values) =>
  message.replaceAll(/\{(\d+)\}/g, (placeholder, index: string) => String(values[Number(index)] ?? placeholder));

/**
 * A text for the user in the editor's language. The files that only make text do not import 'vscode', so that they can
 * be tested without an editor; activation hands them the editor's own translator.
 */
export function t(message: string, ...values: (string | number)[]): string {
  return translator(message, ...values);
}

export function setTranslator(next: Translator): void {
  translator = next;
}
