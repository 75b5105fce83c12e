import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { defined, LeakwrightError, abortable, programFile } from '../../support/index.ts';
import { SourceDesk } from '../explain/sources/index.ts';
import type { Compared, FromAnalysisWorker, QuestionName, Questions, ToAnalysisWorker } from './messages.ts';
import type { Kept, Piece, Place, SnapshotFacts, SnapshotSummary } from './model.ts';
import { inspectSnapshotFile } from './snapshotFile.ts';

/** The worker's JavaScript heap in MB; a snapshot's numbers are typed arrays, which come on top. */
const WORKER_HEAP_MB = 6144;
const WORKER_YOUNG_MB = 16;

export interface SnapshotAnalysisOptions {
  /** Source files are named relative to it. */
  readonly workspaceFolder: string;
  readonly signal?: AbortSignal;
}

interface Pending {
  resolve(answer: Questions[QuestionName]['answer']): void;
  reject(error: Error): void;
}

/**
 * Reads snapshot files in a worker thread, and answers questions about them. Files are read once: of each an outline is
 * kept, and the graph of the one used last.
 *
 * @example
 * const analysis = new SnapshotAnalysis({ workspaceFolder: process.cwd() });
 * await analysis.open('before.heapsnapshot');
 * await analysis.open('after.heapsnapshot');
 * const { piece } = await analysis.compare([0, 1]);
 * await analysis.close();
 */
export class SnapshotAnalysis {
  readonly #options: SnapshotAnalysisOptions;
  readonly #sources: SourceDesk;
  readonly #pending = new Map<number, Pending>();
  readonly #facts: SnapshotFacts[] = [];
  #worker: Worker | undefined;
  #asked = 0;
  #broken: Error | undefined;

  constructor(options: SnapshotAnalysisOptions) {
    this.#options = options;
    this.#sources = new SourceDesk({
      workspaceFolder: options.workspaceFolder,
      pageUrl: pathToFileURL(options.workspaceFolder).href,
      // Local files only: an analysis asks no server for anything.
      inBrowser: (url) => Promise.resolve(url.startsWith('file:') ? undefined : ''),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  }

  /** What is open, in the order in which it was opened. */
  get opened(): readonly SnapshotFacts[] {
    return this.#facts;
  }

  /**
   * @param name for people. Default: the path
   * @returns the number by which questions name the snapshot, and what it is
   * @throws LeakwrightError `usage` for what is no readable snapshot
   */
  async open(path: string, name = path): Promise<{ readonly snapshot: number; readonly facts: SnapshotFacts }> {
    await inspectSnapshotFile(path, process.availableMemory());
    const facts = await this.#ask('open', { path, name });
    this.#facts.push(facts);
    return { snapshot: this.#facts.length - 1, facts };
  }

  async summary(snapshot: number): Promise<SnapshotSummary> {
    const summary = await this.#ask('summary', { snapshot });
    return {
      ...summary,
      largest: await this.#withSources(summary.largest),
      suspects: await this.#withSources(summary.suspects),
    };
  }

  async compare(snapshots: readonly number[], part = firstPart): Promise<Compared> {
    const { comparison, piece, taken } = await this.#ask('compare', { snapshots, ...part });
    const items = await this.#withSources(piece.items);
    return { comparison: { ...comparison, grew: items }, piece: { ...piece, items }, taken };
  }

  async largest(snapshot: number, part = firstPart): Promise<Piece<Kept>> {
    return await this.#piece(await this.#ask('largest', { snapshot, ...part }));
  }

  async classes(snapshot: number, name?: string, part = firstPart): Promise<Questions['classes']['answer']> {
    return await this.#ask('classes', { snapshot, ...defined({ name }), ...part });
  }

  /** Who keeps the objects of a class, by the path that keeps them. */
  async keeps(snapshot: number, name: string, part = firstPart): Promise<Piece<Kept>> {
    return await this.#piece(await this.#ask('keeps', { snapshot, name, ...part }));
  }

  /** One object by its heap object id, with its whole retaining path. */
  async object(snapshot: number, id: number): Promise<Questions['object']['answer']> {
    const report = await this.#ask('object', { snapshot, id });
    return { ...report, places: await Promise.all(report.places.map(this.#locate)) };
  }

  async strings(snapshot: number, contains?: string, part = firstPart): Promise<Questions['strings']['answer']> {
    return await this.#ask('strings', { snapshot, ...defined({ contains }), ...part });
  }

  /** Ends the worker, whatever it does. */
  async close(): Promise<void> {
    this.#break(new LeakwrightError('aborted', 'The analysis was closed.'));
    this.#sources.close();
    await this.#worker?.terminate();
  }

  async #piece<T extends Kept>(piece: Piece<T>): Promise<Piece<T>> {
    return { ...piece, items: await this.#withSources(piece.items) };
  }

  async #withSources<T extends Kept>(items: readonly T[]): Promise<T[]> {
    return await Promise.all(
      items.map(async (item) => ({ ...item, places: await Promise.all(item.places.map(this.#locate)) })),
    );
  }

  readonly #locate = async (place: Place): Promise<Place> => {
    const { url, ...position } = place.script;
    // CommonJS modules of Node have a path for a name.
    const frame = { url: isAbsolute(url) ? pathToFileURL(url).href : url, ...position };
    return { ...place, source: await this.#sources.locate(frame) };
  };

  async #ask<Name extends QuestionName>(name: Name, ask: Questions[Name]['ask']): Promise<Questions[Name]['answer']> {
    if (this.#broken) throw this.#broken;
    const worker = (this.#worker ??= this.#start());
    const number = (this.#asked += 1);
    const answered = new Promise<Questions[Name]['answer']>((resolve, reject) => {
      this.#pending.set(number, { resolve, reject });
    });
    const message: ToAnalysisWorker = { number, name, ask };
    worker.postMessage(message, []);
    worker.ref();
    try {
      return await abortable(answered, this.#options.signal);
    } finally {
      this.#pending.delete(number);
      if (this.#pending.size === 0) worker.unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(programFile('analysisWorker'), {
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB, maxYoungGenerationSizeMb: WORKER_YOUNG_MB },
      // The parser reports its progress with console calls; none of it is for people.
      stdout: true,
      stderr: true,
    });
    worker.on('message', (message: FromAnalysisWorker) => {
      const pending = this.#pending.get(message.number);
      if ('failed' in message) {
        const text = message.isUsage ? message.failed : `A heap snapshot could not be read: ${message.failed}.`;
        pending?.reject(new LeakwrightError(message.isUsage ? 'usage' : 'leaks.unsupported', text));
      } else pending?.resolve(message.answer);
    });
    worker.on('error', (error) => this.#break(unreadable(error.message)));
    worker.on('exit', () => this.#break(unreadable('its worker ended')));
    return worker;
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#broken);
    this.#pending.clear();
  }
}

const firstPart = { offset: 0, limit: 20 };

const unreadable = (reason: string): LeakwrightError =>
  new LeakwrightError('leaks.unsupported', `A heap snapshot could not be read: ${reason}.`);
