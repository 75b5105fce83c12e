import { Worker } from 'node:worker_threads';
import { defined, type Log, programFile, silentLog } from '../../../support/index.ts';
import type { SourceFrame, SourceSite } from '../../model.ts';
import type { SourceAnswers } from './answers.ts';
import type { GeneratedFrame } from './generatedFrame.ts';
import { type SourceLimits, sourceLimits } from './limits.ts';
import type { FromWorker, Question, ToWorker } from './messages.ts';
import { SourceTexts, type SourceTextsOptions } from './sourceTexts.ts';

interface Pending {
  readonly question: Question;
  readonly args: readonly unknown[];
  readonly resolve: (value: unknown) => void;
  /** What is answered where the worker cannot. */
  readonly otherwise: () => unknown;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Answers about lines and names from a worker that may be lost at any time: what it cannot answer within the limits is
 * answered with what the browser knows. No question fails or waits longer than its limit, and all end with the signal.
 */
export class SourceDesk implements SourceAnswers {
  readonly #options: SourceTextsOptions;
  readonly #limits: SourceLimits;
  readonly #log: Log;
  readonly #texts: SourceTexts;
  readonly #pending = new Map<number, Pending>();
  /** URLs that a worker was lost over. */
  readonly #refused = new Set<string>();
  /** URLs that were read since nothing was pending: what a worker is lost over is one of them. */
  readonly #read = new Set<string>();
  readonly #onAbort = (): void => this.#stop('the check ended');
  #worker: Worker | undefined;
  #started = 0;
  #nextId = 1;
  #closed = false;
  #busySince: number | undefined;
  #busyMs = 0;

  constructor(options: SourceTextsOptions) {
    this.#options = options;
    this.#limits = options.limits ?? sourceLimits;
    this.#log = options.log ?? silentLog;
    this.#texts = new SourceTexts(options);
    if (options.signal?.aborted) this.#closed = true;
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  locate(frame: GeneratedFrame): Promise<SourceFrame> {
    return this.#ask('locate', [frame], () => asItRan(frame));
  }

  toSite(stack: readonly GeneratedFrame[], precision: SourceSite['precision']): Promise<SourceSite | undefined> {
    return this.#ask('toSite', [stack, precision], () => {
      const frames = stack.map(asItRan);
      return frames[0] && { ...frames[0], precision, stack: frames };
    });
  }

  readonly variableName = this.#questionOf('variableName');
  readonly scopedName = this.#questionOf('scopedName');
  readonly allocationIn = this.#questionOf('allocationIn');
  readonly callIn = this.#questionOf('callIn');
  readonly anonymousName = this.#questionOf('anonymousName');
  readonly className = this.#questionOf('className');
  readonly referenceIn = this.#questionOf('referenceIn');
  readonly assignmentIn = this.#questionOf('assignmentIn');

  close(): void {
    this.#stop('it is closed');
  }

  /** One that nothing is the answer to where the worker has none. */
  #questionOf<Q extends Exclude<Question, 'locate' | 'toSite'>>(question: Q): SourceAnswers[Q] {
    const ask = (...args: Parameters<SourceAnswers[Q]>) => this.#ask(question, args, () => undefined as never);
    return ask as SourceAnswers[Q];
  }

  #ask<Q extends Question>(
    question: Q,
    args: Parameters<SourceAnswers[Q]>,
    otherwise: () => Awaited<ReturnType<SourceAnswers[Q]>>,
  ): ReturnType<SourceAnswers[Q]> {
    const answer = new Promise<unknown>((resolve) => {
      if (this.#closed) {
        resolve(otherwise());
        return;
      }
      const id = this.#nextId++;
      const pending: Pending = { question, args, resolve, otherwise, timer: undefined };
      this.#pending.set(id, pending);
      this.#busySince ??= performance.now();
      this.#send(id, pending);
    });
    return answer as ReturnType<SourceAnswers[Q]>;
  }

  #send(id: number, pending: Pending): void {
    const leftMs = this.#limits.totalMs - this.#busyMs;
    if (leftMs <= 0) {
      this.#stop('reading sources has taken too long already');
      return;
    }
    clearTimeout(pending.timer);
    pending.timer = setTimeout(() => this.#lost('it took too long'), Math.min(leftMs, this.#limits.answerMs));
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#say({ type: 'ask', id, question: pending.question, args: pending.args });
  }

  #start(): Worker {
    this.#started += 1;
    const worker = new Worker(programFile('sourceWorker'), {
      workerData: { workspaceFolder: this.#options.workspaceFolder, baseUrl: this.#options.pageUrl },
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.workerHeapMb, maxYoungGenerationSizeMb: 32 },
      stdout: true,
      stderr: true,
    });
    worker.on('message', (message: FromWorker) => void this.#hear(worker, message));
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#lost(error.message);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#lost('its worker ended');
    });
    return worker;
  }

  async #hear(worker: Worker, message: FromWorker): Promise<void> {
    if (worker !== this.#worker) return;
    if (message.type === 'read') {
      const { url } = message;
      this.#read.add(url);
      const text = this.#refused.has(url) ? undefined : await this.#texts.read(url);
      const mapUrl = this.#options.mapUrlOf?.(url);
      if (worker === this.#worker) this.#say({ type: 'text', url, text, ...defined({ mapUrl }) });
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.type === 'failed') this.#log.debug(`No answer from the sources: ${message.message}`);
    pending.resolve(message.type === 'failed' ? pending.otherwise() : message.value);
    if (this.#pending.size === 0) this.#rest();
  }

  /** What was read for answers that came was harmless; a worker at rest does not keep the process alive. */
  #rest(): void {
    this.#read.clear();
    this.#busyMs += performance.now() - (this.#busySince ?? performance.now());
    this.#busySince = undefined;
    this.#worker?.unref();
  }

  /** Asks another worker what this one could not answer, without what it read for that. */
  #lost(why: string): void {
    this.#log.debug(`The source worker is ended: ${why}. Left out: ${[...this.#read].join(', ').slice(0, 1000)}`);
    for (const url of this.#read) this.#refused.add(url);
    this.#read.clear();
    this.#endWorker();
    const now = performance.now();
    this.#busyMs += now - (this.#busySince ?? now);
    this.#busySince = now;
    if (this.#started >= this.#limits.workers) this.#stop('too many workers were lost');
    for (const [id, pending] of this.#pending) this.#send(id, pending);
  }

  #stop(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pending.size > 0) this.#log.debug(`Sources are not looked at any further: ${why}`);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#endWorker();
    for (const { timer, resolve, otherwise } of this.#pending.values()) {
      clearTimeout(timer);
      resolve(otherwise());
    }
    this.#pending.clear();
  }

  #endWorker(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #say(message: ToWorker): void {
    this.#worker?.postMessage(message, []);
  }
}

function asItRan({ url, line, column, function: name }: GeneratedFrame): SourceFrame {
  return { file: url, line, column, function: name };
}
