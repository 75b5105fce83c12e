/**
 * `npm test`: everything that must hold before a change lands, in one go, from a clean clone. Obtains browser and editor
 * where they are missing. Ends with one line that counts; exits 1 when anything failed.
 *
 * `npm test -- unit real` runs only the named steps.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RUN_MARK, findLeftBehind } from './leftBehind.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Titles of tests that passed when they were tried again. */
  flaky?: readonly string[];
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

const steps: readonly Step[] = [
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
  {
    name: 'format',
    title: 'Format',
    command: [node, 'node_modules/prettier/bin/prettier.cjs', '--check', '.'],
    counts: false,
  },
  { name: 'build', title: 'Build', command: [node, 'esbuild.js', '--production'], counts: false, always: true },
  {
    name: 'unit',
    title: 'Unit tests',
    command: [...mocha, '--timeout', '20000', 'test/unit/**/*.test.ts'],
    counts: true,
  },
  {
    name: 'browser',
    title: 'Obtain a browser',
    command: [node, 'test/tools/obtainBrowser.ts'],
    counts: false,
    always: true,
  },
  {
    name: 'real',
    title: 'Tests on real Chromium and real process trees',
    command: [...mocha, '--timeout', '90000', '--retries', retries, 'test/real/**/*.test.ts'],
    counts: true,
  },
  { name: 'demo', title: "The demo, the README's first command", command: [node, 'test/demo/demo.ts'], counts: false },
  { name: 'package', title: 'Pack the VSIX', command: [node, 'test/tools/package.ts'], counts: false },
  { name: 'editor', title: 'In-editor tests', command: [node, 'test/tools/runEditorTests.ts'], counts: true },
  { name: 'eyes', title: "Tests through the user's eyes", command: [node, 'test/tools/runEyes.ts'], counts: true },
];

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
const countsFolder = mkdtempSync(join(systemTempFolder, 'lwc-'));

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  [RUN_MARK]: run.id,
  TMPDIR: run.tempFolder,
  TEMP: run.tempFolder,
  TMP: run.tempFolder,
  LEAKWRIGHT_STATE_DIR: join(countsFolder, 'state'),
  // Programs are started hundreds of times, and a fourth of a short check is compiling Playwright.
  NODE_COMPILE_CACHE: join(countsFolder, 'compiled'),
  // Some tools keep their compiled code in the temp folder, and sound its sockets.
  LEAKWRIGHT_TEST_RETRIES: retries,
  PWTEST_CACHE_DIR: join(countsFolder, 'playwright'),
  PULSE_RUNTIME_PATH: join(countsFolder, 'pulse'),
};

let current: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.error(`\n${signal}: stopping`);
    current?.kill(signal);
    process.exitCode = 130;
    steps.forEach((step) => stopped.add(step.name));
  });
}
const stopped = new Set<string>();

async function runStep(step: Step): Promise<Counts> {
  const countsFile = join(countsFolder, `${step.name}.json`);
  const code = await new Promise<number>((resolve) => {
    const [command, ...args] = step.command;
    current = spawn(command!, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...environment, LEAKWRIGHT_TEST_COUNTS: countsFile },
    });
    current.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    current.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  if (!step.counts) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  try {
    const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as Counts;
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

/** Kind and pid or path, without what changes. */
const nameOf = (left: string) => left.split(/[ ,]/, 2).join(' ');
/** By what is left, the step after which it was there first. */
const leftAfter = new Map<string, string>();
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];
for (const step of steps) {
  if (stopped.has(step.name)) continue;
  if (wanted.size > 0 && !wanted.has(step.name) && !step.always) continue;
  console.log(`\n── ${step.title} ${'─'.repeat(Math.max(0, 70 - step.title.length))}`);
  const started = performance.now();
  const counts = await runStep(step);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  for (const line of findLeftBehind(run)) if (!leftAfter.has(nameOf(line))) leftAfter.set(nameOf(line), step.title);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  const failed = counts.failed > 0 ? `, ${counts.failed} FAILED` : '';
  summary.push(
    `  ${step.title.padEnd(46)} ${String(counts.passed).padStart(4)} passed${failed}${skipped}  (${seconds} s)`,
    ...(counts.flaky ?? []).map((title) => `    flaky, passed on its second try: ${title}`),
  );
  // A build that failed would only make every later step fail for the same reason.
  if (step.name === 'build' && counts.failed > 0) break;
}

let left = findLeftBehind(run);
// What a killed client leaves is cleaned up by a process of its own, which may still be at it.
for (let waits = 0; left.length > 0 && waits < 10; waits += 1) {
  await setTimeout(1000);
  left = findLeftBehind(run);
}
total[left.length === 0 ? 'passed' : 'failed'] += 1;
summary.push(
  `  ${'Nothing of ours is left behind'.padEnd(46)} ${left.length === 0 ? '   1 passed' : '   0 passed, 1 FAILED'}`,
  ...left.map((line) => `    left after '${leftAfter.get(nameOf(line)) ?? 'the last step'}': ${line}`),
);
rmSync(run.tempFolder, { recursive: true, force: true });
rmSync(countsFolder, { recursive: true, force: true, maxRetries: 3 });

console.log(`\n${summary.join('\n')}\n`);
if (total.failed > 0) process.exitCode ||= 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
