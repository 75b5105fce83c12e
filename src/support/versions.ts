import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeakwrightError } from './errors.ts';
import { packageFolder } from './paths.ts';

let version: string | undefined;

/** The version in our package.json, the same for the VSIX and the npm package. */
export function toolVersion(): string {
  version ??= (JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string }).version;
  return version;
}

/** Of `engines` in package.json; a unit test compares them. */
export const LEAST_NODE = [22, 12] as const;

export function isNodeRecentEnough(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
}

/**
 * npm only warns when Node is too old for a package, and a missing function would then fail in the middle of a check.
 *
 * @throws LeakwrightError `usage`
 */
export function refuseOldNode(version = process.versions.node): void {
  if (isNodeRecentEnough(version)) return;
  throw new LeakwrightError(
    'usage',
    `Leakwright needs Node.js ${LEAST_NODE.join('.')} or later, and this is ${version}.`,
    {
      hint: `Install a later one; this one is ${process.execPath}.`,
    },
  );
}
