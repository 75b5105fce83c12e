import type { GuardedCdp } from '../drive/cdp.ts';

/** The name that Node gives its lists of timers in `lib/internal/timers.js`; `setTimeout` closes over them. */
const LISTS = 'timerListMap';

/**
 * Reaches the timers that the program has set, through the scope of Node's own `setTimeout`: reading them then takes no collection
 * and no walk of the heap (_measured_ with 200,000 objects on a busy machine: 31 ms; finding the timers among all objects took 3 s).
 *
 * @returns an object id, or undefined where this Node keeps its timers elsewhere, or another `setTimeout` stands in its place
 */
export async function findTimerLists(cdp: GuardedCdp): Promise<string | undefined> {
  const { result } = await cdp.send('Runtime.evaluate', {
    expression: "process.getBuiltinModule('node:timers').setTimeout",
  });
  if (result.objectId === undefined) return undefined;
  const { internalProperties = [] } = await cdp.send('Runtime.getProperties', { objectId: result.objectId });
  const scopes = internalProperties.find(({ name }) => name === '[[Scopes]]')?.value?.objectId;
  if (scopes === undefined) return undefined;
  const { result: entries } = await cdp.send('Runtime.getProperties', { objectId: scopes, ownProperties: true });
  for (const { value } of entries) {
    if (value?.objectId === undefined) continue;
    const { result: variables } = await cdp.send('Runtime.getProperties', {
      objectId: value.objectId,
      ownProperties: true,
    });
    const lists = variables.find(({ name }) => name === LISTS)?.value?.objectId;
    if (lists !== undefined) return lists;
  }
  return undefined;
}
