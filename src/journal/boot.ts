import { readBootId } from '../processes/index.ts';

let bootId: { readonly value: string | undefined } | undefined;

/** The id of the running boot where start times count from boot (Linux), else undefined. */
export function currentBootId(): string | undefined {
  bootId ??= { value: readBootId() };
  return bootId.value;
}

/** Whether identities in an entry can still mean processes that run now. */
export function isFromThisBoot(entry: { readonly bootId?: string }): boolean {
  return entry.bootId === undefined || currentBootId() === undefined || entry.bootId === currentBootId();
}
