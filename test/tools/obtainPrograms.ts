import { spawnSync } from 'node:child_process';

/** Programs that real tests drive beside the browser, and the Debian package of each. Tests skip where one is missing. */
export const TEST_PROGRAMS = {
  chromedriver: 'chromium-driver',
  'chromium-headless-shell': 'chromium-headless-shell',
  'dumb-init': 'dumb-init',
  'firefox-esr': 'firefox-esr',
  'redis-server': 'redis-server',
  runsv: 'runit',
  's6-supervise': 's6',
  tini: 'tini',
  xauth: 'xauth',
  'xvfb-run': 'xvfb',
} as const;

export type TestProgram = keyof typeof TEST_PROGRAMS;

/** Whether the PATH has this program. */
export const hasProgram = (program: string): boolean =>
  spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;

/**
 * Installs the packages of missing programs, as root on a Debian.
 *
 * @returns the programs that are still missing
 */
export function obtainPrograms(programs: readonly TestProgram[]): TestProgram[] {
  const missing = () => programs.filter((program) => !hasProgram(program));
  const packages = missing().map((program) => TEST_PROGRAMS[program]);
  if (packages.length === 0) return [];
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).error)
    return missing();
  // RUNLEVEL 1 keeps policy-rc.d from starting a package's service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const options = { stdio: 'ignore', env, timeout: 300_000 } as const;
  const install = (...names: readonly string[]) =>
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...names], options).status === 0;
  if (!install(...packages)) {
    spawnSync('apt-get', ['update'], options);
    // One that this release of Debian does not have would keep all others out.
    if (!install(...packages)) for (const name of packages) install(name);
  }
  return missing();
}
