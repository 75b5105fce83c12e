import assert from 'node:assert/strict';
import { LeakwrightError } from '../../src/support/index.ts';

/** A seed that fails is kept here, so that it is tried for ever. */
const SEEDS: readonly number[] = [1, 20261129];
export const CASES = 1500;
/** Longer for one case is a hang, also on a busy machine. */
const CASE_MS = 2000;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e300,
  2 ** 31,
  Number.MAX_SAFE_INTEGER,
  '',
  'x',
  '__proto__',
  '\u0000\ud800\u001b[31m',
  'a'.repeat(3000),
  [],
  {},
  [null],
  { toString: null },
  [[[[]]]],
];
const PIECES = [
  '\u0000',
  '\n',
  ' ',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '-',
  '0',
  '9'.repeat(40),
  ')',
  '(',
  '\ud800',
  '=',
  '::',
  '/',
  '%zz',
  'é',
];

export class Chaos {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = random(seed);
  }
  upTo(limit: number): number {
    return Math.floor(this.#next() * limit);
  }
  of<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)]!;
  }

  /** Text with parts of it taken away, doubled, moved or replaced. */
  text(text: string): string {
    let changed = text;
    for (let change = this.upTo(4); change >= 0; change -= 1) {
      const at = this.upTo(changed.length + 1);
      const end = at + this.upTo(Math.min(40, changed.length - at + 1));
      switch (this.upTo(5)) {
        case 0: {
          changed = changed.slice(0, at);
          break;
        }
        case 1: {
          changed = changed.slice(0, at) + changed.slice(end);
          break;
        }
        case 2: {
          changed = changed.slice(0, at) + this.of(PIECES) + changed.slice(at);
          break;
        }
        case 3: {
          changed = changed.slice(0, end) + changed.slice(at);
          break;
        }
        default: {
          changed = changed.slice(0, at) + this.of(PIECES) + changed.slice(end);
        }
      }
    }
    return changed;
  }

  /** The value with parts of it, however deep, taken away or replaced by something else. */
  value(value: unknown, share = 0.04): unknown {
    if (this.#next() < share) return this.of(VALUES);
    if (Array.isArray(value)) {
      const parts = value.map((part: unknown) => this.value(part, share));
      return this.#next() < share ? [...parts, ...parts] : parts;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(() => this.#next() > share / 2);
    return Object.fromEntries(entries.map(([name, part]) => [name, this.value(part, share)]));
  }

  /** JSON, broken in what it says or in how it is written. */
  json(value: unknown): string {
    const text = JSON.stringify(this.value(value)) ?? '';
    return this.#next() < 0.3 ? this.text(text) : text;
  }
}

/** Errors that people can read are an answer; any other is a parser that did not expect what it got. */
export function isAnswer(error: unknown): boolean {
  return (
    error instanceof LeakwrightError &&
    error.message.length > 10 &&
    !/undefined|\[object|not a function/.test(error.message)
  );
}

export function fuzz(
  what: string,
  parse: (chaos: Chaos) => unknown,
  cases = CASES,
  allowed: (error: unknown) => boolean = isAnswer,
): void {
  it(`${what}: no exception without words, no hang`, async () => {
    for (const seed of SEEDS) {
      for (let number = 0; number < cases; number += 1) {
        const chaos = new Chaos(seed * 1_000_003 + number);
        const begun = performance.now();
        try {
          await parse(chaos);
        } catch (error) {
          assert.ok(allowed(error), `seed ${seed}, case ${number}: ${(error as Error).stack}`);
        }
        assert.ok(performance.now() - begun < CASE_MS, `seed ${seed}, case ${number} took too long`);
      }
    }
  });
}
