import { plainText } from '../support/index.ts';
import { type CheckResult, type Finding, adviceOf, packageOf } from '../leaks/index.ts';
import { type Report, fails } from './report.ts';
import { summarizeCheck, summarizeFinding } from './wording.ts';

// Workflow commands have their own escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
const escapeData = (text: string) =>
  plainText(text, 1000).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/**
 * A run as annotations of GitHub Actions: each finding at its line in the diff, each check that could not be made as an error.
 *
 * @param folder where paths in the report start from, relative to the repository's root: annotations start from there.
 *   Default: the root
 */
export function renderGithubAnnotations(report: Report, folder = ''): string {
  const lines: string[] = [];
  const say = (level: string, place: string, text: string): void => {
    lines.push(`::${level} ${place}title=Leakwright::${escapeData(text)}`);
  };
  const fileOf = (file: string): string | undefined => {
    // What is not a file of the repository can have no annotation: a URL, a path elsewhere.
    if (/^[a-z][a-z\d+.-]*:|^\//i.test(file)) return undefined;
    return escapeProperty(folder === '' ? file : `${folder}/${file}`);
  };
  const placeOf = ({ keptAt, allocatedAt }: Finding): string => {
    const sites = [keptAt, allocatedAt].filter((site) => site !== undefined).filter(({ file }) => fileOf(file));
    const site = sites.find(({ file }) => packageOf(file) === undefined) ?? sites[0];
    return site ? `file=${fileOf(site.file)},line=${site.line},col=${site.column},` : '';
  };
  const scenarioOf = ({ file }: CheckResult): string => {
    const path = file === undefined ? undefined : fileOf(file);
    return path === undefined ? '' : `file=${path},`;
  };
  for (const check of report.checks) {
    if (check.error) say('error', scenarioOf(check), `${check.name}: ${check.error.message}`);
    if (check.verdict === 'inconclusive') say('warning', scenarioOf(check), `${check.name}: ${summarizeCheck(check)}`);
    for (const finding of check.findings) {
      const level =
        finding.ignored !== undefined ? 'notice' : fails(finding.severity, report.failOn) ? 'error' : 'warning';
      const reason = finding.ignored === undefined ? '' : ` (ignored: ${finding.ignored})`;
      const advice = finding.ignored === undefined ? `. ${adviceOf(finding)}` : '';
      say(level, placeOf(finding), `${summarizeFinding(finding)}${reason}${advice}`);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}
