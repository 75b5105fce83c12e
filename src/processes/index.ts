export { createProcessReader } from './createProcessReader.ts';
export { type EndTreeEvent, type EndTreeOptions, type EndTreeResult, endTree } from './endTree.ts';
export { shareTableReads } from './endTree/sharedReads.ts';
export { ancestorsOf, byStart, childrenOf, descendantsOf, membersOf } from './forest.ts';
export { type Listener, findListeners } from './listeners.ts';
export { type ProcessPlace, readPlaces } from './places.ts';
export { isEditor, programName, scriptOf } from './scriptOf.ts';
export { readBootId } from './linux/linuxReader.ts';
export { pidNamespaceLives, readPidNamespace, seesAllProcesses } from './linux/pidNamespace.ts';
export {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessMemory,
  type ProcessReader,
  type ProcessTable,
  identityKey,
  identityOf,
  isAlive,
  livingIn,
  sameProcess,
} from './process.ts';
