import type { FindingKind } from '../../model.ts';
import { type FrameState, frameStates, knownStates, stateOf } from './hookState.ts';
import type { CdpSender, PageResource } from './pageResource.ts';

/** Targets of a frame whose listeners are checked with the browser before they are reported. */
const MAX_CHECKED_TARGETS = 32;
/** Ids are unique in a realm; a realm's own come after those of the realms before it. */
const IDS_PER_REALM = 2 ** 32;
const OBJECT_GROUP = 'leakwright-reading';

interface RawResource {
  readonly id: number;
  readonly kind: FindingKind;
  readonly name: string;
  readonly iteration: number;
  /** Its number among the stacks. */
  readonly stack: number;
}

/** Thousands of resources come from a few places, whose stacks are long: each is sent once. */
interface RawResources {
  readonly stacks: readonly string[];
  readonly list: readonly RawResource[];
}

/**
 * What page code has made and not ended, as of now, in all frames of the session's process (or in the worker). Empty
 * where the hooks are not installed. Listeners that the browser dropped by itself (once, `document.open`) are left out.
 */
export async function readPageResources(cdp: CdpSender): Promise<PageResource[]> {
  const states = await frameStates(cdp);
  const current = stateOf(cdp).iteration;
  const resources: PageResource[] = [];
  try {
    for (const state of states) {
      await dropFiredListeners(cdp, state);
      const { stacks = [], list = [] } = (await call<RawResources>(cdp, state, 'resources', [current])) ?? {};
      for (const { id, kind, name, iteration, stack } of list)
        resources.push({ id: state.ordinal * IDS_PER_REALM + id, kind, name, iteration, stack: stacks[stack] ?? '' });
    }
  } finally {
    await cdp.send('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP }).catch(() => undefined);
  }
  return resources;
}

/**
 * How many of each kind live now, by counter name, over all frames of the session's process. The names are always the
 * same, so a counter that is missing means that the hooks are not installed.
 */
export async function readPageCounters(cdp: CdpSender): Promise<Record<string, number>> {
  const current = stateOf(cdp).iteration;
  const count = async (state: FrameState) => await call<Record<string, number>>(cdp, state, 'counters', [current]);
  const known = knownStates(cdp);
  // Most pages have one frame, and keep it: it is asked while the browser is asked whether that is still so. With more,
  // frames must first tell each other which URLs they revoked.
  const early = known.length === 1 ? count(known[0]!) : undefined;
  const [states, counted] = await Promise.all([frameStates(cdp), early]);
  await shareRevokedUrls(cdp, states);
  const totals: Record<string, number> = {};
  for (const state of states) {
    const counts = early !== undefined && states.length === 1 && state === known[0] ? counted : await count(state);
    for (const [name, value] of Object.entries(counts ?? {})) totals[name] = (totals[name] ?? 0) + value;
  }
  return totals;
}

/** Says that what is made from now on belongs to `iteration`. Frames made later take it over at the next reading. */
export async function markIteration(cdp: CdpSender, iteration: number): Promise<void> {
  const before = stateOf(cdp).iteration;
  // Known frames are read while the browser lists new ones.
  const known = new Set(knownStates(cdp));
  const [states] = await Promise.all([frameStates(cdp), markKnownFrames(cdp, iteration)]);
  for (const state of states) if (!known.has(state)) await call(cdp, state, 'mark', [before, iteration]);
}

/** The same where no frame has come or gone since: the browser is not asked. */
export async function markKnownFrames(cdp: CdpSender, iteration: number): Promise<void> {
  const session = stateOf(cdp);
  const before = session.iteration;
  session.iteration = iteration;
  await Promise.all(knownStates(cdp).map(async (state) => await call(cdp, state, 'mark', [before, iteration])));
}

/** What page code has started and not ended, at one place of its code. */
export interface PendingPlace {
  readonly kind: 'timer' | 'frames' | 'worker' | 'answer' | 'idle' | 'interval';
  /** The stack that started it: the same place is the same text. */
  readonly key: string;
  readonly count: number;
  /** Of those, started since the last mark. */
  readonly fresh: number;
  /** Milliseconds until the first of them is due; for frames, idle callbacks and what answers 0. */
  readonly dueInMs: number;
  /** Milliseconds until the last of those that are fresh is due. */
  readonly lastDueInMs: number;
  /** Milliseconds since the newest was started. */
  readonly agoMs: number;
  /** In a frame of another site, whose time is its own. */
  readonly elsewhere?: boolean;
}

/** The page began to read the body of an answer since the last reading. */
export interface BodyRead {
  readonly kind: 'read';
  /** The URL of the answer, without a hash. */
  readonly key: string;
}

/** Pending work in the known frames, and which answers they read; new frames are not searched for. */
export async function readPendingWork(cdp: CdpSender): Promise<(PendingPlace | BodyRead)[]> {
  const lists = await Promise.all(
    knownStates(cdp).map(async (state) => await call<(PendingPlace | BodyRead)[]>(cdp, state, 'pendingWork', [])),
  );
  return lists.flatMap((list) => list ?? []);
}

/** Looks for the hooks ahead of the first reading, which then need not. */
export async function knowPageHooks(cdp: CdpSender): Promise<void> {
  await frameStates(cdp);
}

/** Says that whatever the page has made so far, also in an earlier check, was made before the first iteration. */
export async function startIterations(cdp: CdpSender): Promise<void> {
  for (const state of await frameStates(cdp)) await call(cdp, state, 'startOver', []);
}

async function call<T>(
  cdp: CdpSender,
  state: FrameState,
  method: string,
  args: readonly unknown[],
): Promise<T | undefined> {
  try {
    const { result, exceptionDetails } = (await cdp.send('Runtime.callFunctionOn', {
      objectId: state.objectId,
      // No spread: it would use the page's Array.prototype[Symbol.iterator].
      functionDeclaration: `function leakwright(first, second) { return this.${method}(first, second); }`,
      arguments: args.map((value) => ({ value })),
      returnByValue: true,
      silent: true,
    })) as { result: { value?: T }; exceptionDetails?: unknown };
    return exceptionDetails ? undefined : result.value;
  } catch {
    // The frame went away between finding and asking it; what it held went with it.
    return undefined;
  }
}

/** A URL made in one frame may be revoked in another: each frame knows only its own. */
async function shareRevokedUrls(cdp: CdpSender, states: readonly FrameState[]): Promise<void> {
  if (states.length < 2) return;
  for (const state of states) {
    const urls = (await call<string[]>(cdp, state, 'takeForeignRevoked', [])) ?? [];
    if (urls.length === 0) continue;
    for (const other of states) if (other !== state) await call(cdp, other, 'revoke', [urls]);
  }
}

async function dropFiredListeners(cdp: CdpSender, state: FrameState): Promise<void> {
  try {
    const targets = (await cdp.send('Runtime.callFunctionOn', {
      objectId: state.objectId,
      functionDeclaration: 'function (limit) { return this.doubtfulTargets(limit); }',
      arguments: [{ value: MAX_CHECKED_TARGETS }],
      objectGroup: OBJECT_GROUP,
      silent: true,
    })) as { result: { objectId?: string } };
    if (!targets.result.objectId) return;
    const { result: elements } = (await cdp.send('Runtime.getProperties', {
      objectId: targets.result.objectId,
      ownProperties: true,
    })) as { result: { name: string; value?: { objectId?: string } }[] };
    for (const { name, value } of elements) {
      if (!/^\d+$/.test(name) || !value?.objectId) continue;
      const { listeners } = (await cdp.send('DOMDebugger.getEventListeners', { objectId: value.objectId })) as {
        listeners: { type: string; useCapture: boolean; once: boolean }[];
      };
      const live: Record<string, number> = {};
      for (const { type, useCapture, once } of listeners) {
        const key = `${type} ${useCapture} ${once}`;
        live[key] = (live[key] ?? 0) + 1;
      }
      await cdp.send('Runtime.callFunctionOn', {
        objectId: state.objectId,
        functionDeclaration: 'function (target, live) { this.keepNewest(target, live); }',
        arguments: [{ objectId: value.objectId }, { value: live }],
        silent: true,
      });
    }
  } catch {
    // DOMDebugger is not there for workers: their once-listeners stay as they were recorded.
  }
}
