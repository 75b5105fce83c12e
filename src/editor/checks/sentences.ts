import { type CheckResult, type Finding, leaksOf } from '../../leaks/index.ts';
import { findingParts } from '../../reports/index.ts';
import { plainText } from '../../support/index.ts';
import { t } from '../translate.ts';

/** The sentences of reports in the editor's language; what they name is the page's. */

/** `1 Panel (48 KB) survives each iteration, kept in closedPanels` */
export function findingSentence(finding: Finding): string {
  const parts = findingParts(finding);
  if (parts.kind === 'growth') return t('{0} grows by {1} each iteration', parts.name, parts.bytes);
  const { subject, isOne, holder } = parts;
  if (holder === undefined) {
    return isOne ? t('{0} survives each iteration', subject) : t('{0} survive each iteration', subject);
  }
  return isOne
    ? t('{0} survives each iteration, kept in {1}', subject, holder)
    : t('{0} survive each iteration, kept in {1}', subject, holder);
}

/** `minor leak`, or that a rule ignores it. */
export function leakLevel({ severity, ignored }: Pick<Finding, 'severity' | 'ignored'>): string {
  if (ignored !== undefined) return t('ignored leak');
  return { critical: t('critical leak'), moderate: t('moderate leak'), minor: t('minor leak') }[severity];
}

/** One line that answers "and?": `Leak (minor): 2 findings`. */
export function verdictSentence(check: CheckResult): string {
  const { verdict, findings, severity } = check;
  switch (verdict) {
    case 'leak': {
      const found = leaksOf(findings).length;
      const level = { critical: t('critical'), moderate: t('moderate'), minor: t('minor'), none: '' }[severity];
      return found === 1 ? t('Leak ({0}): 1 finding', level) : t('Leak ({0}): {1} findings', level, found);
    }
    case 'clean': {
      if (findings.length === 1) return t('Clean: 1 leak ignored');
      if (findings.length > 1) return t('Clean: {0} leaks ignored', findings.length);
      return check.mode === 'duration' ? t('Clean') : t('Clean: nothing survives {0} iterations', check.iterations);
    }
    case 'inconclusive':
      return t('Inconclusive: {0}', undecidedReason(check));
    case 'error':
      return check.error ? t('Error: {0}', check.error.message) : t('The check could not be done.');
  }
}

/**
 * Why a check could not tell, in a few words. `because` has the numbers, in English. Reports of versions before 0.2 have no
 * reason: there it was growth without an explanation.
 */
export function undecidedReason({ because }: Pick<CheckResult, 'because'>): string {
  switch (because?.rule) {
    case 'unexplained growth':
    case undefined:
      return t('something grows, and its cause is unknown');
    case 'iterations did nothing':
      return t('the iterations did nothing on the page');
    case 'iterations overlap':
      return t('iterations began while the one before was still at work');
    case 'not all was read':
      return t('parts of the page could not be looked into');
    case 'not followed to the end':
      return t('time was short: growth was not followed to its end');
    case 'not finished':
      return t('the check failed before it had a verdict');
    case 'memory trend':
      return t('there were too few samples of memory for a trend');
    default:
      return plainText(because!.reason, 300);
  }
}

/** What was folded into a finding since it has the same cause: `12 li`, `3 click listener`. */
export function partsOf(finding: Finding): readonly string[] {
  return (finding.parts ?? []).map(({ name, perIteration }) => `${Math.round(perIteration * 100) / 100} ${name}`);
}
