// Mocha's spec reporter that also leaves its counts where the runner of all steps finds them, and names the tests that
// only passed when they were tried again.
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_PASS, EVENT_TEST_RETRY } = Mocha.Runner.constants;

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const firstErrors = new Map();
    const flaky = [];
    runner.on(EVENT_TEST_RETRY, (test, error) => firstErrors.set(test.fullTitle(), error));
    runner.on(EVENT_TEST_PASS, (test) => {
      const error = firstErrors.get(test.fullTitle());
      if (error) flaky.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
    runner.once(EVENT_RUN_END, () => {
      for (const { title, error } of flaky) {
        Mocha.reporters.Base.consoleLog(`  flaky: ${title}\n    passed on its second try; the first: ${error}\n`);
      }
      const file = process.env.LEAKWRIGHT_TEST_COUNTS;
      if (!file) return;
      const { passes, failures, pending } = this.stats;
      const counts = { passed: passes, failed: failures, skipped: pending, flaky: flaky.map(({ title }) => title) };
      writeFileSync(file, JSON.stringify(counts));
    });
  }
};
