export interface Step {
  readonly name: string;
  readonly title: string;
  readonly command: readonly string[];
  /** A step that runs mocha leaves its counts in a file; any other counts as one test. */
  readonly counts: boolean;
  /** Runs whatever was asked for, since other steps need what it makes. */
  readonly always?: boolean;
  /** Starts processes, so it gets a process table of its own where that can be had. */
  readonly starts?: true;
}

/**
 * A CI machine that is slow for a moment fails a test that drives an editor, and not because of the change: there such a
 * test has a second try, and is named as flaky. On a developer's machine it fails at once. Verdicts are never tried again.
 */
export const retries = process.env['CI'] ? '1' : '0';

const node = process.execPath;
const mocha = [node, 'node_modules/mocha/bin/mocha.js', '--reporter', 'test/tools/countingReporter.cjs'];
const real = [...mocha, '--retries', retries];
const REAL = 'test/real/**/*.test.ts';
const testsOf = (...files: readonly string[]): readonly string[] => files.map((file) => `test/real/${file}.test.ts`);
/** Those that start no browser but for a check, so that what others see and end beside them is none of theirs. */
const CHECKS = testsOf('leaks/**/*', 'playwright/**/*');
/** The same, as commands. */
const COMMANDS = testsOf('cli/check', 'cli/history', 'cli/remote', 'cli/watch', 'cli/webServer');
const PACKAGES = 'test/real/package/**/*.test.ts';

const build: Step = {
  name: 'build',
  title: 'Build',
  command: [node, 'esbuild.js', '--production'],
  counts: false,
  always: true,
};
const browser: Step = {
  name: 'browser',
  title: 'Obtain a browser',
  command: [node, 'test/tools/obtainBrowser.ts'],
  counts: false,
  always: true,
};
const processes: Step = {
  name: 'processes',
  title: 'Tests on real process trees, sessions and orphans',
  command: [...real, ...[...CHECKS, ...COMMANDS, PACKAGES].flatMap((files) => ['--ignore', files]), REAL],
  counts: true,
  starts: true,
};
const typecheck: Step = {
  name: 'typecheck',
  title: 'Type check',
  command: [node, 'node_modules/typescript/bin/tsc', '--noEmit'],
  counts: false,
};
const lint: Step = {
  name: 'lint',
  title: 'Lint',
  command: [node, 'node_modules/oxlint/bin/oxlint', '-c', 'oxlint.config.mts', '--type-aware'],
  counts: false,
};
const unused: Step = {
  name: 'unused',
  title: 'Unused code',
  command: [node, 'node_modules/knip/bin/knip.js'],
  counts: false,
};
const unusedByUsers: Step = {
  name: 'unusedByUsers',
  title: 'Code that only tests use',
  command: [node, 'node_modules/knip/bin/knip.js', '--production', '--exports'],
  counts: false,
};
const format: Step = {
  name: 'format',
  title: 'Format',
  command: [node, 'node_modules/oxfmt/bin/oxfmt', '--check', '.'],
  counts: false,
};
const unit: Step = {
  name: 'unit',
  title: 'Unit tests',
  command: [...mocha, 'test/unit/**/*.test.ts'],
  counts: true,
};
const pack: Step = {
  name: 'package',
  title: 'Pack the VSIX',
  command: [node, 'test/tools/package.ts'],
  counts: false,
};
const checks: Step = {
  name: 'checks',
  title: 'Leak checks on real Chromium',
  command: [...real, ...CHECKS],
  counts: true,
  starts: true,
};
const commands: Step = {
  name: 'commands',
  title: 'Leak checks as commands',
  command: [...real, ...COMMANDS],
  counts: true,
  starts: true,
};
const packages: Step = {
  name: 'packages',
  title: 'The packages, as users install them',
  command: [...real, PACKAGES],
  counts: true,
  starts: true,
};
const demo: Step = {
  name: 'demo',
  title: "The demo, the README's first command",
  command: [node, 'test/demo/demo.ts'],
  counts: false,
  starts: true,
};
const editor: Step = {
  name: 'editor',
  title: 'In-editor tests',
  command: [node, 'test/tools/runEditorTests.ts'],
  counts: true,
  starts: true,
};
/** In two parts, so that they can run side by side. */
const ui: Step = {
  name: 'ui',
  title: 'The user interface, in one workbench',
  command: [node, 'test/tools/runUi.ts', '--file=test/ui/oneWorkbench.test.ts'],
  counts: true,
  starts: true,
};
const firstMinutes: Step = {
  name: 'first',
  title: 'The user interface, as a new user meets it',
  command: [node, 'test/tools/runUi.ts', '--file=test/ui/firstMinutes.test.ts', '--file=test/ui/welcome.test.ts'],
  counts: true,
  starts: true,
};

type Stage = readonly (readonly Step[])[];

/**
 * One stage after the other; the lanes of a stage side by side.
 *
 * @param isolated Whether steps see their own processes only. Where they see each other's, the tests on process trees run
 * before the others; they wait for two thirds of their time.
 */
export const stagesOf = (isolated: boolean): readonly Stage[] =>
  isolated
    ? [
        [[build, browser]],
        [
          [checks, demo, typecheck, lint, unused, unusedByUsers, format],
          [pack, editor, ui, commands],
          [unit, processes, firstMinutes, packages],
        ],
      ]
    : [
        [[build]],
        [
          [browser, processes],
          [typecheck, lint, unused, unusedByUsers, pack, unit, format],
        ],
        [
          [checks, commands, demo],
          [editor, ui, firstMinutes, packages],
        ],
      ];
