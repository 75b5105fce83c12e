/** An element with this class and text. Text is always set as text: it comes from pages. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text?: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Sets a text only when it differs: screen readers take every change of a live region for news. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** The page's end of the link to the editor, typed by the protocol that both ends share. */
interface EditorLink<FromEditor, ToEditor> {
  onMessage(listener: (message: FromEditor) => void): void;
  post(message: ToEditor): void;
  /** What the editor gets back when it restores the page after a reload of the window. */
  remember(state: unknown): void;
}

declare function acquireVsCodeApi(): { postMessage(message: unknown): void; setState(state: unknown): void };

/** To be called once: the editor hands its API out only once. */
export function linkToEditor<FromEditor, ToEditor>(): EditorLink<FromEditor, ToEditor> {
  const api = acquireVsCodeApi();
  return {
    onMessage(listener) {
      addEventListener('message', (event: MessageEvent<FromEditor>) => listener(event.data));
    },
    post(message) {
      api.postMessage(message);
    },
    remember(state) {
      api.setState(state);
    },
  };
}

/** The editor's theme as the canvas needs it: values, not variables. */

/** A theme colour (`charts-blue`), as it is now; a system colour where the theme has none. */
export function themeColour(name: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--vscode-${name}`).trim();
  return value === '' ? 'CanvasText' : value;
}

/** The editor changes the body's class and the variables on the root element, nothing else tells. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

export function prefersReducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
