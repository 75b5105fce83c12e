/**
 * `npm run verify`: what a small change can break, in seconds: type check, lint, format, recorded evidence, and the unit tests
 * that reach a changed file. `--watch` does it again after each change; `--since COMMIT` takes all changes since then.
 */
import { spawn } from 'node:child_process';
import { globSync, watch } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { changedSince, testsReaching } from './affectedTests.ts';
import { repository } from './obtainEditor.ts';

const { values } = parseArgs({
  options: { watch: { type: 'boolean', default: false }, since: { type: 'string', default: 'HEAD' } },
});

interface Part {
  readonly name: string;
  readonly args: readonly string[];
}

const module = (...path: string[]): string => join('node_modules', ...path);
const always: readonly Part[] = [
  { name: 'type check', args: [module('typescript', 'bin', 'tsc'), '--noEmit'] },
  { name: 'lint', args: [module('oxlint', 'bin', 'oxlint'), '-c', 'oxlint.config.mts', '--type-aware'] },
  {
    name: 'format',
    args: [module('oxfmt', 'bin', 'oxfmt'), '--check', '.'],
  },
  { name: 'replay', args: [join('test', 'tools', 'replay.ts')] },
];

/** Runs a part to its end and says how that was; what it printed is shown where it failed. */
async function run({ name, args }: Part): Promise<boolean> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)${code === 0 ? '' : `\n${output}`}`);
  return code === 0;
}

async function unitTests(): Promise<boolean> {
  const changed = changedSince(values.since);
  const all = globSync('test/unit/**/*.test.ts', { cwd: repository }).map((path) => path.replaceAll('\\', '/'));
  const tests = await testsReaching(changed, all);
  const name = `${tests.length} of ${all.length} files of unit tests, for ${changed.length} changed files`;
  if (tests.length === 0) {
    console.log(`✓ ${name}`);
    return true;
  }
  const mocha = [module('mocha', 'bin', 'mocha.js'), '--reporter', 'dot'];
  return run({ name, args: [...mocha, ...tests] });
}

async function verify(): Promise<boolean> {
  const started = performance.now();
  const parts = await Promise.all([unitTests(), ...always.map((part) => run(part))]);
  const failed = parts.filter((isGood) => !isGood).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(failed === 0 ? `All is well (${seconds} s)\n` : `${failed} failed (${seconds} s)\n`);
  return failed === 0;
}

function watchAndVerify(): void {
  let isChanged = false;
  let isRunning = false;
  const next = async (): Promise<void> => {
    if (isRunning || !isChanged) return;
    isRunning = true;
    isChanged = false;
    await verify();
    isRunning = false;
    await next();
  };
  for (const folder of ['src', 'test', 'docs']) {
    let timer: NodeJS.Timeout | undefined;
    watch(join(repository, folder), { recursive: true }, () => {
      isChanged = true;
      clearTimeout(timer);
      // An editor writes a file in several steps.
      timer = setTimeout(() => void next(), 200);
    });
  }
  console.log('Waiting for changes in src, test and docs');
}

const isGood = await verify();
if (values.watch) watchAndVerify();
else process.exitCode = isGood ? 0 : 1;
