import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './paths.ts';

let version: string | undefined;

/** The version in our package.json, the same for the VSIX and the npm package. */
export function toolVersion(): string {
  version ??= (JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string }).version;
  return version;
}
