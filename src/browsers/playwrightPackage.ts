import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageFolder } from '../support/index.ts';
import type { BrowserFamily } from './browserTree.ts';

/** A Playwright that can be loaded: the user's own, whose browsers fit it, or the one that comes with us. */
export interface PlaywrightPackage {
  /** The module to `require`. */
  readonly entry: string;
  readonly name: string;
  readonly version: string;
  readonly source: 'workspace' | 'bundled';
}

/** The part of Playwright's API that this room needs. */
type BrowserTypes = Record<BrowserFamily, { executablePath(): string }>;

// '@playwright/test' re-exports the same API and is what most projects depend on directly.
const PACKAGE_NAMES = ['playwright', '@playwright/test', 'playwright-core'] as const;

function resolveFrom(folder: string, source: PlaywrightPackage['source']): PlaywrightPackage | undefined {
  const require = createRequire(join(folder, 'package.json'));
  for (const name of PACKAGE_NAMES) {
    try {
      const entry = require.resolve(name);
      const manifest = require(`${name}/package.json`) as { version: string };
      return { entry, name, version: manifest.version, source };
    } catch {
      // Not installed there under this name: the next one.
    }
  }
  return undefined;
}

/**
 * The Playwright to use: the workspace's own when it has one, else ours.
 *
 * @param workspaceFolder an absolute path, or undefined when there is no workspace
 */
export function findPlaywright(workspaceFolder: string | undefined): PlaywrightPackage | undefined {
  const own = workspaceFolder === undefined ? undefined : resolveFrom(workspaceFolder, 'workspace');
  // In the VSIX a copy lies beside the bundles; as an npm package it is our dependency.
  return own ?? resolveFrom(packageFolder(), 'bundled') ?? resolveFrom(join(packageFolder(), 'dist'), 'bundled');
}

/**
 * Where this Playwright keeps the given browser, or undefined when it has not been downloaded. Loads Playwright: never
 * call it in the extension host.
 */
export function playwrightExecutable(playwright: PlaywrightPackage, family: BrowserFamily): string | undefined {
  const types = createRequire(playwright.entry)(playwright.entry) as BrowserTypes;
  try {
    const path = types[family].executablePath();
    return path && existsSync(path) ? path : undefined;
  } catch {
    // Playwright throws where it has no build of this browser for the platform.
    return undefined;
  }
}
