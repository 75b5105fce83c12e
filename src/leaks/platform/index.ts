export { isNativeId } from './ids.ts';
export {
  BEHIND_FOLLOWED,
  FOLLOWED_CLASSES,
  INNER_EDGES,
  INNER_PROPERTIES,
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
