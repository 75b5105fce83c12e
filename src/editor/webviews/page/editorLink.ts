/** The page's end of the link to the editor, typed by the protocol that both ends share. */
export interface EditorLink<FromEditor, ToEditor> {
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
