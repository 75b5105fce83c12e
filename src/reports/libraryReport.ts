import type { Finding, SourceFrame } from '../leaks/index.ts';
import { markdownCode, markdownText } from '../support/index.ts';
import { formatPlace, placeOfFinding, shortenPath, summarizeFinding } from './wording.ts';

/** `three 0.170.0` */
const libraryName = ({ name, version }: NonNullable<Finding['library']>): string =>
  version === undefined ? name : `${name} ${version}`;

/** One sentence that says whether the package or the caller has to change. Undefined where no package is involved. */
export function libraryVerdict({ library }: Finding): string | undefined {
  if (library === undefined) return undefined;
  const it = libraryName(library);
  if (!library.likelyAtFault) return `${it}, called by your code`;
  return `${it} keeps it until your code undoes the call: if its documentation names no way to undo it, report it there`;
}

/**
 * The facts that the authors of a package need, as Markdown to paste into an issue of theirs. Undefined where the package is
 * not likely at fault.
 */
export function libraryReport(finding: Finding): string | undefined {
  const { library } = finding;
  if (library?.likelyAtFault !== true) return undefined;
  const { made, kept } = library;
  const caller = placeOfFinding(finding);
  const inFunction = (frame: SourceFrame) =>
    `${markdownCode(formatPlace(frame))} in ${markdownCode(frame.function || '(anonymous)')}`;
  const facts = [
    ...(made ? [`made at ${inFunction(made)}`] : []),
    ...(kept ? [`kept at ${inFunction(kept)}`] : []),
    ...(caller ? [`called from ${markdownCode(caller.excerpt ?? formatPlace(caller))}`] : []),
    ...(finding.retainedBy.length > 0 ? [`held by ${markdownCode(shortenPath(finding.retainedBy).join(' → '))}`] : []),
    ...(finding.because ? [markdownText(finding.because.reason)] : []),
  ];
  const head = `${markdownText(libraryName(library))}: ${markdownText(summarizeFinding(finding))}`;
  return [head, '', ...facts.map((fact) => `- ${fact}`), ''].join('\n');
}
