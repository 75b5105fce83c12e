import { commands, window } from 'vscode';
import type { CleanupSummary, MemoryAlert, SessionEvent } from '../../sessions/index.ts';
import { type Log, formatBytes, plainText } from '../../support/index.ts';
import { COMMANDS } from '../contributions.ts';
import { t } from '../translate.ts';
import { closeAllMessage, summaryLines } from './closeSummary.ts';
import type { WindowSessions } from './windowSessions.ts';

/** Reports the ends and alerts of sessions: a notification in short, the log in full. */
export class SessionNews {
  readonly #sessions: WindowSessions;
  readonly #log: Log;

  constructor(sessions: WindowSessions, log: Log) {
    this.#sessions = sessions;
    this.#log = log;
    sessions.onEvent((event) => this.#onEvent(event));
  }

  /** Says what closing a session did. */
  reportClosed(summaries: readonly CleanupSummary[]): void {
    if (summaries.length === 0) return;
    const message = closeAllMessage(summaries);
    const isClean = summaries.every(({ successful }) => successful);
    const wasAsked = summaries.every(({ reason }) => reason === 'requested');
    this.#say(isClean && wasAsked ? 'information' : 'warning', message);
  }

  #say(kind: 'information' | 'warning', message: string): void {
    const details = t('Details');
    const shown =
      kind === 'warning'
        ? window.showWarningMessage(message, details)
        : window.showInformationMessage(message, details);
    void shown.then((choice) => choice === details && commands.executeCommand(COMMANDS.showLog));
  }

  #onEvent(event: SessionEvent): void {
    switch (event.type) {
      case 'sessionEnded': {
        const { summary } = event;
        for (const line of summaryLines(summary)) {
          if (summary.errors.length > 0) this.#log.warn(line);
          else this.#log.info(line);
        }
        // The command that closes a session says so itself.
        if (summary.reason !== 'requested') this.reportClosed([summary]);
        break;
      }
      case 'hostLost': {
        const processes = event.recovered.reduce((sum, { processesEnded }) => sum + processesEnded, 0);
        const left = event.recovered.flatMap(({ issues }) => issues);
        this.#say(
          'warning',
          [
            t('The process that drives the sessions ended unexpectedly.'),
            t('Cleaned up: {0} sessions, {1} processes.', event.recovered.length, processes),
            left.length === 0 ? t('Their processes and files are gone.') : plainText(left.join(' '), 300),
          ].join(' '),
        );
        break;
      }
      case 'memoryAlert': {
        this.#tellMemory(event.alert);
        break;
      }
      case 'sessionStarted':
      case 'sessionChanged':
      case 'housekeeping':
      case 'warning': {
        break;
      }
    }
  }

  #tellMemory(alert: MemoryAlert): void {
    if (alert.scope === 'system') {
      const percent = Math.round(alert.usedFraction * 100);
      const message = t('{0} % of the memory of this machine is in use.', percent);
      this.#log.warn(`${percent} % of the memory of this machine is in use.`);
      // From 80 % on there is something to do about it.
      if (alert.level === 70) {
        window.setStatusBarMessage(`$(warning) ${message}`, 10_000);
        return;
      }
      const close = t('Close All Sessions');
      void window
        .showWarningMessage(message, close)
        .then((choice) => choice === close && commands.executeCommand(COMMANDS.closeAllSessions));
      return;
    }
    const session = this.#sessions.sessions.find(({ id }) => id === alert.id);
    if (!session) return;
    const [held, limit] = [formatBytes(alert.bytes), formatBytes(alert.limitBytes)];
    this.#log.warn(`The browser of session '${session.name}' holds ${held}, more than ${limit}.`);
    const snapshot = t('Capture Heap Snapshot');
    const close = t('Close Session');
    void window
      .showWarningMessage(
        t("The browser of session '{0}' holds {1}, more than {2}.", plainText(session.name, 60), held, limit),
        snapshot,
        close,
      )
      .then((choice) => {
        if (choice === snapshot) return commands.executeCommand(COMMANDS.captureHeapSnapshot, { session: session.id });
        if (choice === close) return commands.executeCommand(COMMANDS.closeSession, { session: session.id });
        return undefined;
      });
  }
}
