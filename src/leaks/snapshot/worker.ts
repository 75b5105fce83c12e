/**
 * The snapshot worker: takes the text of heap snapshots piece by piece, as the browser sends them, and answers what
 * survived. One snapshot is held at a time; its memory goes when the next begins or the worker ends.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { Analyst } from './analyse.ts';
import { HeapGraphLoader } from './heapGraph.ts';
import {
  type AnalysisRequest,
  type FromWorker,
  MAX_SNAPSHOT_CHARACTERS,
  type SnapshotAnalysis,
  type ToWorker,
} from './messages.ts';
import { MAX_QUICK_CHARACTERS, mayHoldSurvivors } from './quickLook.ts';
import { checkSnapshotHead } from './snapshotHead.ts';

if (!parentPort) throw new Error('This file runs as a worker thread only.');
const port = parentPort;
const analyst = new Analyst();
/** The pieces of the snapshot so far, while it may be looked at quickly; afterwards the loader has them. */
let pieces: string[] = [];
let characters = 0;
let loader: HeapGraphLoader | undefined;
/** Why the snapshot cannot be read; told when it is to be analysed. */
let broken: Error | undefined;

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'begin': {
      pieces = [];
      characters = 0;
      loader = undefined;
      broken = undefined;
      return;
    }
    case 'chunk': {
      characters += message.text.length;
      if (broken) return;
      if (loader) loader.write(message.text);
      else pieces.push(message.text);
      try {
        if (characters > MAX_QUICK_CHARACTERS) load(MAX_SNAPSHOT_CHARACTERS);
      } catch (error) {
        broken = error as Error;
        pieces = [];
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
  if (!loader) checkSnapshotHead(pieces, characters);
  if (request.quick && !loader && !mayHoldSurvivors(pieces.join(''), request)) {
    pieces = [];
    return { groups: [], growth: [], nodeCount: 0, elements: {} };
  }
  const complete = load(characters);
  loader = undefined;
  const graph = await complete.finish(collectAfterLarge);
  // Nothing needs any more what it took to find the dominators.
  collectAfterLarge();
  return analyst.analyse(graph, request);
}

/** V8 would let garbage of a GB lie: it may take as much as the worker is allowed. */
const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

/** After a small one, the pause would be all that is noticed. */
function collectAfterLarge(): void {
  if (characters > MAX_QUICK_CHARACTERS) collectGarbage();
}

/**
 * Hands all pieces to the parser, which takes what comes from now on.
 *
 * @param maxCharacters of the whole text
 * @throws Error where the text does not begin as a snapshot of that size
 */
function load(maxCharacters: number): HeapGraphLoader {
  if (!loader) checkSnapshotHead(pieces, maxCharacters);
  loader ??= new HeapGraphLoader();
  for (const piece of pieces) loader.write(piece);
  pieces = [];
  return loader;
}

function answer(message: FromWorker): void {
  port.postMessage(message, []);
}
