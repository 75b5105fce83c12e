import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LeakEvent } from '../../leaks/index.ts';
import { errnoOf } from '../../support/index.ts';

/** A line longer than this is no event of ours (a result with 10,000 samples has about 3 MB). */
const MAX_LINE = 64 * 1024 * 1024;

/**
 * Reads the events a running check appends to its ndjson file. Reading is on demand, so that the owner decides the
 * beat and nothing polls by itself.
 */
export class EventTail {
  readonly file: string;
  #offset = 0;
  #rest = '';
  #reading: Promise<LeakEvent[]> = Promise.resolve([]);

  constructor(file: string) {
    this.file = file;
  }

  /** The events since the last call; none while the file is not there yet. Calls queue up behind each other. */
  read(): Promise<LeakEvent[]> {
    const readOn = () => this.#readOn();
    this.#reading = this.#reading.then(readOn, readOn);
    return this.#reading;
  }

  async #readOn(): Promise<LeakEvent[]> {
    const size = await this.#size();
    if (size < this.#offset) {
      // The file began anew: another run writes it.
      this.#offset = 0;
      this.#rest = '';
    }
    if (size <= this.#offset) return [];
    const events: LeakEvent[] = [];
    const stream = createReadStream(this.file, { encoding: 'utf8', start: this.#offset, end: size - 1 });
    for await (const chunk of stream) {
      const lines = (this.#rest + (chunk as string)).split('\n');
      this.#rest = lines.pop()!;
      if (this.#rest.length > MAX_LINE) this.#rest = '';
      for (const line of lines) {
        const event = parseEvent(line);
        if (event) events.push(event);
      }
    }
    this.#offset = size;
    return events;
  }

  async #size(): Promise<number> {
    try {
      return (await stat(this.file)).size;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return this.#offset;
      throw error;
    }
  }
}

function parseEvent(line: string): LeakEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isEvent = typeof value === 'object' && value !== null && typeof (value as LeakEvent).type === 'string';
    return isEvent ? (value as LeakEvent) : undefined;
  } catch {
    return undefined;
  }
}
