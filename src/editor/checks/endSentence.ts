import { basename } from 'node:path';
import { type CheckResult, type Finding, leaksOf } from '../../leaks/index.ts';
import { placeOfFinding } from '../../reports/index.ts';
import { plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { undecidedReason } from './sentences.ts';

/** A leak in a few words, its line first: `OrderDialog.tsx:14, resize listener on window`. */
export function briefly(finding: Finding): string {
  const { name, holder } = finding;
  const site = placeOfFinding(finding);
  const what = plainText(name, 80);
  if (site) return `${plainText(basename(site.file), 60)}:${site.line}, ${what}`;
  return holder === undefined ? what : t('{0} in {1}', what, plainText(holder, 60));
}

/** The outcome of checks, for the one sentence at their end. */
export interface Ended {
  readonly verdict: CheckResult['verdict'];
  readonly sentence: string;
  /** What to go to: the first leak. */
  readonly finding?: Finding;
}

/**
 * The one sentence at the end: `1 leak: OrderDialog.tsx:14, resize listener on window`, or what is gone, or that all is
 * clean, or why there is no verdict.
 *
 * @param gone what the same checks found before and find no more
 */
export function endOf(results: readonly CheckResult[], gone: readonly Finding[]): Ended | undefined {
  const leaks = leaksOf(results.flatMap(({ findings }) => findings));
  const [finding] = leaks;
  if (finding) {
    const sentence =
      leaks.length === 1
        ? t('1 leak: {0}', briefly(finding))
        : t('{0} leaks, the first: {1}', leaks.length, briefly(finding));
    return { verdict: 'leak', sentence, finding };
  }
  const failed = results.find(({ verdict }) => verdict === 'error');
  if (failed) {
    if (failed.error?.code === 'aborted') return undefined;
    const why = [failed.error?.message, failed.error?.hint].filter(Boolean).join(' ');
    return { verdict: 'error', sentence: t('The check could not be done: {0}', plainText(why, 300)) };
  }
  const unclear = results.find(({ verdict }) => verdict !== 'clean');
  if (unclear) {
    return { verdict: 'inconclusive', sentence: t('Cannot say: {0}', undecidedReason(unclear)) };
  }
  const [was] = gone;
  if (was) {
    const sentence =
      gone.length === 1
        ? t('Gone: {0}', briefly(was))
        : t('{0} leaks are gone, the first: {1}', gone.length, briefly(was));
    return { verdict: 'clean', sentence };
  }
  const [first] = results;
  if (!first) return undefined;
  if (results.length > 1) return { verdict: 'clean', sentence: t('{0} checks are clean.', results.length) };
  if (first.mode === 'duration') return { verdict: 'clean', sentence: t('Clean: the memory does not grow.') };
  return { verdict: 'clean', sentence: t('Clean: nothing survives {0} iterations', first.iterations) };
}
