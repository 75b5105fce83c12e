import { Worker } from 'node:worker_threads';
import { LeakwrightError, abortable, programFile } from '../../support/index.ts';
import {
  type AnalysisRequest,
  type FromWorker,
  MAX_SNAPSHOT_CHARACTERS,
  type SnapshotAnalysis,
  type ToWorker,
} from './messages.ts';

/** The worker's JavaScript heap in MB; its typed arrays (nodes, edges) come on top and are bounded by the above. */
const WORKER_HEAP_MB = 4096;

/** In MB. A snapshot is mostly typed arrays; room for more young objects than this would be taken, and kept. */
const WORKER_YOUNG_MB = 8;

/** Reads heap snapshots in a worker thread, so that the run goes on meanwhile and the memory goes with the worker. */
export class SnapshotReader {
  /** Started with the first snapshot: a check in which nothing rises takes none. */
  #worker: Worker | undefined;
  #characters = 0;
  #pending: { resolve(analysis: SnapshotAnalysis): void; reject(error: Error): void } | undefined;
  #broken: Error | undefined;

  begin(): void {
    this.#characters = 0;
    if (!this.#broken) this.#worker ??= this.#start();
    this.#send({ type: 'begin' });
  }

  /** @throws LeakwrightError `leaks.unsupported` when the snapshot is larger than MAX_SNAPSHOT_CHARACTERS */
  write(text: string): void {
    this.#characters += text.length;
    if (this.#characters > MAX_SNAPSHOT_CHARACTERS) {
      throw new LeakwrightError('leaks.unsupported', 'The heap of this page is too large to be looked into.', {
        hint: 'Check a smaller part of the application, or use a duration check.',
      });
    }
    this.#send({ type: 'chunk', text });
  }

  /** Analyses what was written since begin(). One analysis at a time. */
  async analyse(request: AnalysisRequest, signal?: AbortSignal): Promise<SnapshotAnalysis> {
    if (this.#broken) throw this.#broken;
    const analysis = new Promise<SnapshotAnalysis>((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
    this.#send({ type: 'analyse', request });
    this.#worker?.ref();
    try {
      return await abortable(analysis, signal);
    } finally {
      this.#worker?.unref();
    }
  }

  async close(): Promise<void> {
    this.#broken ??= unreadable('it was closed');
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(programFile('snapshotWorker'), {
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB, maxYoungGenerationSizeMb: WORKER_YOUNG_MB },
      // The parser reports its progress with console calls; none of it is for people.
      stdout: true,
      stderr: true,
    });
    worker.unref();
    worker.on('message', (message: FromWorker) => {
      const pending = this.#pending;
      this.#pending = undefined;
      if (message.type === 'analysis') pending?.resolve(message.analysis);
      else pending?.reject(unreadable(message.message));
    });
    worker.on('error', (error) => this.#break(unreadable(error.message)));
    worker.on('exit', () => this.#break(unreadable('its worker ended')));
    return worker;
  }

  #send(message: ToWorker): void {
    if (!this.#broken) this.#worker?.postMessage(message, []);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#pending?.reject(this.#broken);
    this.#pending = undefined;
  }
}

function unreadable(reason: string): LeakwrightError {
  return new LeakwrightError('leaks.unsupported', `A heap snapshot could not be read: ${reason}.`);
}
