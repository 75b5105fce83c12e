import type { CdpSender } from './pageResource.ts';

/** The hooks' state in one realm (a document or a worker), held as a remote object. */
export interface FrameState {
  readonly objectId: string;
  readonly ordinal: number;
}

interface SessionState {
  /** What markIteration said last. */
  iteration: number;
  /** By frame id; `state` is undefined where the hooks could not be found, so that they are not sought at each reading. */
  readonly frames: Map<string, { readonly loaderId: string; readonly state: FrameState | undefined }>;
  realms: number;
}

interface FrameTree {
  readonly frame: { readonly id: string; readonly loaderId: string };
  readonly childFrames?: readonly FrameTree[];
}

/** Frames read at most; a page with more is an ad farm, and each costs two round trips. */
const MAX_FRAMES = 50;
const OBJECT_GROUP = 'leakwright-hooks';
const SEARCH_GROUP = 'leakwright-search';
const WORKER = { id: 'worker', loaderId: 'worker' };

const sessions = new WeakMap<CdpSender, SessionState>();

export function stateOf(cdp: CdpSender): SessionState {
  let session = sessions.get(cdp);
  if (!session) {
    session = { iteration: 0, frames: new Map(), realms: 0 };
    sessions.set(cdp, session);
  }
  return session;
}

/** The states that were found last, without asking the browser: frames may have come and gone since. */
export function knownStates(cdp: CdpSender): FrameState[] {
  return [...stateOf(cdp).frames.values()].flatMap(({ state }) => (state ? [state] : []));
}

/** The states of the session's main frame and of all frames below it in the same process, or of the worker. */
export async function frameStates(cdp: CdpSender): Promise<FrameState[]> {
  const session = stateOf(cdp);
  const frames = await listFrames(cdp);
  const current = new Set(frames.map(({ id }) => id));
  for (const [id, { state }] of session.frames) {
    if (current.has(id)) continue;
    session.frames.delete(id);
    if (state) await cdp.send('Runtime.releaseObject', { objectId: state.objectId }).catch(() => undefined);
  }
  const states: FrameState[] = [];
  for (const [index, { id, loaderId }] of frames.entries()) {
    let known = session.frames.get(id);
    if (known?.loaderId !== loaderId) {
      const objectId = await findState(cdp, index === 0 ? undefined : id);
      const state = objectId === undefined ? undefined : { objectId, ordinal: session.realms++ };
      known = { loaderId, state };
      session.frames.set(id, known);
    }
    if (known.state) states.push(known.state);
  }
  return states;
}

async function listFrames(cdp: CdpSender): Promise<{ id: string; loaderId: string }[]> {
  let tree: FrameTree;
  try {
    ({ frameTree: tree } = (await cdp.send('Page.getFrameTree')) as { frameTree: FrameTree });
  } catch {
    return [WORKER];
  }
  const frames: { id: string; loaderId: string }[] = [];
  const visit = (node: FrameTree): void => {
    if (frames.length >= MAX_FRAMES) return;
    frames.push(node.frame);
    node.childFrames?.forEach(visit);
  };
  visit(tree);
  return frames;
}

/**
 * Wrapped functions, any of which leads to the state. Several, because pages (zone.js, polyfills) put their own
 * functions in the place of some.
 */
const ANCHORS = [
  'Function.prototype.toString',
  'URL.createObjectURL',
  'EventTarget.prototype.removeEventListener',
  'EventTarget.prototype.addEventListener',
  'MessagePort.prototype.close',
  'IDBDatabase.prototype.close',
  'BroadcastChannel',
  'IntersectionObserver',
  'WebSocket',
  'setInterval',
  'clearTimeout',
];

interface Remote {
  readonly result: { readonly objectId?: string };
}

/**
 * The state hangs on the handlers of the Proxies that wrap native functions. `[[Handler]]` is an internal slot: the
 * inspector shows it, script cannot reach it, so the page needs no global for us.
 */
async function findState(cdp: CdpSender, frameId: string | undefined): Promise<string | undefined> {
  try {
    const realm = frameId === undefined ? await evaluateGlobal(cdp) : await frameDocument(cdp, frameId);
    if (realm === undefined) return undefined;
    for (const anchor of ANCHORS) {
      const state = await stateBehind(cdp, realm, anchor);
      if (state !== undefined) return state;
    }
  } catch {
    // The frame is of another process, or gone already.
  } finally {
    await cdp.send('Runtime.releaseObjectGroup', { objectGroup: SEARCH_GROUP }).catch(() => undefined);
  }
  return undefined;
}

async function evaluateGlobal(cdp: CdpSender): Promise<string | undefined> {
  const { result } = (await cdp.send('Runtime.evaluate', {
    expression: 'globalThis',
    objectGroup: SEARCH_GROUP,
    silent: true,
  })) as Remote;
  return result.objectId;
}

/**
 * The frame's document, as an object of the frame's own realm: DOMDebugger.getEventListeners answers only for objects
 * that were obtained in the realm they belong to.
 */
async function frameDocument(cdp: CdpSender, frameId: string): Promise<string | undefined> {
  const { backendNodeId } = (await cdp.send('DOM.getFrameOwner', { frameId })) as { backendNodeId: number };
  const { node } = (await cdp.send('DOM.describeNode', { backendNodeId, pierce: true })) as {
    node: { contentDocument?: { backendNodeId: number } };
  };
  if (!node.contentDocument) return undefined;
  const { object } = (await cdp.send('DOM.resolveNode', {
    backendNodeId: node.contentDocument.backendNodeId,
    objectGroup: SEARCH_GROUP,
  })) as { object: { objectId?: string } };
  return object.objectId;
}

async function stateBehind(cdp: CdpSender, realm: string, anchor: string): Promise<string | undefined> {
  let { result: candidate } = (await cdp.send('Runtime.callFunctionOn', {
    objectId: realm,
    functionDeclaration: `function () { try { return ${anchor}; } catch {} }`,
    objectGroup: SEARCH_GROUP,
    silent: true,
  })) as Remote;
  // A page may have wrapped our Proxy in one of its own; its target is then ours.
  for (let depth = 0; depth < 4 && candidate.objectId; depth += 1) {
    const { internalProperties } = (await cdp.send('Runtime.getProperties', {
      objectId: candidate.objectId,
      ownProperties: true,
    })) as { internalProperties?: { name: string; value?: { objectId?: string } }[] };
    const slot = (name: string): { objectId?: string } | undefined =>
      internalProperties?.find((property) => property.name === name)?.value;
    const handler = slot('[[Handler]]')?.objectId;
    if (handler === undefined) return undefined;
    const { result: state } = (await cdp.send('Runtime.callFunctionOn', {
      objectId: handler,
      functionDeclaration: 'function () { return this.leakwright; }',
      objectGroup: OBJECT_GROUP,
      silent: true,
    })) as Remote;
    if (state.objectId) return state.objectId;
    candidate = slot('[[Target]]') ?? {};
  }
  return undefined;
}
