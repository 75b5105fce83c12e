import type { ProcessInfo } from './process.ts';

/**
 * The earlier object where it says the same, so that tables can be compared by reference and what was learned about a command
 * line found again by it.
 */
export function reuse(before: ProcessInfo | undefined, now: ProcessInfo): ProcessInfo {
  if (!before || before.startTime !== now.startTime || before.pid !== now.pid) return now;
  const commandLine = sameStrings(before.commandLine, now.commandLine) ? before.commandLine : now.commandLine;
  const same =
    before.cpuMs === now.cpuMs &&
    before.rssBytes === now.rssBytes &&
    before.state === now.state &&
    before.ppid === now.ppid &&
    before.groupId === now.groupId &&
    before.sessionId === now.sessionId &&
    before.threads === now.threads &&
    before.name === now.name &&
    before.commandLine === commandLine &&
    before.uid === now.uid;
  if (same) return before;
  return commandLine === now.commandLine ? now : { ...now, commandLine };
}

function sameStrings(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((text, index) => text === b[index]));
}
