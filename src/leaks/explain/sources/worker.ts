/**
 * The source worker: parses scripts and source maps of the page under test. What they hold is not ours, so it has a memory
 * limit of its own and can be ended at any time; the leak run reads the texts for it, within its limits.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '../../../support/index.ts';
import { type SourceAnswers, createSourceAnswers } from './answers.ts';
import type { FromWorker, ToWorker, WorkerData } from './messages.ts';

if (!parentPort) throw new Error('This file runs as a worker thread only.');
const port = parentPort;
const waiting = new Map<string, ((text: string | undefined) => void)[]>();

/** By script: what the browser says its map is. */
const mapUrls = new Map<string, string>();

const answers: SourceAnswers = createSourceAnswers({
  ...(workerData as WorkerData),
  mapUrlOf: (url) => mapUrls.get(url),
  fetchText: (url) =>
    new Promise((resolve) => {
      const others = waiting.get(url);
      if (others) others.push(resolve);
      else {
        waiting.set(url, [resolve]);
        say({ type: 'read', url });
      }
    }),
});

port.on('message', (message: ToWorker) => {
  if (message.type === 'text') {
    if (message.mapUrl !== undefined) mapUrls.set(message.url, message.mapUrl);
    const resolvers = waiting.get(message.url) ?? [];
    waiting.delete(message.url);
    for (const resolve of resolvers) resolve(message.text);
    return;
  }
  const { id, question, args } = message;
  const answer = answers[question] as (...args: readonly unknown[]) => Promise<unknown>;
  answer(...args).then(
    (value) => say({ type: 'answer', id, value }),
    (error: unknown) => say({ type: 'failed', id, message: describeError(error) }),
  );
});

function say(message: FromWorker): void {
  port.postMessage(message, []);
}
