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
import { canHaveOwnProcessesAsRoot, startIsolated } from './processTable.ts';
import { type Step, retries, stagesOf } from './steps.ts';

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

/** Each step sees its own processes only, where the machine allows it: none is disturbed by another's browsers. */
const isIsolated = canHaveOwnProcessesAsRoot();
const stages = stagesOf(isIsolated);
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
  const { tempFolder } = partOf(step);
  return {
    ...process.env,
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

/** How to pass a signal on to what runs. */
const running = new Set<(signal: NodeJS.Signals) => void>();
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.error(`\n${signal}: stopping`);
    stopped = true;
    process.exitCode = 130;
    for (const send of running) send(signal);
  });
}

interface StepEnd {
  readonly counts: Counts;
  readonly left: readonly string[];
  /** Processor time of all that ran; unknown where it shares the process table. */
  readonly cpuSeconds?: number;
}

/** @param beside whether others run meanwhile: then each line says whose it is */
async function runStep(step: Step, beside: boolean): Promise<StepEnd> {
  const part = partOf(step);
  mkdirSync(part.tempFolder, { recursive: true });
  // As with the folder it is in: for another user.
  chmodSync(part.tempFolder, 0o755);
  const colour = beside && process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const env = { ...environmentOf(step), ...colour };
  const output = beside ? 'pipe' : 'inherit';
  const follow = ({ stdout, stderr }: ChildProcess): void => {
    for (const stream of [stdout, stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => console.log(`${step.name.padEnd(9)} │ ${line}`));
    }
  };
  if (isIsolated && step.starts) {
    // The mark is given to the command alone: what is left besides it is to be found.
    const marked = ['env', `${RUN_MARK}=${part.id}`, ...step.command];
    const isolated = startIsolated(marked, { output, env });
    follow(isolated.child);
    running.add(isolated.signal);
    const { exitCode, cpuSeconds } = await isolated.ended;
    running.delete(isolated.signal);
    const left = await findLeft(part);
    await isolated.release();
    return { counts: countsOf(step, exitCode), left, cpuSeconds };
  }
  const [command, ...args] = step.command;
  const stdio = ['ignore', output, output] as const;
  const child = spawn(command!, args, { stdio: [...stdio], env: { ...env, [RUN_MARK]: part.id } });
  follow(child);
  const send = (signal: NodeJS.Signals) => void child.kill(signal);
  running.add(send);
  const exitCode = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
  running.delete(send);
  return { counts: countsOf(step, exitCode), left: await findLeft(part) };
}

function countsOf(step: Step, exitCode: number): Counts {
  if (!step.counts) return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  try {
    const counts = JSON.parse(readFileSync(countsFileOf(step), 'utf8')) as Counts;
    // Exit code and counts must agree: mocha also fails when a hook throws or a file cannot be loaded.
    return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** What is left, given ten seconds: what a killed client leaves is cleaned up by a process of its own. */
async function findLeft(part: RunPart): Promise<readonly string[]> {
  let left = findLeftBehind(part);
  for (let waits = 0; left.length > 0 && waits < 10; waits += 1) {
    await setTimeout(1000);
    left = findLeftBehind(part);
  }
  return left;
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
const left: string[] = [];

async function runLane(lane: readonly Step[], beside: boolean): Promise<void> {
  for (const step of lane) {
    if (stopped) return;
    if (wanted.size > 0 && !wanted.has(step.name) && !step.always) continue;
    console.log(`\n── ${step.title} ${'─'.repeat(Math.max(0, 70 - step.title.length))}`);
    const started = performance.now();
    const { counts, cpuSeconds, left: leftByStep } = await runStep(step, beside);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    left.push(...leftByStep.map((line) => `left by '${step.title}': ${line}`));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const cpu = cpuSeconds === undefined ? '' : `, ${cpuSeconds.toFixed(0)} s of processor time`;
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    const failed = counts.failed > 0 ? `, ${counts.failed} FAILED` : '';
    summaryOf.set(step, [
      `  ${step.title.padEnd(50)} ${String(counts.passed).padStart(4)} passed${failed}${skipped}  (${seconds} s${cpu})`,
      ...(counts.failures ?? []).flatMap((test) => linesOf('FAILED', test)),
      ...(counts.flaky ?? []).flatMap((test) => linesOf('flaky, passed on its second try', test)),
    ]);
    // A build that failed would only make every later step fail for the same reason.
    if (step.name === 'build' && counts.failed > 0) stopped = true;
  }
}

const startedAt = performance.now();
for (const lanes of stages) {
  const asked = lanes.filter((lane) =>
    lane.some(({ name, always }) => wanted.size === 0 || wanted.has(name) || always),
  );
  await Promise.all(asked.map((lane) => runLane(lane, asked.length > 1)));
}

// What is in the system's temp folder, whoever left it there.
left.push(...findLeftInSystemTemp({ ...run, except: run.tempFolder }).map((line) => `left: ${line}`));
total[left.length === 0 ? 'passed' : 'failed'] += 1;
rmSync(run.tempFolder, { recursive: true, force: true });
rmSync(keptFolder, { recursive: true, force: true, maxRetries: 3 });

const summary = [
  ...steps.flatMap((step) => summaryOf.get(step) ?? []),
  `  ${'Nothing of ours is left behind'.padEnd(50)} ${left.length === 0 ? '   1 passed' : '   0 passed, 1 FAILED'}`,
  ...left.map((line) => `    ${line}`),
  `  ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`,
];
console.log(`\n${summary.join('\n')}\n`);
if (total.failed > 0) process.exitCode ||= 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
