import { type ProcessInfo, type ProcessTable, sameProcess } from './process.ts';

export interface TableDiff {
  readonly born: readonly ProcessInfo[];
  /** As they were last seen. */
  readonly died: readonly ProcessInfo[];
  readonly changed: readonly { readonly before: ProcessInfo; readonly after: ProcessInfo }[];
}

/**
 * What happened between two samples. A reused pid is one that died and one that was born.
 *
 * @param differs what counts as a change of the same process; by default anything
 */
export function diffTables(
  before: ProcessTable,
  after: ProcessTable,
  differs: (before: ProcessInfo, after: ProcessInfo) => boolean = () => true,
): TableDiff {
  const born: ProcessInfo[] = [];
  const died: ProcessInfo[] = [];
  const changed: { before: ProcessInfo; after: ProcessInfo }[] = [];
  for (const now of after.processes.values()) {
    const then = before.processes.get(now.pid);
    // Readers hand out the same object where nothing changed.
    if (then === now) continue;
    if (!then) born.push(now);
    else if (!sameProcess(then, now)) {
      died.push(then);
      born.push(now);
    } else if (!sameValues(then, now) && differs(then, now)) changed.push({ before: then, after: now });
  }
  for (const then of before.processes.values()) if (!after.processes.has(then.pid)) died.push(then);
  return { born, died, changed };
}

function sameValues(a: ProcessInfo, b: ProcessInfo): boolean {
  return (Object.keys(a) as (keyof ProcessInfo)[]).every((key) => {
    if (key !== 'commandLine') return a[key] === b[key];
    return (
      a.commandLine === b.commandLine ||
      (a.commandLine.length === b.commandLine.length &&
        a.commandLine.every((text, index) => text === b.commandLine[index]))
    );
  });
}
