// The counting reporter, which also writes every test's outcome where a program can read it.
const { appendFileSync, writeFileSync } = require('node:fs');
const { format } = require('node:util');
const Mocha = require('mocha');
const CountingReporter = require('./countingReporter.cjs');

// The extension host's console is full of the editor's own notes, and formats nothing: the report goes to a file that
// the runner prints as it grows.
const output = process.env.LEAKWRIGHT_EDITOR_OUTPUT;
if (output) Mocha.reporters.Base.consoleLog = (...args) => appendFileSync(output, `${format(...args)}\n`);

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Mocha.Runner.constants;

module.exports = class EditorReporter extends CountingReporter {
  constructor(runner, options) {
    super(runner, options);
    const tests = [];
    const record = (outcome) => (test, error) =>
      tests.push({
        title: test.fullTitle(),
        outcome,
        durationMs: test.duration ?? 0,
        ...(error ? { message: error.message, stack: error.stack } : {}),
      });
    runner.on(EVENT_TEST_PASS, record('passed'));
    runner.on(EVENT_TEST_FAIL, record('failed'));
    runner.on(EVENT_TEST_PENDING, record('skipped'));
    runner.once(EVENT_RUN_END, () => {
      const file = process.env.LEAKWRIGHT_EDITOR_RESULTS;
      if (file) writeFileSync(file, `${JSON.stringify({ durationMs: this.stats.duration, tests }, null, 2)}\n`);
    });
  }
};
