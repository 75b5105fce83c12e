import { createRequire } from 'node:module';
import { basename, dirname, join, parse, relative } from 'node:path';
import { findPlaywrightConfig } from '../../scenarios/index.ts';
import type { SessionInfo } from '../../sessions/index.ts';
import { defined, LeakwrightError } from '../../support/index.ts';

/** How a script is run so that it finds its session. */
export interface ScriptRun {
  /** What Node runs: the script itself, or the test runner's command line. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The variables that lead a script to its session. Playwright's test runner reads its own (`PW_TEST_CONNECT_WS_ENDPOINT`, `PLAYWRIGHT_TEST_BASE_URL`)
 * and connects by itself; any other script finds the same endpoints in ours.
 *
 * @throws LeakwrightError `usage` where the session has no endpoint
 */
export function scriptEnvironment({ id, name, endpoints, warnings, baseUrl }: SessionInfo): Record<string, string> {
  const { playwright, cdp } = endpoints;
  if (playwright === undefined && cdp === undefined) {
    throw new LeakwrightError('usage', `Session '${name}' has no endpoint for scripts.`, {
      hint: warnings.join(' ') || 'Launch another one.',
    });
  }
  return {
    LEAKWRIGHT_SESSION_ID: id,
    ...(playwright === undefined
      ? {}
      : { LEAKWRIGHT_WS_ENDPOINT: playwright, PW_TEST_CONNECT_WS_ENDPOINT: playwright }),
    ...defined({ LEAKWRIGHT_CDP_ENDPOINT: cdp, PLAYWRIGHT_TEST_BASE_URL: baseUrl }),
  };
}

const TEST_FILE = /\.(spec|test)\.[cm]?[jt]sx?$/;

/** A Playwright test is run by its runner, in one worker, so that its steps can be followed; anything else by Node. */
export function scriptRun(file: string, session: SessionInfo, workspaceFolder: string | undefined): ScriptRun {
  const env = scriptEnvironment(session);
  const runner = TEST_FILE.test(basename(file)) ? testRunnerOf(file) : undefined;
  if (runner === undefined) return { program: file, args: [], cwd: workspaceFolder ?? dirname(file), env };
  const config = findPlaywrightConfig(dirname(file), workspaceFolder ?? parse(file).root);
  const cwd = config === undefined ? (workspaceFolder ?? dirname(file)) : dirname(config);
  // The runner takes a regular expression that it looks for in paths with forward slashes.
  const path = relative(cwd, file).replaceAll('\\', '/');
  return {
    program: runner,
    args: ['test', path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), '--workers=1', '--reporter=list'],
    cwd,
    env,
  };
}

function testRunnerOf(file: string): string | undefined {
  try {
    // Its command line is not among what the package exports, but beside what it does.
    return join(dirname(createRequire(file).resolve('@playwright/test/package.json')), 'cli.js');
  } catch {
    return undefined;
  }
}
