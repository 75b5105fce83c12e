import {
  type Finding,
  adviceOf,
  type SourceFrame,
  type SourceSite,
  libraryFrame,
  siteIndex,
  stackRuns,
} from '../leaks/index.ts';
import { count, formatBytes } from '../support/index.ts';
import { libraryVerdict } from './libraryReport.ts';
import { formatPlace, formatRate, nounOf, placeOfFinding, shortenPath } from './wording.ts';

/** One fact of a finding, for all formats that show facts in rows. `quiet` rows go on from the row before. */
export interface FindingFact {
  readonly label: string;
  readonly text: string;
  readonly quiet?: true;
}

/** Runs of a stack that are shown: enough to see who called, short enough to read. */
const RUNS_SHOWN = 4;
const PARTS_SHOWN = 5;

const functionOf = ({ function: name }: SourceFrame): string => name || '(anonymous)';

/** `useEffect of useWidth`, `openDetails (the function; the exact line is not known)` */
export function describeFunction(site: SourceSite): string {
  const start = site.precision === 'function' ? ' (the function; the exact line is not known)' : '';
  return `${site.role ?? functionOf(site)}${start}`;
}

/** What is known of a finding, most useful first. The advice is the first of them. */
export function findingFacts(finding: Finding): FindingFact[] {
  const { allocatedAt, keptAt, parts, retainedBy, survivors, retainedBytes, because, ignored } = finding;
  const facts: FindingFact[] = [];
  if (ignored !== undefined) facts.push({ label: 'ignored', text: ignored });
  else facts.push({ label: 'to do', text: adviceOf(finding) });
  // The head of a finding has one place: another one is a fact of its own.
  const made = allocatedAt && placeOfFinding(finding) !== allocatedAt ? ` at ${formatPlace(allocatedAt)}` : '';
  if (allocatedAt)
    facts.push({ label: 'made in', text: `${describeFunction(allocatedAt)}${made}` }, ...aroundSite(allocatedAt));
  if (allocatedAt?.excerpt !== undefined) facts.push({ label: 'code', text: allocatedAt.excerpt });
  if (keptAt) {
    facts.push({ label: 'kept at', text: `${formatPlace(keptAt)} in ${describeFunction(keptAt)}` });
    facts.push(...throughLibrary(keptAt));
    if (keptAt.excerpt !== undefined && keptAt.excerpt !== allocatedAt?.excerpt)
      facts.push({ label: 'code', text: keptAt.excerpt });
  }
  const owes = libraryVerdict(finding);
  if (owes !== undefined) facts.push({ label: 'package', text: owes });
  if (parts && parts.length > 0) facts.push({ label: 'with it', text: describeParts(parts) });
  if (finding.component !== undefined) facts.push({ label: 'keeps', text: `the component ${finding.component}` });
  if (retainedBy.length > 0) facts.push({ label: 'held by', text: shortenPath(retainedBy).join(' → ') });
  if (survivors.length > 0) facts.push({ label: 'left', text: describeSurvivors(survivors) });
  if (retainedBytes >= 1) facts.push({ label: 'retains', text: `${formatBytes(retainedBytes)} in all` });
  if (because) facts.push({ label: 'because', text: because.reason });
  return facts;
}

/** Where the package makes it, and who called. */
function aroundSite(site: SourceSite): FindingFact[] {
  const at = site.stack.findIndex(({ file, line }) => file === site.file && line === site.line);
  const callers = stackRuns(site.stack.slice(Math.max(at, siteIndex(site)) + 1)).slice(0, RUNS_SHOWN - 1);
  return [
    ...throughLibrary(site),
    ...callers.map((run): FindingFact => {
      const text =
        run.type === 'own'
          ? `called by ${functionOf(run.frame)} ${formatPlace(run.frame)}`
          : `called by ${count(run.frames.length, 'frame')} in ${run.name}`;
      return { label: '', text, quiet: true };
    }),
  ];
}

function throughLibrary(site: SourceSite): FindingFact[] {
  const library = libraryFrame(site);
  if (!library) return [];
  const { frame, name } = library;
  const depth = siteIndex(site);
  const frames = depth > 1 ? ` (${count(depth, 'frame')} in)` : '';
  return [{ label: '', text: `by ${name}${frames}: ${functionOf(frame)} ${formatPlace(frame)}`, quiet: true }];
}

/** Parts without a name of their own come last. */
const isPlain = (name: string): boolean =>
  /^(?:\{.*\}|string|Array|Object|Map|Set|Promise|Text.*|anonymous function|entries of .*)$/.test(name);

/** `3 listeners on HTMLDivElement, 20 <i> elements, and 8 other kinds` */
export function describeParts(parts: NonNullable<Finding['parts']>): string {
  const listeners = new Map<string, number>();
  const others: string[] = [];
  for (const { name, perIteration } of parts.toSorted((a, b) => Number(isPlain(a.name)) - Number(isPlain(b.name)))) {
    const target = / listener on (.+)$/.exec(name)?.[1];
    if (target === undefined) others.push(`${formatRate(perIteration)} ${nounOf(name, perIteration)}`);
    else listeners.set(target, (listeners.get(target) ?? 0) + perIteration);
  }
  const texts = [
    ...[...listeners].map(
      ([target, some]) => `${formatRate(some)} ${some === 1 ? 'listener' : 'listeners'} on ${target}`,
    ),
    ...others,
  ];
  const more = texts.length - PARTS_SHOWN;
  return `${texts.slice(0, PARTS_SHOWN).join(', ')}${more > 0 ? `, and ${count(more, 'other kind')}` : ''}`;
}

function describeSurvivors(survivors: readonly number[]): string {
  const each = survivors.join(' ');
  return survivors.every((some) => some > 0)
    ? `${each} (by each counted iteration)`
    : `${each} (by the counted iterations)`;
}

/** Said once a check: which bundles were read without a map, and what to do about it. Undefined where none was. */
export function withoutMapNote(findings: readonly Finding[]): string | undefined {
  const sites = findings.flatMap(({ allocatedAt, keptAt }) => [allocatedAt, keptAt]);
  const files = [...new Set(sites.flatMap((site) => (site?.excerpt === undefined ? [] : [site.file])))];
  if (files.length === 0) return undefined;
  return `no source map was found for ${files.slice(0, 3).join(', ')}: lines and names are the bundle's. Build with source maps (hidden ones are found beside the bundle in the workspace).`;
}
