import type { TestController, TestItem, TestMessage, TestRun } from 'vscode';

/** What a test run told the editor, which has no way to be asked. */
export interface RecordedRun {
  /** `failed checkout`, in order. */
  readonly states: string[];
  readonly messages: TestMessage[];
  /** Without colours. */
  output: string;
  ended: boolean;
}

/** Listens to the runs that a controller makes from now on; they go to the editor as ever. */
export function recordRuns(controller: TestController): { readonly runs: RecordedRun[]; restore(): void } {
  const runs: RecordedRun[] = [];
  const original = controller.createTestRun.bind(controller);
  controller.createTestRun = (...args) => {
    const run = original(...args);
    const record: RecordedRun = { states: [], messages: [], output: '', ended: false };
    runs.push(record);
    const state = (name: string, item: TestItem) => record.states.push(`${name} ${item.label}`);
    const note = (given: TestMessage | readonly TestMessage[]) =>
      record.messages.push(...(Array.isArray(given) ? (given as TestMessage[]) : [given as TestMessage]));
    const listening: TestRun = {
      ...run,
      name: run.name,
      token: run.token,
      isPersisted: run.isPersisted,
      onDidDispose: run.onDidDispose,
      addCoverage: (coverage) => run.addCoverage(coverage),
      enqueued: (item) => (state('enqueued', item), run.enqueued(item)),
      started: (item) => (state('started', item), run.started(item)),
      skipped: (item) => (state('skipped', item), run.skipped(item)),
      passed: (item, ms) => (state('passed', item), run.passed(item, ms)),
      failed: (item, message, ms) => (state('failed', item), note(message), run.failed(item, message, ms)),
      errored: (item, message, ms) => (state('errored', item), note(message), run.errored(item, message, ms)),
      appendOutput: (text, location, item) => {
        // eslint-disable-next-line no-control-regex -- colours are control characters
        record.output += text.replaceAll(/\u001b\[\d+m/g, '');
        run.appendOutput(text, location, item);
      },
      end: () => ((record.ended = true), run.end()),
    };
    return listening;
  };
  return { runs, restore: () => (controller.createTestRun = original) };
}
