export { MemoryRecordStore } from './memoryRecordStore.ts';
export { openStore } from './openStore.ts';
export type { RecordStore, Store, Write } from './recordStore.ts';
