/**
 * `npm test`: everything that must hold before a change lands, in one go, from a clean clone. Obtains browser and editor
 * where they are missing. Ends with one line that counts; exits 1 when anything failed.
 *
 * `npm test -- unit checks` runs only the named steps.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { RUN_MARK, type RunPart, findLeftBehind, findLeftInSystemTemp } from './leftBehind.ts';

interface FailedTest {
  readonly title: string;
  readonly error: string;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Tests that passed when they were tried again, with the error of the first try. */
  flaky?: readonly FailedTest[];
  failures?: readonly FailedTest[];
}

interface Step {
  readonly name: string;
  readonly title: string;
  readonly command: readonly string[];
  /** A step that runs mocha leaves its counts in a file; any other counts as one test. */
  readonly counts: boolean;
  /** Runs whatever was asked for, since other steps need what it makes. */
  readonly always?: boolean;
}

const node = process.execPath;
const mocha = [node, 'node_modules/mocha/bin/mocha.js', '--reporter', 'test/tools/countingReporter.cjs'];

/**
 * A CI machine that is slow for a moment fails a test that drives an editor, and not because of the change: there such a
 * test has a second try, and is named as flaky. On a developer's machine it fails at once. Verdicts are never tried again.
 */
const retries = process.env['CI'] ? '1' : '0';

const REAL = 'test/real/**/*.test.ts';
/** Those that start no browser but for a check, so that what others see and end beside them is none of theirs. */
const CHECKS = [
  'leaks/**/*',
  'package/**/*',
  'playwright/**/*',
  'cli/check',
  'cli/history',
  'cli/remote',
  'cli/webServer',
].map((files) => `test/real/${files}.test.ts`);
const real = [...mocha, '--timeout', '90000', '--retries', retries];

/** One stage after the other; the lanes of a stage side by side, since most steps wait for a third of their time. */
const stages: readonly (readonly (readonly Step[])[])[] = [
  [[{ name: 'build', title: 'Build', command: [node, 'esbuild.js', '--production'], counts: false, always: true }]],
  [
    [
      {
        name: 'browser',
        title: 'Obtain a browser',
        command: [node, 'test/tools/obtainBrowser.ts'],
        counts: false,
        always: true,
      },
      {
        name: 'processes',
        title: 'Tests on real process trees, sessions and orphans',
        command: [...real, ...CHECKS.flatMap((files) => ['--ignore', files]), REAL],
        counts: true,
      },
    ],
    [
      {
        name: 'typecheck',
        title: 'Type check',
        command: [node, 'node_modules/typescript/bin/tsc', '--noEmit'],
        counts: false,
      },
      {
        name: 'lint',
        title: 'Lint',
        command: [node, 'node_modules/oxlint/bin/oxlint', '-c', 'oxlint.config.mts', '--type-aware'],
        counts: false,
      },
      { name: 'unused', title: 'Unused code', command: [node, 'node_modules/knip/bin/knip.js'], counts: false },
      {
        name: 'unusedByUsers',
        title: 'Code that only tests use',
        command: [node, 'node_modules/knip/bin/knip.js', '--production', '--exports'],
        counts: false,
      },
      { name: 'package', title: 'Pack the VSIX', command: [node, 'test/tools/package.ts'], counts: false },
    ],
  ],
  [
    [
      { name: 'checks', title: 'Leak checks on real Chromium', command: [...real, ...CHECKS], counts: true },
      {
        name: 'demo',
        title: "The demo, the README's first command",
        command: [node, 'test/demo/demo.ts'],
        counts: false,
      },
      {
        name: 'unit',
        title: 'Unit tests',
        command: [...mocha, '--timeout', '20000', 'test/unit/**/*.test.ts'],
        counts: true,
      },
      {
        name: 'format',
        title: 'Format',
        command: [node, 'node_modules/prettier/bin/prettier.cjs', '--check', '.'],
        counts: false,
      },
    ],
    [
      { name: 'editor', title: 'In-editor tests', command: [node, 'test/tools/runEditorTests.ts'], counts: true },
      { name: 'eyes', title: "Tests through the user's eyes", command: [node, 'test/tools/runEyes.ts'], counts: true },
    ],
  ],
];
const steps = stages.flat(2);

const systemTempFolder = tmpdir();
const run = {
  id: `${process.pid}-${Date.now()}`,
  startedAtMs: Date.now(),
  systemTempFolder,
  // Short: Chromium's and VS Code's sockets live below it, and a socket's path is limited to about 100 bytes.
  tempFolder: mkdtempSync(join(systemTempFolder, 'lwt-')),
};
// A test starts a browser as another user, who must be able to reach a folder in it, as in the system's own.
chmodSync(run.tempFolder, 0o755);
/** What outlives a step: counts, compiled code. */
const keptFolder = mkdtempSync(join(systemTempFolder, 'lwc-'));

/** What one step starts can be told from what another does, by its mark and by its temp folder. */
const partOf = (step: Step): RunPart => ({
  id: `${run.id}-${step.name}`,
  tempFolder: join(run.tempFolder, String(steps.indexOf(step))),
});

