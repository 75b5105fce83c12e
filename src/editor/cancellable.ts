import { ProgressLocation, window } from 'vscode';
import { isAbort, plainText } from '../support/index.ts';
import { setting } from './settings.ts';

/**
 * Does work under a notification with a *Cancel* button.
 *
 * @returns the work's result; undefined when it rejected since it was cancelled
 */
export async function cancellable<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  return await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const cancelled = new AbortController();
      const cancelling = token.onCancellationRequested(() => cancelled.abort());
      try {
        return await work(cancelled.signal);
      } catch (error) {
        if (isAbort(error)) return undefined;
        throw error;
      } finally {
        cancelling.dispose();
      }
    },
  );
}

/** The option of our commands for the browser that the setting names. */
export function executableArguments(): string[] {
  const path = setting('executablePath');
  return path === '' ? [] : ['--executable-path', path];
}

/** The sentence of an error in what our program wrote to standard error, without the output of its tools. */
export function errorSentence(said: string): string {
  const lines = said.split('\n');
  const line = lines.find((one) => one.startsWith('leakwright: ')) ?? lines[0] ?? '';
  return plainText(line.replace(/^leakwright: /, ''), 300).trim();
}
