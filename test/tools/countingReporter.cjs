// Mocha's spec reporter that also leaves its counts where the runner of all steps finds them, with the tests that failed
// and those that passed only on a second try.
const { readFileSync, writeFileSync } = require('node:fs');
const Mocha = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_RETRY } = Mocha.Runner.constants;

const textOf = (error) => error.stack ?? String(error);

/** Processor time of this program and of its programs that have ended, in ms (Linux: a tick is 10 ms). */
function processorMs() {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const firstErrors = new Map();
    const flaky = [];
    const failures = [];
    const costs = [];
    if (process.env.LEAKWRIGHT_TEST_COSTS) {
      let before = processorMs();
      // Hooks before a test are part of what it costs.
      runner.on(EVENT_TEST_END, (test) => {
        const after = processorMs();
        costs.push({ title: test.fullTitle(), seconds: (after - before) / 1000 });
        before = after;
      });
    }
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
      for (const { title, seconds } of costs.toSorted((one, other) => other.seconds - one.seconds).slice(0, 30)) {
        Mocha.reporters.Base.consoleLog(`  ${seconds.toFixed(1).padStart(6)} s of processor time: ${title}`);
      }
      const file = process.env.LEAKWRIGHT_TEST_COUNTS;
      if (!file) return;
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const counts = { passed, failed, skipped, flaky, failures };
      writeFileSync(file, JSON.stringify(counts));
    });
  }
};
