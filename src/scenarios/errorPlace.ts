import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in source. Lines and columns count from 1. `file` is workspace-relative, or the URL where it is not there. */
export interface SourceFrame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
}

/** A stack's frame `at name (file:line:column)`, or the place a parser names at the end of its message. */
const STACK_FRAME = /^\s*at (?:(?:async )?(.*?) \()?(.+?):(\d+):(\d+)\)?$/;
const PARSER_PLACE = /^\s*(\S.*?):(\d+):(\d+)\s*$/;

/**
 * The line of the scenario file at which it failed: the innermost frame in it of the error or of its cause. Our loader keeps
 * lines as they are in the file, so a line is the user's own; columns may differ.
 *
 * @param file the scenario file, absolute
 * @returns undefined when nothing of the error names the file: a step that took too long was stopped from outside
 */
export function errorPlace(error: unknown, file: string, workspaceFolder: string): SourceFrame | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    for (const line of (cause.stack ?? cause.message).split('\n')) {
      const frame = STACK_FRAME.exec(line);
      const [name, path, row, column] = frame
        ? frame.slice(1)
        : [undefined, ...(PARSER_PLACE.exec(line)?.slice(1) ?? [])];
      if (path === undefined || !isSameFile(path, file)) continue;
      return {
        file: shorten(file, workspaceFolder),
        line: Math.max(1, Number(row)),
        column: Math.max(1, Number(column)),
        function: (name ?? '').replace(/^Object\./, ''),
      };
    }
  }
  return undefined;
}

function isSameFile(path: string, file: string): boolean {
  if (!path.startsWith('file:')) return path === file;
  try {
    return fileURLToPath(path) === file;
  } catch {
    return false;
  }
}

/** Relative to the workspace where it lies in it. */
export function shorten(file: string, workspaceFolder: string): string {
  const path = relative(workspaceFolder, file);
  // On another drive of Windows `relative` answers with the absolute path.
  return path.startsWith('..') || /^([a-z]:)?[\\/]/i.test(path) ? file : path.replaceAll('\\', '/');
}
