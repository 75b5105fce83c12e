import { resolve } from 'node:path';
import type { CheckResult, Finding, SourceFrame } from '../../leaks/index.ts';
import { type IdentifiedCheck, checkIdentity, placeOfFinding } from '../../reports/index.ts';
import { isInside, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { findingSentence, leakLevel } from './sentences.ts';

/** A finding as a Problem, before it becomes the editor's own objects. Lines and columns count from 1. */
export interface Problem {
  readonly place: Place;
  readonly level: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly code: string;
  readonly related: readonly { readonly place: Place; readonly message: string }[];
}

export interface Place {
  /** Absolute. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** What leaks fails the run, so it is a warning at least; what a rule ignores is only information. */
const LEVELS = { critical: 'error', moderate: 'warning', minor: 'warning' } as const;

/**
 * A finding at the line where what leaks is made, or else where it is kept; at the user's own, where a package makes it.
 * Undefined when neither is in a file of the folder: a page's URL has no line to show it at.
 *
 * @param folder the absolute path that the findings' files are relative to
 */
export function toProblem(finding: Finding, folder: string): Problem | undefined {
  const own = placeOfFinding(finding);
  const sites = (
    [
      { site: finding.allocatedAt, role: 'made' },
      { site: finding.keptAt, role: 'kept' },
    ] as const
  ).toSorted((a, b) => Number(b.site === own) - Number(a.site === own));
  const main = sites.find(({ site }) => site !== undefined && placeOf(site, folder) !== undefined);
  const place = main?.site && placeOf(main.site, folder);
  if (!main?.site || !place) return undefined;

  const related: { place: Place; message: string }[] = [];
  const relate = (frame: SourceFrame, message: string) => {
    const at = placeOf(frame, folder);
    if (at && !samePlace(at, place) && !related.some((other) => samePlace(other.place, at))) {
      related.push({ place: at, message });
    }
  };
  const kept = finding.holder ? t('kept in {0}', plainText(finding.holder)) : t('kept here');
  if (finding.keptAt) relate(finding.keptAt, kept);
  if (main.role === 'kept' && finding.allocatedAt) relate(finding.allocatedAt, t('made here'));
  for (const frame of main.site.stack.slice(1)) relate(frame, t('called by {0}', nameOf(frame)));

  const lines = [`${leakLevel(finding)}: ${findingSentence(finding)}`];
  if (main.site.precision === 'function') {
    lines.push(t('somewhere in {0}; the exact line is not known', nameOf(main.site)));
  }
  const advice = finding.advice;
  if (finding.ignored !== undefined) lines.push(t('ignored: {0}', finding.ignored));
  else if (advice !== undefined) lines.push(advice);
  else if (finding.retainedBy.length > 0) lines.push(t('held by {0}', finding.retainedBy.join(' → ')));
  return {
    place,
    level: finding.ignored === undefined ? LEVELS[finding.severity] : 'information',
    message: lines.map((line) => plainText(line, 500)).join('\n'),
    code: finding.kind,
    related,
  };
}

/** Why a check could not be done, at the step of the scenario that failed; undefined where no line is to blame. */
export function errorProblem(error: NonNullable<CheckResult['error']>, folder: string): Problem | undefined {
  const place = error.at && placeOf(error.at, folder);
  if (!place) return undefined;
  const lines = [error.message, ...(error.hint ? [error.hint] : [])];
  const message = lines.map((line) => plainText(line, 500)).join('\n');
  return { place, level: 'error', message, code: plainText(error.code, 100), related: [] };
}

/** What runs of a check have in common: a later run of the same check replaces its findings. */
export function checkKey(check: IdentifiedCheck, folder: string): string {
  return JSON.stringify([folder, checkIdentity(check)]);
}

/** Where a frame can be opened: in a file of the folder, and nowhere else, whatever a source map says. */
export function placeOf(frame: SourceFrame, folder: string): Place | undefined {
  // 'http:', 'webpack:' …; a single letter is a Windows drive.
  if (frame.file === '' || /^[a-z][a-z0-9+.-]+:/i.test(frame.file)) return undefined;
  const path = resolve(folder, frame.file);
  if (!isInside(path, folder)) return undefined;
  return { path, line: Math.max(1, frame.line), column: Math.max(1, frame.column) };
}

function samePlace(a: Place, b: Place): boolean {
  return a.path === b.path && a.line === b.line && a.column === b.column;
}

function nameOf(frame: SourceFrame): string {
  return plainText(frame.function || '(anonymous)');
}
