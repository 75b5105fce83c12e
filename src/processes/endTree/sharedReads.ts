import type { ProcessReader, ProcessTable, ReadTableOptions } from '../process.ts';

/**
 * The same reader, with one table read for all callers that ask in the same turn of the event loop. Trees that are ended at
 * once poll at the same beat, and ten of them would otherwise read all processes ten times a beat. A read always starts
 * after the call, so a caller never gets a sample from before its last signal.
 */
export function shareTableReads(reader: ProcessReader): ProcessReader {
  let pending: Promise<ProcessTable> | undefined;
  /** The pids all callers of this turn want, or undefined when one of them wants everything. */
  let only: Set<number> | undefined;
  return {
    readTable(options: ReadTableOptions = {}) {
      if (!pending) {
        only = new Set();
        pending = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
          pending = undefined;
          return reader.readTable(only ? { only } : {});
        });
      }
      if (options.only) for (const pid of options.only) only?.add(pid);
      else only = undefined;
      return pending;
    },
    readMemory: (identity, options) => reader.readMemory(identity, options),
    readEnvironment: (identity) => reader.readEnvironment(identity),
    countOpenFiles: (identity) => reader.countOpenFiles(identity),
    lives: (identity) => reader.lives(identity),
    readProcess: (pid) => reader.readProcess(pid),
  };
}
