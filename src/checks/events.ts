import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { LeakEvent } from '../leaks/index.ts';
import { errnoOf, jsonText } from '../support/index.ts';

/**
 * How a check that runs as a process of its own says what happens: its events, one JSON text a line, in the file that
 * this variable names. A file, since a task's process runs in a terminal that has no other channel; what was written
 * before a crash is still there after it.
 */
export const EVENTS_ENV = 'LEAKWRIGHT_EVENTS';

/** A longer line is no event of ours: a result with 10,000 samples has about 3 MB. */
const MAX_LINE = 64 * 1024 * 1024;
/** Time between two readings of a running check's events in ms: often enough to look live. */
const READ_EVERY_MS = 200;

/** One event as a line, with its line break. */
export function encodeEvent(event: LeakEvent): string {
  return `${jsonText(event)}\n`;
}

/** Makes events of text that arrives in parts. Lines that are no event are left out. */
export class EventDecoder {
  #rest = '';

  push(text: string): LeakEvent[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > MAX_LINE) this.#rest = '';
    return lines.flatMap((line) => parseEvent(line) ?? []);
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

/** Reads the events that a running check appends to its file, each once. Reads only when `read` is called. */
export class EventTail {
  readonly file: string;
  #offset = 0;
  #decoder = new EventDecoder();
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
      this.#decoder = new EventDecoder();
    }
    if (size <= this.#offset) return [];
    const events: LeakEvent[] = [];
    const stream = createReadStream(this.file, { encoding: 'utf8', start: this.#offset, end: size - 1 });
    for await (const chunk of stream) events.push(...this.#decoder.push(chunk as string));
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

/** A check's events while it runs. */
export interface EventFollower {
  /** Hands on the last events and removes the file. @throws the system's reason why it could not be read */
  end(): Promise<void>;
}

/** Passes on the events that are appended to a file, until it is stopped. Events of an earlier run are skipped. */
export function followEvents(file: string, onEvent: (event: LeakEvent) => void): EventFollower {
  const tail = new EventTail(file);
  const read = async () => {
    for (const event of await tail.read()) onEvent(event);
  };
  // A failed read is reported by the last one, which reads from the same place.
  const timer = setInterval(() => void read().catch(() => {}), READ_EVERY_MS);
  return {
    async end() {
      clearInterval(timer);
      try {
        await read();
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}
