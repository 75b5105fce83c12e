import type { Finding, FindingKind } from '../model.ts';

/** What ends the life of each kind of thing, as its standard names it. */
const REMEDY: Partial<Record<FindingKind, string>> = {
  'event-listener': 'remove it with removeEventListener, or give it an AbortSignal that aborts when its owner goes',
  timer: 'clear it with clearInterval or clearTimeout when its owner goes',
  observer: 'call disconnect() on it when what it observes goes',
  'object-url': 'call URL.revokeObjectURL() once it was loaded',
  worker: 'call terminate() on it when its work is done',
  socket: 'call close() on it when its owner goes',
  page: 'close it in the step that opens it, or in one after it',
  frame: 'let go of every reference into the frame when it is removed',
};

/**
 * What to do about each finding, in the order of the findings: the remedy of its kind, or to bound the collection that
 * keeps it. The same advice is given once.
 */
export function recommend(findings: readonly Finding[]): string[] {
  const advice = findings
    .filter((finding) => finding.ignored === undefined)
    .map((finding) => {
      const remedy = REMEDY[finding.kind];
      if (remedy) return `${finding.name}: ${remedy}.`;
      if (finding.kind === 'dom-node' && finding.holder === undefined && !finding.name.endsWith('(detached)'))
        return `${finding.name} stays in the document: remove it when it is no longer needed. If an iteration is meant to add it, let the iteration take it away again: it must end where it began.`;
      if (finding.holder === undefined) return undefined;
      const place = finding.keptAt ? ` (filled at ${finding.keptAt.file}:${finding.keptAt.line})` : '';
      return `${finding.holder}${place}: take out what is no longer needed, bound its size, or hold it weakly.`;
    });
  return [...new Set(advice.filter((one) => one !== undefined))];
}
