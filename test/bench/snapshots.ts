/**
 * Memory while snapshots are read: 8 of 200 MB in a row in one leak run, beside memlab on the same file, each in a process of
 * its own. And one beyond 512 MB, which does not fit into a string.
 *
 * LEAKWRIGHT_BENCH_SNAPSHOT_MB=200    size of the one that is read 8 times
 * LEAKWRIGHT_BENCH_LARGE_MB=600       size of the large one; 0 leaves it out
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = { '@memlab/heap-analysis': '2.0.5' };
const TIMES = 8;
const MB = 1024 * 1024;

const packagesFolder = join(import.meta.dirname, 'snapshotsPackages');
const tool = (name: string): string => join(import.meta.dirname, 'snapshotsTools', name);

interface Reading {
  readonly peak: number;
  readonly seconds: readonly number[];
  readonly objects: number;
  readonly before?: number;
  readonly afterEach?: readonly number[];
  readonly end?: number;
}

function installPeer(): void {
  if (existsSync(join(packagesFolder, 'node_modules', '@memlab', 'heap-analysis'))) return;
  mkdirSync(packagesFolder, { recursive: true });
  writeFileSync(join(packagesFolder, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: packagesFolder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('memlab could not be installed.');
}

function run(args: readonly string[]): Reading | string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--no-warnings', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * MB,
  });
  const json = /^RESULT (?<json>.*)$/m.exec(stdout)?.groups?.['json'];
  return json === undefined
    ? (/^.*(?:Error|FATAL).*$/m.exec(stderr)?.[0] ?? 'no result')
    : (JSON.parse(json) as Reading);
}

const inMb = (bytes: number): string => `${Math.round(bytes / MB)} MB`;

function report(name: string, reading: Reading | string): void {
  if (typeof reading === 'string') {
    console.log(`${name.padEnd(12)} failed: ${reading}`);
    return;
  }
  const each = reading.seconds.map((seconds) => seconds.toFixed(1)).join(' ');
  console.log(`${name.padEnd(12)} peak ${inMb(reading.peak).padStart(8)}   ${reading.objects} objects, ${each} s`);
  if (reading.afterEach) {
    const after = reading.afterEach.map(inMb).join(', ');
    console.log(
      `${' '.repeat(12)} ${inMb(reading.before!)} before; after each ${after}; ${inMb(reading.end!)} at the end`,
    );
  }
}

installPeer();
const folder = mkdtempSync(join(tmpdir(), 'lw-snapshots-'));
try {
  const file = join(folder, 'usual.heapsnapshot');
  const make = (path: string, megabytes: string): number => {
    spawnSync(process.execPath, ['--max-old-space-size=8192', tool('make.mjs'), path, megabytes], { stdio: 'inherit' });
    return statSync(path).size;
  };
  const size = make(file, process.env['LEAKWRIGHT_BENCH_SNAPSHOT_MB'] ?? '200');
  console.log(`${TIMES} snapshots of ${inMb(size)} in a row, and the same file once with memlab:`);
  const ours = run([tool('leakwright.ts'), file, String(TIMES)]);
  report('leakwright', ours);
  const memlab = run(['--max-old-space-size=8192', tool('memlab.mjs'), file, packagesFolder]);
  report('memlab', memlab);
  if (typeof ours === 'string') process.exitCode = 1;
  else if (typeof memlab !== 'string') console.log(`peak: ${(ours.peak / memlab.peak).toFixed(2)} of memlab's`);
  rmSync(file);

  const largeMb = process.env['LEAKWRIGHT_BENCH_LARGE_MB'] ?? '600';
  if (largeMb !== '0') {
    const large = join(folder, 'large.heapsnapshot');
    console.log(`\none of ${inMb(make(large, largeMb))}, larger than a string can be:`);
    const reading = run([tool('leakwright.ts'), large, '1']);
    report('leakwright', reading);
    if (typeof reading === 'string') process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
