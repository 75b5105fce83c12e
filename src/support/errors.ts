/** The codes that callers can branch on, each with its room as prefix. */
export type ErrorCode =
  | 'usage'
  | 'aborted'
  | 'timeout'
  | 'processes.unreadable'
  | 'processes.refused'
  | 'browsers.notFound'
  | 'browsers.launchFailed'
  | 'journal.unwritable'
  | 'stores.closed'
  | 'stores.unstorable'
  | 'stores.unavailable'
  | 'history.notFound'
  | 'monitoring.port'
  | 'monitoring.webhook'
  | 'sessions.limit'
  | 'sessions.notFound'
  | 'sessions.hostLost'
  | 'sessions.protocol'
  | 'leaks.scenarioInvalid'
  | 'leaks.scenarioFailed'
  | 'leaks.nothingToDo'
  | 'leaks.pageUnreachable'
  | 'leaks.browserDied'
  | 'leaks.pageHung'
  | 'leaks.trackingLost'
  | 'leaks.unsupported'
  | 'leaks.webServerFailed'
  | 'reports.unwritable';

/** An error for a person: what happened (with what), and what to do about it. */
export class LeakwrightError extends Error {
  readonly code: ErrorCode;
  /** One sentence that says what the user can do, or undefined where nothing can be done. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LeakwrightError';
    this.code = code;
    this.hint = options.hint;
  }
}

function isLeakwrightError(error: unknown): error is LeakwrightError {
  return error instanceof Error && error.name === 'LeakwrightError' && 'code' in error;
}

/** The text to show a person for anything that was thrown: no stack, the hint after the message. */
export function describeError(error: unknown): string {
  // Not instanceof: each bundle has a class of its own.
  if (isLeakwrightError(error)) return error.hint ? `${error.message} ${error.hint}` : error.message;
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}

/** True for the error an AbortSignal causes, ours or the platform's. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error as { code?: unknown }).code === 'aborted');
}

/** The errno name (`ENOENT`) of a system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
