export { isNativeId } from './ids.ts';
export {
  BEHIND_FOLLOWED,
  FOLLOWED_CLASSES,
  SYSTEM_COUNTERS,
  UNTELLING_COUNTERS,
  countsThings,
  isBookkeeping,
  isBufferClass,
  isEditingRecord,
  isInternalName,
  isPlumbing,
  isScopeName,
  nativeClassName,
} from './names.ts';
