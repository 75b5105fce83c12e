export { MemoryRecordStore } from './memoryRecordStore.ts';
export { openStore } from './openStore.ts';
export type {
  RecordPage,
  RecordStore,
  ScopeLimits,
  ScopeStatistics,
  Store,
  StoredRecord,
  Write,
} from './recordStore.ts';
