/**
 * `npm run package`: makes the VSIX. The extension brings the part of Playwright that drives browsers, for workspaces
 * without their own; its viewers and type declarations stay behind.
 */
import { cpSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { formatBytes, packageFolder, toolVersion } from '../../src/support/index.ts';

const root = packageFolder();
const require = createRequire(join(root, 'package.json'));
const playwright = dirname(createRequire(require.resolve('playwright')).resolve('playwright-core/package.json'));
const copy = join(root, 'dist', 'node_modules', 'playwright-core');
// The recorder's own window stays: Record Leak Scenario… shows it.
const LEFT_OUT = [/\/lib\/vite\/(?!recorder(\/|$))[^/]+/, /\/types(\/|$)/, /\.d\.ts$/, /\.md$/, /\.map$/];

rmSync(copy, { recursive: true, force: true });
cpSync(playwright, copy, {
  recursive: true,
  filter: (source) => !LEFT_OUT.some((pattern) => pattern.test(source.slice(playwright.length).replaceAll('\\', '/'))),
});

const packagePath = join(root, `leakwright-${toolVersion()}.vsix`);
await createVSIX({
  cwd: root,
  packagePath,
  dependencies: false,
});

/** What the marketplace page promises; a larger one means that something got in by mistake. */
const MAX_BYTES = 6 * 1024 * 1024;
const { size } = statSync(packagePath);
console.log(`${packagePath}: ${formatBytes(size)}`);
if (size > MAX_BYTES) {
  console.error(`The VSIX is larger than ${formatBytes(MAX_BYTES)}.`);
  process.exitCode = 1;
}
