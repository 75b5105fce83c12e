export { type ProcessReaderOptions, createProcessReader } from './createProcessReader.ts';
export { type EndTreeEvent, type EndTreeOptions, type EndTreeResult, endTree } from './endTree.ts';
export { shareTableReads } from './endTree/sharedReads.ts';
export { type ProcessNode, ancestorsOf, buildForest, byStart, childrenOf, descendantsOf, membersOf } from './forest.ts';
export { type Listener, findListeners, parseListening, parseLsof, parseNetstat } from './listeners.ts';
export { readBootId } from './linux/linuxReader.ts';
export { pidNamespaceLives, readPidNamespace, seesAllProcesses } from './linux/pidNamespace.ts';
export {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessMemory,
  type ProcessReader,
  type ProcessState,
  type ProcessTable,
  type ReadMemoryOptions,
  type ReadTableOptions,
  identityKey,
  identityOf,
  sameProcess,
} from './process.ts';
export { type TableDiff, diffTables } from './tableDiff.ts';
