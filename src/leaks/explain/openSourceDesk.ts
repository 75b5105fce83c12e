import type { Log } from '../../support/index.ts';
import type { Subject } from '../drive/subject.ts';
import type { PageSources } from '../measure/pageSources.ts';
import { SourceDesk } from './sources/index.ts';

/** Opens the desk that answers about lines and names, for a page or a program. */
export function openSourceDesk(
  subject: Subject,
  sources: PageSources,
  options: { readonly workspaceFolder: string; readonly log?: Log },
): SourceDesk {
  return new SourceDesk({
    ...options,
    ...subject.sourceAccess(),
    inBrowser: sources.textOf,
    mapUrlOf: sources.mapUrlOf,
    signal: subject.guard.signal,
  });
}
