import { readPageCounters } from './pageHooks/index.ts';
import type { GuardedCdp } from '../drive/cdp.ts';
import type { WorkerTargets } from '../drive/workerTargets.ts';

/** Exact numbers of one moment by name. Names that end in Bytes are bytes. */
export type Counters = Record<string, number>;

/**
 * Metrics of the renderer that count things a page can leak, by our name. Others of `Performance.getMetrics` are times,
 * or sizes that we read more exactly elsewhere.
 */
const METRICS: Readonly<Record<string, string>> = {
  Nodes: 'nodes',
  JSEventListeners: 'listeners',
  Documents: 'documents',
  Frames: 'frames',
  WorkerGlobalScopes: 'workerScopes',
  ArrayBufferContents: 'arrayBuffers',
  ContextLifecycleStateObservers: 'lifecycleObservers',
  DetachedScriptStates: 'detachedScripts',
  RTCPeerConnections: 'rtcConnections',
  MediaKeySessions: 'mediaKeySessions',
  MediaKeys: 'mediaKeys',
  AudioHandlers: 'audioHandlers',
  AudioWorkletProcessors: 'audioWorklets',
  AdSubframes: 'adFrames',
  UACSSResources: 'styleResources',
  Resources: 'resources',
};

/** Prepares a page's session for readCounters. */
export async function enableCounters(cdp: GuardedCdp): Promise<void> {
  await Promise.all([cdp.send('HeapProfiler.enable'), cdp.send('Performance.enable')]);
}

/**
 * Forces a collection and reads every counter. Before it, it discards what the console keeps for an attached inspector:
 * logged objects would otherwise look leaked.
 */
export async function readCounters(cdp: GuardedCdp, workers: WorkerTargets): Promise<Counters> {
  // The collection is a task of its own in the renderer: what is sent before its answer is served before it.
  await Promise.all([cdp.send('Runtime.discardConsoleEntries'), cdp.send('HeapProfiler.collectGarbage')]);
  const [heap, { metrics }, page] = await Promise.all([
    cdp.send('Runtime.getHeapUsage') as Promise<HeapUsage>,
    cdp.send('Performance.getMetrics'),
    readPageCounters(cdp),
  ]);
  const counters: Counters = {
    jsHeapBytes: heap.usedSize,
    embedderHeapBytes: heap.embedderHeapUsedSize ?? 0,
    backingStoreBytes: heap.backingStorageSize ?? 0,
  };
  for (const { name, value } of metrics) {
    const ours = METRICS[name];
    if (ours !== undefined) counters[ours] = value;
  }
  for (const [name, value] of Object.entries(page)) counters[name] = value;
  return { ...counters, ...(await workers.readHeaps(page['sharedWorkers'])) };
}

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}
