import { type LogOutputChannel, window } from 'vscode';
import { type Log, describeError, plainText } from '../support/index.ts';

/** The editor's own log channel: levels, a place and a filter that users know. */
export function createLog(): Log & { readonly channel: LogOutputChannel } {
  const channel = window.createOutputChannel('Leakwright', { log: true });
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string) => {
    // Page titles and command lines are in these messages: a line stays one line.
    channel[level](plainText(message, 4000));
  };
  return { channel, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** The one place for promises that are not awaited: writes their failure to the log, with what was being done. */
export function inBackground(log: Log, what: string, promise: PromiseLike<unknown>): void {
  promise.then(undefined, (error: unknown) => log.error(`${what}: ${describeError(error)}`));
}
