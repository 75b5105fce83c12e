/**
 * Heap object ids. V8 gives JavaScript objects odd ids, rising with the time at which it first saw them; the browser's own
 * (C++) objects get even ids when a snapshot first lists them, so an even id says nothing of the object's age.
 */
export const isNativeId = (id: number): boolean => id % 2 === 0;
