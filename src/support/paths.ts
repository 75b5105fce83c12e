import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

/**
 * The per-user folder for state that outlives a run (the journal, history): `$XDG_STATE_HOME/leakwright` on Linux,
 * `~/Library/Application Support/leakwright` on macOS, `%LOCALAPPDATA%\leakwright` on Windows.
 * `LEAKWRIGHT_STATE_DIR` overrides it, so that tests never touch a person's own.
 */
export function stateFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env['LEAKWRIGHT_STATE_DIR']) return env['LEAKWRIGHT_STATE_DIR'];
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'leakwright');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'leakwright');
  return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'leakwright');
}

/** Pictures of pages on which a step of a check failed. */
export function pictureFolder(): string {
  return join(stateFolder(), 'screenshots');
}

const runsFromBundle = basename(import.meta.dirname) === 'dist';

/** The folder that holds our package.json, both from the sources and from the bundles in `dist/`. */
export function packageFolder(): string {
  return runsFromBundle ? join(import.meta.dirname, '..') : join(import.meta.dirname, '..', '..');
}

const programs = {
  cli: 'cli.ts',
  commandLine: 'commandLine.ts',
  mcp: 'mcp.ts',
  sessionHost: 'sessions/hostProcess.ts',
  snapshotWorker: 'leaks/snapshot/worker.ts',
  sourceWorker: 'leaks/explain/sources/worker.ts',
  analysisWorker: 'leaks/analyze/worker.ts',
  webServerKeeper: 'scenarios/webServer/keeperProcess.ts',
  playwrightSpecs: 'playwrightSpecs.ts',
  engine: 'editor/engine.ts',
  onDemand: 'editor/onDemand.ts',
  redisStore: 'stores/redis/redisStore.ts',
  openTelemetry: 'monitoring/metrics/openTelemetry.ts',
} as const;

/** The file of one of our own programs, workers or bundles: the bundle, or the source when we run from sources (tests). */
export function programFile(program: keyof typeof programs): string {
  return runsFromBundle
    ? join(import.meta.dirname, `${program}.js`)
    : join(packageFolder(), 'src', ...programs[program].split('/'));
}

/** One of our bundles, loaded into this process with the first call: large packages, and what activation does not need. */
export function loadBundle(bundle: keyof typeof programs): unknown {
  const file = programFile(bundle);
  return createRequire(file)(file) as unknown;
}
