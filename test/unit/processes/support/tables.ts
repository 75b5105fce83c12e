import type { ProcessInfo, ProcessTable } from '../../../../src/processes/index.ts';

let pids = 1000;

/** A process as a reader would give it; every field can be said, the pid counts up by itself. */
export function processInfo(fields: Partial<ProcessInfo> = {}): ProcessInfo {
  const pid = fields.pid ?? (pids += 1);
  return {
    pid,
    startTime: pid,
    ppid: 1,
    groupId: 1,
    sessionId: 1,
    state: 'running',
    name: 'x',
    commandLine: [],
    uid: 1000,
    startedAtMs: 0,
    cpuMs: 0,
    rssBytes: 0,
    threads: 1,
    ...fields,
  };
}

export function tableOf(processes: readonly ProcessInfo[], at = 0): ProcessTable {
  return { at, processes: new Map(processes.map((process) => [process.pid, process])) };
}
