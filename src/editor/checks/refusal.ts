import { CustomExecution, EventEmitter, type Pseudoterminal } from 'vscode';

/** The exit code of `check` for what could not run. */
const COULD_NOT_RUN = 3;

/** A task that cannot mean anything says so in its own terminal when it is run, and fails as the program would. */
export function refusal(message: string): CustomExecution {
  return new CustomExecution(async (): Promise<Pseudoterminal> => {
    const written = new EventEmitter<string>();
    const closed = new EventEmitter<number>();
    return {
      onDidWrite: written.event,
      onDidClose: closed.event,
      open() {
        written.fire(`leakwright: ${message}\r\n`);
        closed.fire(COULD_NOT_RUN);
      },
      close() {
        written.dispose();
        closed.dispose();
      },
    };
  });
}
