/** The analysis worker: reads snapshot files and answers questions about them, one after the other. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { describeError } from '../../support/index.ts';
import type { FromAnalysisWorker, QuestionName, Questions, ToAnalysisWorker } from './messages.ts';
import { OpenedSnapshots } from './openedSnapshots.ts';

if (!parentPort) throw new Error('This file runs as a worker thread only.');
const port = parentPort;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const snapshots = new OpenedSnapshots(collectGarbage);
/** A question that reads a file frees the graph of the file before: two such questions must not overlap. */
let turn: Promise<void> = Promise.resolve();

port.on('message', (message: ToAnalysisWorker) => {
  turn = turn.then(() => answer(message));
});

async function answer({ number, name, ask }: ToAnalysisWorker): Promise<void> {
  try {
    // The name says which question it is, and with it the type of both.
    const method = snapshots[name].bind(snapshots) as (
      ask: Questions[QuestionName]['ask'],
    ) => Promise<Questions[QuestionName]['answer']>;
    send({ number, answer: await method(ask) });
  } catch (error) {
    send({ number, failed: describeError(error), isUsage: (error as { code?: unknown }).code === 'usage' });
  }
}

function send(message: FromAnalysisWorker): void {
  port.postMessage(message, []);
}
