import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CheckResult } from '../../leaks/index.ts';
import { type Log, describeError, errnoOf, replaceFile } from '../../support/index.ts';
import type { KeptResult } from './findings.ts';

const FILE = 'problems.json';
const SCHEMA = 1;
/** Changes that come together (a run of all scenarios) are written once, in ms. */
const WRITE_AFTER_MS = 500;

interface KeptFindingsOptions {
  /** The workspace's own storage. */
  readonly storage: string;
  readonly log: Log;
  /** What is shown now. */
  readonly results: () => readonly KeptResult[];
}

/**
 * What Problems show, kept over a reload of the window until a check says otherwise. A small file, read once after
 * activation: the history's database would have to be loaded for it.
 */
export class KeptFindings {
  readonly #options: KeptFindingsOptions;
  readonly #file: string;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: KeptFindingsOptions) {
    this.#options = options;
    this.#file = join(options.storage, FILE);
  }

  /** The findings shown last, without those of scenario files that no longer exist. Empty where the file cannot be read. */
  async read(): Promise<readonly KeptResult[]> {
    try {
      const { schema, results } = JSON.parse(await readFile(this.#file, 'utf8')) as Record<string, unknown>;
      if (schema !== SCHEMA || !Array.isArray(results)) return [];
      return (results as KeptResult[]).filter(
        ({ result, folder }) => result.file === undefined || existsSync(resolve(folder, result.file)),
      );
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT')
        this.#options.log.warn(`Earlier Problems cannot be read: ${describeError(error)}`);
      return [];
    }
  }

  /** Problems changed. */
  note(): void {
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_AFTER_MS);
  }

  /** Writes what was noted. */
  async flush(): Promise<void> {
    if (this.#timer === undefined) return await this.#writing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const results = this.#options.results().map(({ result, folder }) => ({ result: withoutSamples(result), folder }));
    this.#writing = this.#writing.then(async () => {
      try {
        await replaceFile(this.#file, JSON.stringify({ schema: SCHEMA, results }));
      } catch (error) {
        this.#options.log.warn(`Problems cannot be kept: ${describeError(error)}`);
      }
    });
    await this.#writing;
  }
}

/** A report with all of it is in the history. */
function withoutSamples(result: CheckResult): CheckResult {
  return { ...result, samples: [], bounded: [], growth: {} };
}