function environmentOf(step: Step): NodeJS.ProcessEnv {
  const { id, tempFolder } = partOf(step);
  return {
    ...process.env,
    [RUN_MARK]: id,
    TMPDIR: tempFolder,
    TEMP: tempFolder,
    TMP: tempFolder,
    LEAKWRIGHT_STATE_DIR: join(keptFolder, 'state', step.name),
    // Programs are started hundreds of times, and a fourth of a short check is compiling Playwright.
    NODE_COMPILE_CACHE: join(keptFolder, 'compiled'),
    // Some tools keep what they transform in the temp folder, and sound its sockets.
    PWTEST_CACHE_DIR: join(keptFolder, 'playwright'),
    PULSE_RUNTIME_PATH: join(keptFolder, 'pulse'),
    LEAKWRIGHT_TEST_RETRIES: retries,
    LEAKWRIGHT_TEST_COUNTS: countsFileOf(step),
  };
}

const countsFileOf = (step: Step): string => join(keptFolder, `${step.name}.json`);

const running = new Set<ChildProcess>();
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.error(`\n${signal}: stopping`);
    stopped = true;
    process.exitCode = 130;
    for (const child of running) child.kill(signal);
  });
}

/** @param beside whether others run meanwhile: then each line says whose it is */
async function runStep(step: Step, beside: boolean): Promise<Counts> {
  const { tempFolder } = partOf(step);
  mkdirSync(tempFolder, { recursive: true });
  // As with the folder it is in: for another user.
  chmodSync(tempFolder, 0o755);
  const code = await new Promise<number>((resolve) => {
    const [command, ...args] = step.command;
    const colour = beside && process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
    const child = spawn(command!, args, {
      stdio: ['ignore', beside ? 'pipe' : 'inherit', beside ? 'pipe' : 'inherit'],
      env: { ...environmentOf(step), ...colour },
    });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => console.log(`${step.name.padEnd(9)} │ ${line}`));
    }
    const done = (exitCode: number | null): void => {
      running.delete(child);
      resolve(exitCode ?? 1);
    };
    child.on('error', (error) => {
      console.error(error.message);
      done(1);
    });
    child.on('close', done);
  });
  if (!step.counts) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  try {
    const counts = JSON.parse(readFileSync(countsFileOf(step), 'utf8')) as Counts;
    // Exit code and counts must agree: mocha also fails when a hook throws or a file cannot be loaded.
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const wanted = new Set(process.argv.slice(2));
const unknown = [...wanted].filter((name) => name !== 'left' && !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. Steps: ${steps.map((step) => step.name).join(', ')}.`);
  process.exit(3);
}

/** In the summary too, since a CI server's page often shows only the end of what was printed. */
const linesOf = (what: string, { title, error }: FailedTest): string[] => [
  `    ${what}: ${title}`,
  ...error
    .split('\n')
    .slice(0, 6)
    .map((line) => `      ${line.slice(0, 300)}`),
];

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const summaryOf = new Map<Step, readonly string[]>();

async function runLane(lane: readonly Step[], beside: boolean): Promise<void> {
  for (const step of lane) {
    if (stopped) return;
    if (wanted.size > 0 && !wanted.has(step.name) && !step.always) continue;
    console.log(`\n── ${step.title} ${'─'.repeat(Math.max(0, 70 - step.title.length))}`);
    const started = performance.now();
    const counts = await runStep(step, beside);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    const failed = counts.failed > 0 ? `, ${counts.failed} FAILED` : '';
    summaryOf.set(step, [
      `  ${step.title.padEnd(50)} ${String(counts.passed).padStart(4)} passed${failed}${skipped}  (${seconds} s)`,
      ...(counts.failures ?? []).flatMap((test) => linesOf('FAILED', test)),
      ...(counts.flaky ?? []).flatMap((test) => linesOf('flaky, passed on its second try', test)),
    ]);
    // A build that failed would only make every later step fail for the same reason.
    if (step.name === 'build' && counts.failed > 0) stopped = true;
  }
}

for (const lanes of stages) {
  const asked = lanes.filter((lane) =>
    lane.some(({ name, always }) => wanted.size === 0 || wanted.has(name) || always),
  );
  await Promise.all(asked.map((lane) => runLane(lane, asked.length > 1)));
}

/** What each step left, and what is in the system's temp folder, whoever left it there. */
const findLeft = (): string[] => [
  ...[...summaryOf.keys()].flatMap((step) =>
    findLeftBehind(partOf(step)).map((line) => `left by '${step.title}': ${line}`),
  ),
  ...findLeftInSystemTemp({ ...run, except: run.tempFolder }).map((line) => `left: ${line}`),
];
let left = findLeft();
// What a killed client leaves is cleaned up by a process of its own, which may still be at it.
for (let waits = 0; left.length > 0 && waits < 10; waits += 1) {
  await setTimeout(1000);
  left = findLeft();
}
total[left.length === 0 ? 'passed' : 'failed'] += 1;
rmSync(run.tempFolder, { recursive: true, force: true });
rmSync(keptFolder, { recursive: true, force: true, maxRetries: 3 });

const summary = [
  ...steps.flatMap((step) => summaryOf.get(step) ?? []),
  `  ${'Nothing of ours is left behind'.padEnd(50)} ${left.length === 0 ? '   1 passed' : '   0 passed, 1 FAILED'}`,
  ...left.map((line) => `    ${line}`),
];
console.log(`\n${summary.join('\n')}\n`);
if (total.failed > 0) process.exitCode ||= 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
