import { createRequire } from 'node:module';
import type * as Playwright from 'playwright';
import { findPlaywright } from '../browsers/index.ts';
import { LeakwrightError, describeError } from '../support/index.ts';

export interface LoadedPlaywright {
  readonly api: Pick<typeof Playwright, 'chromium' | 'firefox' | 'webkit' | 'devices' | 'selectors'>;
  readonly version: string;
  readonly source: 'workspace' | 'bundled';
}

/**
 * Loads the workspace's own Playwright when it has one, whose browsers fit it, else ours. Takes about 200 ms and 60 MB:
 * called at the first launch, never at start.
 *
 * @throws LeakwrightError `browsers.notFound`
 */
export function loadPlaywright(workspaceFolder: string | undefined): LoadedPlaywright {
  const found = findPlaywright(workspaceFolder);
  if (!found) {
    throw new LeakwrightError('browsers.notFound', 'Playwright is not installed.', {
      hint: "Run 'npm install --save-dev playwright'.",
    });
  }
  try {
    const api = createRequire(found.entry)(found.entry) as LoadedPlaywright['api'];
    return { api, version: found.version, source: found.source };
  } catch (error) {
    throw new LeakwrightError(
      'browsers.notFound',
      `Playwright ${found.version} (${found.source}, '${found.entry}') cannot be loaded: ${describeError(error)}.`,
      { cause: error },
    );
  }
}

/** Which attribute `getByTestId` looks for, in all pages of this process. Default: `data-testid`. */
export function useTestIdAttribute(workspaceFolder: string | undefined, attribute: string): void {
  loadPlaywright(workspaceFolder).api.selectors.setTestIdAttribute(attribute);
}
