import { createHash } from 'node:crypto';
import type { SourceSite } from '../model.ts';

/**
 * The same leak in another run, on another machine, after other lines of the file changed: what leaks, the function that
 * makes it, and the holder's name, without ids, numbers and line numbers.
 */
export function fingerprintOf(leak: {
  readonly kind: string;
  readonly name: string;
  readonly site: SourceSite | undefined;
  readonly holder: string | undefined;
}): string {
  const parts = [
    leak.kind,
    leak.name,
    leak.site ? withoutHost(leak.site.file) : '',
    leak.site?.function ?? '',
    leak.holder ?? '',
  ];
  return createHash('sha256')
    .update(parts.map((part) => part.replace(/\d+/g, '0')).join('\n'))
    .digest('hex')
    .slice(0, 16);
}

/** A development server's port changes from run to run. */
function withoutHost(file: string): string {
  return file.replace(/^[a-z]+:\/\/[^/]*/, '').replace(/[?#].*$/, '');
}
