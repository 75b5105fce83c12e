import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SourceFrame } from '../leaks/index.ts';
import { isInside } from '../support/index.ts';

/** Larger files are generated. */
const MAX_SOURCE_BYTES = 1024 * 1024;
/** Characters shown of one line. */
const MAX_LINE = 160;
/** Lines shown before and after the place, unless the caller says otherwise. */
const AROUND = 2;

/** A line of a source file, counted from 1. */
export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
  /** The line that the place names. */
  readonly isPlace: boolean;
}

/**
 * The lines around a place in a file of a folder. Undefined where the file is not there, or lies outside of the folder: a page's
 * source map names the file, so its true place decides.
 *
 * @param folder the absolute path that the place's file is relative to
 */
export function excerptOf(
  { file, line }: Pick<SourceFrame, 'file' | 'line'>,
  folder: string,
  around = AROUND,
): readonly ExcerptLine[] | undefined {
  // 'http:', 'webpack:' …; a single letter is a Windows drive.
  if (file === '' || folder === '' || /^[a-z][a-z\d+.-]+:/i.test(file)) return undefined;
  try {
    const path = realpathSync(resolve(folder, file));
    if (!isInside(path, realpathSync(folder)) || statSync(path).size > MAX_SOURCE_BYTES) return undefined;
    const first = Math.max(1, line - around);
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .slice(first - 1, line + around)
      .map((text, index) => ({
        number: first + index,
        text: text.slice(0, MAX_LINE).trimEnd(),
        isPlace: first + index === line,
      }));
    // A file that changed since may be shorter.
    return lines.some(({ isPlace }) => isPlace) ? lines : undefined;
  } catch {
    return undefined;
  }
}

/** `> 14  window.addEventListener('resize', fit);`, a line each. */
export function excerptText(lines: readonly ExcerptLine[]): string {
  const width = String(lines.at(-1)?.number ?? 0).length;
  return lines
    .map(({ number, text, isPlace }) => `${isPlace ? '>' : ' '} ${String(number).padStart(width)}  ${text}`)
    .join('\n');
}
