import type { BrowserTree } from '../browsers/index.ts';
import { withTimeout } from '../support/index.ts';
import { debuggingPort } from './clients.ts';

/** A browser that does not answer within this time hangs, and a signal is due. */
const ANSWER_MS = 1_000;

/**
 * A way to ask this browser itself to close (CDP `Browser.close`), or undefined where it listens on no port. The port may
 * be another browser's by now, or have been from the start (two were started with the same number), so the one that
 * answers must first say that its browser process is this tree's.
 */
export async function closeRequest(
  tree: BrowserTree,
  answerMs = ANSWER_MS,
): Promise<((signal: AbortSignal) => Promise<void>) | undefined> {
  const browser = tree.browser;
  // A driver is asked by signal: closing its browser under it would leave it running.
  if (tree.family !== 'chromium' || tree.driver || !browser) return undefined;
  const port = await debuggingPort(tree);
  if (port === undefined) return undefined;
  return async (signal) => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const response = await fetch(`http://127.0.0.1:${port}/json/version`, { signal: within });
    const { webSocketDebuggerUrl } = (await response.json()) as { webSocketDebuggerUrl?: unknown };
    const url = new URL(String(webSocketDebuggerUrl));
    if (url.port !== String(port)) throw new Error(`port ${port} points elsewhere`);
    const socket = new WebSocket(url);
    try {
      await withTimeout(closeOver(socket, browser.pid), answerMs, 'Asking the browser to close');
    } finally {
      socket.close();
    }
  };
}

async function closeOver(socket: WebSocket, pid: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let isAsked = false;
    socket.addEventListener('open', () => socket.send(JSON.stringify({ id: 1, method: 'SystemInfo.getProcessInfo' })));
    // A browser that ends faster than it says goodbye has closed, too.
    const ended = () => (isAsked ? resolve() : reject(new Error('its debugging port does not answer')));
    socket.addEventListener('error', ended);
    socket.addEventListener('close', ended);
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id === 2) resolve();
      if (answer.id !== 1) return;
      const itsPid = answer.result?.processInfo?.find(({ type }) => type === 'browser')?.id;
      isAsked = itsPid === pid;
      if (isAsked) socket.send(JSON.stringify({ id: 2, method: 'Browser.close' }));
      else reject(new Error(`its debugging port belongs to another browser (pid ${itsPid ?? 'unknown'})`));
    });
  });
}

interface Answer {
  readonly id?: number;
  readonly result?: { readonly processInfo?: readonly { readonly type: string; readonly id: number }[] };
}
