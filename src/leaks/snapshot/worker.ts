/**
 * The snapshot worker: takes the text of heap snapshots piece by piece, as the browser sends them, and answers what
 * survived. One snapshot is held at a time; its memory goes when the next begins or the worker ends.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { Analyst } from './analyse.ts';
import { buildGraph } from './heapGraph.ts';
import {
  type AnalysisRequest,
  type FromWorker,
  MAX_SNAPSHOT_CHARACTERS,
  type SnapshotAnalysis,
  type ToWorker,
} from './messages.ts';
import { mayHoldSurvivors } from './quickLook.ts';
import { SnapshotText } from './snapshotText.ts';

if (!parentPort) throw new Error('This file runs as a worker thread only.');
const port = parentPort;
const analyst = new Analyst();
let text = new SnapshotText(MAX_SNAPSHOT_CHARACTERS);
let characters = 0;
/** Why the snapshot cannot be read; told when it is to be analysed. */
let broken: Error | undefined;

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'begin': {
      text = new SnapshotText(MAX_SNAPSHOT_CHARACTERS);
      characters = 0;
      broken = undefined;
      return;
    }
    case 'chunk': {
      characters += message.text.length;
      if (broken) return;
      try {
        text.push(message.text);
      } catch (error) {
        broken = error as Error;
        text = new SnapshotText();
      }
      return;
    }
    case 'analyse': {
      analyse(message.request).then(
        (analysis) => {
          // Nothing refers to the graph any more: what it took goes back before the next snapshot comes.
          collectAfterLarge();
          answer({ type: 'analysis', analysis });
        },
        (error: unknown) => answer({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
      );
      return;
    }
  }
});

async function analyse(request: AnalysisRequest): Promise<SnapshotAnalysis> {
  if (broken) throw broken;
  const raw = text.finish();
  text = new SnapshotText();
  if (request.quick && !mayHoldSurvivors(raw, request)) return { groups: [], growth: [], nodeCount: 0, elements: {} };
  collectAfterLarge();
  const graph = await buildGraph(raw);
  // Nothing needs any more what it took to find the dominators.
  collectAfterLarge();
  return analyst.analyse(graph, request);
}

/** V8 would let garbage of a GB lie: it may take as much as the worker is allowed. */
const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

/** Characters from which on a snapshot's garbage is collected at once: for a small one, the pause would be all that is noticed. */
const LARGE = 64 * 1024 * 1024;
function collectAfterLarge(): void {
  if (characters > LARGE) collectGarbage();
}

function answer(message: FromWorker): void {
  port.postMessage(message, []);
}
