import type { CDPSession, Page } from 'playwright';
import { type SessionSource, openSession, useTestIdAttribute } from '../../sessions/index.ts';
import type { Log } from '../../support/index.ts';
import type { CleanupVerification } from '../model.ts';
import { CHECK_ARGUMENTS, type LeakBrowser, type OpenLeakBrowser } from './leakBrowser.ts';

/** Opens a check's browser as a managed session: journalled, watched over, and cleaned up with verification. */
export function sessionOpener(
  source: SessionSource,
  options: {
    readonly workspaceFolder?: string;
    readonly name?: string;
    readonly log?: Log;
    /** What `getByTestId` looks for. Default: `data-testid`. */
    readonly testIdAttribute?: string | undefined;
  } = {},
): OpenLeakBrowser {
  const { testIdAttribute, ...rest } = options;
  return async ({ signal }) => {
    const session = await openSession({
      source: withCheckArguments(source),
      purpose: 'check',
      signal,
      endpoints: [],
      capture: { enabled: false },
      ...rest,
    });
    // For every check again: one before may have had another.
    useTestIdAttribute(options.workspaceFolder, testIdAttribute ?? 'data-testid');
    const browser: LeakBrowser = {
      name: session.product,
      version: session.version,
      family: session.family,
      root: session.root,
      ownsTime: source.kind === 'launch' && (source.headless ?? true) && !process.env['LEAKWRIGHT_REAL_TIME'],
      newPage: async (contextOptions) => await session.newPage(contextOptions),
      openCdp: async (page: Page): Promise<CDPSession> => await page.context().newCDPSession(page),
      onLost: (listener) => void session.onLost(listener),
      close: async (): Promise<CleanupVerification> => {
        const summary = await session.close();
        return {
          processes: { orphaned: summary.survivors.map(({ pid }) => ({ pid, name: session.product })) },
          files: { remaining: summary.remaining },
          fileDescriptors: summary.fileDescriptors,
          successful: summary.successful,
          issues: summary.errors.map(({ step, message }) => `${step}: ${message}`),
        };
      },
    };
    return browser;
  };
}

/** Adds our switches to the user's: Chromium takes the last `--js-flags` only. */
function withCheckArguments(source: SessionSource): SessionSource {
  if (source.kind !== 'launch' && source.kind !== 'grid') return source;
  if (source.kind === 'launch' && (source.family ?? 'chromium') !== 'chromium') return source;
  return { ...source, args: withJsFlags(source.args ?? [], CHECK_ARGUMENTS) };
}

/** Chromium's arguments with those of `added` in front; V8's switches are merged into one, since the last one wins. */
export function withJsFlags(given: readonly string[], added: readonly string[]): string[] {
  const prefix = '--js-flags=';
  const flags = [...added, ...given].filter((argument) => argument.startsWith(prefix));
  const others = [...added, ...given].filter((argument) => !argument.startsWith(prefix));
  const merged = flags.map((argument) => argument.slice(prefix.length)).join(' ');
  return [...others, `${prefix}${merged}`];
}
