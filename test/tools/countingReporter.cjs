// Mocha's spec reporter that also leaves its counts where the runner of all steps finds them, with the tests that failed
// and those that passed only on a second try.
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_RETRY } = Mocha.Runner.constants;

const textOf = (error) => error.stack ?? String(error);

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const firstErrors = new Map();
    const flaky = [];
    const failures = [];
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      const first = firstErrors.get(test.fullTitle());
      failures.push({
        title: test.fullTitle(),
        error: textOf(error) + (first ? `\n  the first try: ${textOf(first)}` : ''),
      });
    });
    runner.on(EVENT_TEST_RETRY, (test, error) => firstErrors.set(test.fullTitle(), error));
    runner.on(EVENT_TEST_PASS, (test) => {
      const error = firstErrors.get(test.fullTitle());
      if (error) flaky.push({ title: test.fullTitle(), error: textOf(error) });
    });
    runner.once(EVENT_RUN_END, () => {
      for (const { title, error } of flaky) {
        Mocha.reporters.Base.consoleLog(`  flaky: ${title}\n    passed on its second try; the first: ${error}\n`);
      }
      const file = process.env.LEAKWRIGHT_TEST_COUNTS;
      if (!file) return;
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const counts = { passed, failed, skipped, flaky, failures };
      writeFileSync(file, JSON.stringify(counts));
    });
  }
};
