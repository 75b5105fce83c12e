import { z } from 'zod';
import { type Finding, adviceOf, libraryFrame } from '../../leaks/index.ts';
import {
  describeFunction,
  describeParts,
  excerptOf,
  excerptText,
  formatPlace,
  libraryReport,
  summarizeCheck,
  summarizeFinding,
} from '../../reports/index.ts';
import { defined, eachText, plainText } from '../../support/index.ts';
import type { KnownFinding } from '../workbench.ts';
import type { KnownCheck } from './knownChecks.ts';

/** Findings in an answer; `read_findings` gives the others. An agent pays for each byte. */
const PAGE_OF_FINDINGS = 5;

/** A finding as answers have it. */
const findingShape = z.object({
  fingerprint: z.string(),
  kind: z.string(),
  name: z.string(),
  severity: z.string(),
  perIteration: z.number(),
  bytesPerIteration: z.number(),
  allocatedAt: z.string().optional(),
  keptAt: z.string().optional(),
  holder: z.string().optional(),
  reason: z.string().optional(),
  advice: z.string().optional(),
  parts: z.string().optional(),
  excerpt: z.string().optional(),
});

export const checkShape = {
  checkId: z.string(),
  verdict: z.enum(['leak', 'clean', 'inconclusive']),
  severity: z.string(),
  url: z.string(),
  iterations: z.number(),
  reason: z.string().optional(),
  findings: z.array(findingShape),
  /** How many findings there are in all, and where the next ones begin. */
  total: z.number(),
  nextCursor: z.string().optional(),
  bounded: z.array(z.string()),
  warnings: z.array(z.string()),
};

export type FindingAnswer = z.infer<typeof findingShape>;

/** Characters of any one text of a page. */
const MAX_CHARACTERS = 2000;

/** The same with each text in one line: what a page says must not look like a line of the answer. */
function inLines<T>(value: T): T {
  return eachText(value, (text) => plainText(text, MAX_CHARACTERS));
}

/** One page of a check's findings, and what was decided. */
export function describeCheck({ id, result: raw }: KnownCheck, workspaceFolder: string, from = 0) {
  const result = inLines(raw);
  const page = result.findings.slice(from, from + PAGE_OF_FINDINGS);
  const next = from + page.length;
  const findings = page.map((finding) => describeFinding(finding, workspaceFolder));
  const data = {
    checkId: id,
    verdict: result.verdict,
    severity: result.severity,
    url: result.url,
    iterations: result.escalatedTo ?? result.iterations,
    ...defined({ reason: result.because?.reason }),
    findings,
    total: result.findings.length,
    ...(next < result.findings.length ? { nextCursor: String(next) } : {}),
    bounded: result.bounded.slice(0, PAGE_OF_FINDINGS).map(({ name, reason }) => `${name}: ${reason}`),
    warnings: result.warnings.slice(0, PAGE_OF_FINDINGS),
  };
  const rest = next < result.findings.length ? [`${result.findings.length - next} more: read_findings.`] : [];
  const texts = page.map((finding, at) => findingText(finding, findings[at]!));
  const head = `${summarizeCheck(result)} (${id})`;
  const why = result.because === undefined || result.verdict === 'leak' ? [] : [result.because.reason];
  return { text: [head, ...why, ...texts, ...rest, ...data.warnings.map((one) => `Note: ${one}`)].join('\n'), data };
}

function describeFinding(finding: Finding, workspaceFolder: string): FindingAnswer {
  const { kind, name, severity, perIteration, bytesPerIteration, fingerprint, allocatedAt, keptAt, holder } = finding;
  const advice = finding.ignored === undefined ? adviceOf(finding) : undefined;
  const place = keptAt ?? allocatedAt;
  const lines = place && excerptOf(place, workspaceFolder);
  const excerpt = lines && excerptText(lines);
  return {
    fingerprint,
    kind,
    name,
    severity,
    perIteration,
    bytesPerIteration,
    ...defined({
      allocatedAt: allocatedAt === undefined ? undefined : formatPlace(allocatedAt),
      keptAt: keptAt === undefined ? undefined : formatPlace(keptAt),
      holder,
      reason: finding.because?.reason,
      advice,
      parts: finding.parts === undefined ? undefined : describeParts(finding.parts),
      excerpt,
    }),
  };
}

function findingText(finding: Finding, answer: FindingAnswer): string {
  const { fingerprint, allocatedAt, keptAt, reason, advice, parts, excerpt } = answer;
  const lines = [`- ${summarizeFinding(finding)} [${fingerprint}]`];
  if (keptAt !== undefined) lines.push(`  kept at: ${keptAt}`);
  if (allocatedAt !== undefined && allocatedAt !== keptAt) lines.push(`  made at: ${allocatedAt}`);
  if (reason !== undefined) lines.push(`  why: ${reason}`);
  if (advice !== undefined) lines.push(`  fix: ${advice}`);
  if (parts !== undefined) lines.push(`  with it: ${parts}`);
  if (excerpt !== undefined) lines.push(excerpt.replaceAll(/^/gm, '  | '));
  return lines.join('\n');
}

/** What a finding is, why it is a leak, where it is made and kept, what holds it, and what usually fixes it. */
export function explainFinding(known: KnownFinding): string {
  const { check, finding } = inLines(known);
  const { survivors, because } = finding;
  // Of pages, and of memory that is no object, none are counted one by one.
  const counted = survivors.length === 0 ? '' : `: survivors by iteration ${survivors.join(' ')}`;
  const reason = because?.reason ?? `something made in every iteration is still there at the end${counted}`;
  const lines = [
    `${summarizeFinding(finding)} (${finding.severity}; check of ${check}).`,
    `Usual fix: ${adviceOf(finding)}`,
    `It is a leak because ${reason}.`,
  ];
  if (finding.allocatedAt)
    lines.push(`Made at ${formatPlace(finding.allocatedAt)} in ${describeFunction(finding.allocatedAt)}.`);
  if (finding.keptAt)
    lines.push(`Put into what keeps it at ${formatPlace(finding.keptAt)} in ${describeFunction(finding.keptAt)}.`);
  for (const library of [libraryFrame(finding.allocatedAt), libraryFrame(finding.keptAt)])
    if (library) lines.push(`In ${library.name} it is done at ${formatPlace(library.frame)}.`);
  const report = libraryReport(finding);
  if (report !== undefined) lines.push(`Text to report it with:\n${report}`);
  if (finding.parts) lines.push(`With it stay ${describeParts(finding.parts)}.`);
  if (finding.retainedBy.length > 0) lines.push(`Held by: ${finding.retainedBy.join(' → ')}.`);
  return lines.join('\n');
}
