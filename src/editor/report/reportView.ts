import type { CheckResult, Finding, SourceFrame, SourceSite } from '../../leaks/index.ts';
import { type Report, excerptOf, formatPlace, isComparable, placeOfFinding } from '../../reports/index.ts';
import { defined, formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { findingSentence, leakLevel, partsOf, verdictSentence } from '../checks/sentences.ts';
import { checkChart } from './checkChart.ts';
import type { CheckView, Fact, FindingView, PathStep, PlaceView, ReportView, SourceLink } from './protocol.ts';

/** What the parts of a report are drawn with. */
interface ViewContext {
  readonly pictureAddress: ReportViewOptions['pictureAddress'];
  readonly link: (frame: SourceFrame) => SourceLink;
  readonly folder: string;
}

/** Everything the page may ask to open, by the number that stands in the view. */
export type Sources = SourceFrame[];

export interface ReportViewOptions {
  /** A former run to compare with. */
  readonly base?: Report;
  /** The absolute path that the report's files are relative to, where that is known. */
  readonly folder?: string | undefined;
  /** The address in the page of a picture of this machine; undefined where it is not there. */
  readonly pictureAddress?: ((file: string) => string | undefined) | undefined;
  /** Whether a place is a file that may be opened. */
  readonly canOpen: (frame: SourceFrame) => boolean;
  /** BCP 47. */
  readonly language: string;
}

/** Names and addresses come from pages: one line, no control characters. */
const NAME_LENGTH = 300;

/** What the page draws of a report, and the places that its links stand for. */
export function reportView(report: Report, options: ReportViewOptions): { view: ReportView; sources: Sources } {
  const sources: Sources = [];
  const link = (frame: SourceFrame): SourceLink => {
    sources.push(frame);
    return {
      id: sources.length - 1,
      label: plainText(formatPlace(frame), NAME_LENGTH),
      canOpen: options.canOpen(frame),
    };
  };
  const at = (iso: string) =>
    new Date(iso).toLocaleString(options.language, { dateStyle: 'medium', timeStyle: 'short' });
  const { base, folder, pictureAddress } = options;
  const context: ViewContext = { link, folder: folder ?? '', pictureAddress };
  const checks = report.checks.map((check, index) => {
    const former = base?.checks.find((other) => tells(other) && isComparable(other, check));
    return checkView(check, former, `check-${index}`, context);
  });
  const ran = t(
    '{0}, took {1}, Leakwright {2}',
    at(report.startedAt),
    formatDuration(report.durationMs),
    report.tool.version,
  );
  const view: ReportView = {
    title: report.checks.length === 1 ? checks[0]!.name : t('{0} checks', checks.length),
    subtitle: base ? `${ran}. ${t('Compared with {0}; that run is dashed.', at(base.startedAt))}` : ran,
    checks,
    texts: {
      exportAs: t('Export'),
      checks: t('Checks'),
      findings: t('Findings'),
      bounded: t('Not leaks: these grow and are then let go'),
      notes: t('Notes'),
      survivors: t('Survivors of each iteration'),
      retainingPath: t('What holds it'),
      callStack: t('Made by'),
      holder: t('the collection that only grows'),
      facts: t('Facts'),
      chart: t('Iteration by iteration'),
      picture: t('The page on which the step failed'),
      checkAgain: t('Check Again'),
      checkHeaded: t('Show Browser'),
      saveAsScenario: t('Save as Scenario…'),
      ignore: t('Ignore…'),
    },
  };
  return { view, sources };
}

/** What a run that failed, or cannot say, has not found may be there all the same. */
function tells({ verdict }: CheckResult): boolean {
  return verdict === 'leak' || verdict === 'clean';
}

function checkView(check: CheckResult, base: CheckResult | undefined, id: string, context: ViewContext): CheckView {
  const { link, pictureAddress } = context;
  const chart = checkChart(check, base);
  const because = check.because?.reason;
  const findings = check.findings.map((finding): FindingView => {
    const former = base?.findings.find(({ fingerprint }) => fingerprint === finding.fingerprint);
    const view = findingView(finding, context);
    if (!base) return view;
    return {
      ...view,
      change: former ? { state: 'same', text: stillThere(former, finding) } : { state: 'new', text: t('new') },
    };
  });
  const missing = tells(check)
    ? ({ state: 'gone', text: t('gone') } as const)
    : ({ state: 'same', text: t('not known: this run cannot say') } as const);
  const gone = (base?.findings ?? [])
    .filter(({ fingerprint }) => !check.findings.some((finding) => finding.fingerprint === fingerprint))
    .map((finding): FindingView => ({
      ...findingView(finding, context),
      canIgnore: false,
      change: missing,
    }));
  return {
    id,
    actions: [
      ...(check.file !== undefined || check.name === check.url ? (['checkAgain', 'checkHeaded'] as const) : []),
      ...(check.file === undefined && check.steps?.length ? (['saveAsScenario'] as const) : []),
    ],
    name: plainText(check.name, NAME_LENGTH),
    state: check.verdict,
    verdict: plainText(verdictSentence(check), 1000),
    ...(because === undefined || check.verdict === 'leak' ? {} : { because: plainText(because, 1000) }),
    ...defined({ hint: check.error?.hint === undefined ? undefined : plainText(check.error.hint, 1000) }),
    ...defined({
      picture: check.error?.screenshot === undefined ? undefined : pictureAddress?.(check.error.screenshot),
    }),
    facts: checkFacts(check, link),
    ...(chart ? { chart } : {}),
    findings: [...findings, ...gone],
    bounded: check.bounded.map(({ name, reason }) => ({
      name: plainText(name, NAME_LENGTH),
      reason: plainText(reason, NAME_LENGTH),
    })),
    notes: [...check.warnings, ...check.recommendations, ...check.cleanup.issues].map((note) => plainText(note, 1000)),
  };
}

function checkFacts(check: CheckResult, link: (frame: SourceFrame) => SourceLink): Fact[] {
  const { growth, cleanup, memoryStats } = check;
  const iterations =
    check.escalatedTo === undefined
      ? t('{0} after {1} to warm up', check.iterations, check.warmup)
      : t('{0} after {1} to warm up; followed to {2}', check.iterations, check.warmup, check.escalatedTo);
  const explained = growth['explainedFraction'];
  return [
    { label: t('Page'), value: plainText(check.url, NAME_LENGTH) },
    ...(check.file === undefined
      ? []
      : [
          {
            label: t('Scenario'),
            value: '',
            source: link({ file: check.file, line: 1, column: 1, function: '' }),
          },
        ]),
    ...(check.error?.at ? [{ label: t('Failed at'), value: '', source: link(check.error.at) }] : []),
    { label: t('Browser'), value: plainText(`${check.browser.name} ${check.browser.version}`.trim(), NAME_LENGTH) },
    ...(check.mode === 'iterations' ? [{ label: t('Iterations'), value: iterations }] : []),
    ...(explained === undefined
      ? []
      : [{ label: t('Explained'), value: t('{0} % of the growth in bytes', Math.round(explained * 100)) }]),
    ...(memoryStats.peakMb > 0
      ? [
          {
            label: t('Browser memory'),
            value: t(
              '{0} MB at first, {1} MB at last, {2} MB at most',
              memoryStats.initialMb,
              memoryStats.finalMb,
              memoryStats.peakMb,
            ),
          },
        ]
      : []),
    {
      label: t('Clean-up'),
      value: cleanup.successful ? t('nothing left') : plainText(cleanup.issues.join('; '), 1000),
    },
  ];
}

function findingView(finding: Finding, { link, folder }: ViewContext): FindingView {
  const isIgnored = finding.ignored !== undefined;
  const site = placeOfFinding(finding);
  const advice = finding.advice;
  const parts = partsOf(finding);
  const reason = finding.because?.reason;
  return {
    fingerprint: finding.fingerprint,
    badge: isIgnored ? t('ignored') : leakLevel(finding),
    level: isIgnored ? 'ignored' : finding.severity,
    summary: plainText(findingSentence(finding), NAME_LENGTH),
    canIgnore: !isIgnored,
    ...defined({ advice: advice === undefined ? undefined : plainText(advice, 1000) }),
    places: placesOf(finding, folder, link),
    facts: [
      ...(finding.retainedBytes > 0 ? [{ label: t('Retains'), value: formatBytes(finding.retainedBytes) }] : []),
      ...(parts.length > 0
        ? [{ label: t('With it stay'), value: plainText(parts.slice(0, 12).join(', '), NAME_LENGTH) }]
        : []),
      ...(reason === undefined ? [] : [{ label: t('Why it counts'), value: plainText(reason, NAME_LENGTH) }]),
      ...(isIgnored ? [{ label: t('Ignored because'), value: plainText(finding.ignored, NAME_LENGTH) }] : []),
    ],
    // Seven equal bars show no more than the sentence.
    survivors: new Set(finding.survivors).size > 1 ? finding.survivors : [],
    survivorsText: t('Survivors of iterations 1 to {0}: {1}', finding.survivors.length, finding.survivors.join(', ')),
    path: pathOf(finding),
    stack: (site?.stack ?? []).map((frame) => ({ label: nameOf(frame), source: link(frame) })),
  };
}

/** Where it is made and kept, with the code there; of a line that is both the code is shown once. */
function placesOf({ allocatedAt, keptAt }: Finding, folder: string, link: ViewContext['link']): PlaceView[] {
  const isSame = allocatedAt?.file === keptAt?.file && allocatedAt?.line === keptAt?.line;
  return [
    ...(allocatedAt ? [placeView(t('Made at'), allocatedAt, folder, link)] : []),
    ...(keptAt ? [{ ...placeView(t('Kept at'), keptAt, folder, link), ...(isSame ? { code: [] } : {}) }] : []),
  ];
}

function placeView(label: string, site: SourceSite, folder: string, link: ViewContext['link']): PlaceView {
  const value = site.precision === 'line' ? t('in {0}', nameOf(site)) : t('somewhere in {0}', nameOf(site));
  const code = excerptOf(site, folder) ?? (site.excerpt ? [{ text: site.excerpt, isPlace: true }] : []);
  return { label, value, source: link(site), code };
}

/** The retaining path (`closedPanels: Array`, `[3]: DetailsPanel`); the step that has the holder's last name is the holder. */
function pathOf({ retainedBy, holder }: Finding): PathStep[] {
  const edgeOf = (step: string) => step.split(': ')[0]!;
  const tail = holder?.split('.').at(-1);
  const at = tail === undefined ? -1 : retainedBy.findLastIndex((step) => [holder, tail].includes(edgeOf(step)));
  return retainedBy.map((step, index) => ({ label: plainText(step, NAME_LENGTH), isHolder: index === at }));
}

function stillThere(former: Finding, now: Finding): string {
  const change = now.bytesPerIteration - former.bytesPerIteration;
  if (Math.abs(change) < 1) return t('still there');
  return change > 0
    ? t('still there, {0} more an iteration', formatBytes(change))
    : t('still there, {0} less an iteration', formatBytes(-change));
}

function nameOf(frame: SourceFrame): string {
  return plainText(frame.function || t('(anonymous)'), NAME_LENGTH);
}
