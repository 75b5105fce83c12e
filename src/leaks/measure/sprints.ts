import { availableParallelism, loadavg } from 'node:os';
import type { Clock } from '../../support/index.ts';
import type { Subject } from '../drive/subject.ts';
import { looksMultiplying } from '../judge/runaway.ts';
import type { SprintBy } from '../judge/steps.ts';

/** Beyond the usual follow-up, growth is followed for so long, in ms on a machine that is not busy, and so far, in bytes. */
const SPRINT_MS = 10_000;
/** Where more programs want to run than there are processors, all takes longer: so many times, at most. */
const MOST_BUSY = 4;
const SPRINT_BYTES = 150 * 1024 * 1024;
/** Iterations that tell how long the next take, which may be less: by a third, at most. */
const ENOUGH_TO_TELL = 10;
const SURELY_SLOWER = 0.67;
/** Iterations inside the page between two looks at its heap. */
const CLICKED_AT_ONCE = 25;

/** How a run of quick iterations ended, and how many of them were events inside the page. */
export interface Sprinted {
  readonly inPage: number;
  readonly endedBy: 'done' | 'time' | 'multiplying';
}

/** Runs of quick iterations, within a budget of time that they share. */
export class Sprints {
  readonly #subject: Subject;
  readonly #clock: Clock;
  readonly #followUntil: () => number;
  #spentMs = 0;

  /** @param parts.followUntil monotonic ms after which growth is followed no further */
  constructor(parts: { readonly subject: Subject; readonly clock: Clock; readonly followUntil: () => number }) {
    this.#subject = parts.subject;
    this.#clock = parts.clock;
    this.#followUntil = parts.followUntil;
  }

  /** Iterations up to a number in all. Yields how many were done, each time some were. */
  async *run(to: number, by: SprintBy): AsyncGenerator<number, Sprinted> {
    const subject = this.#subject;
    const began = this.#clock.monotonic();
    const deadline = Math.min(this.#followUntil(), began + SPRINT_MS * busyness() - this.#spentMs);
    const from = subject.begun;
    const bytes: number[] = [];
    const ms: number[] = [];
    let [inPage, size, least] = [0, 0, Number.POSITIVE_INFINITY];
    let endedBy: Sprinted['endedBy'] = 'done';
    while (subject.begun < to && endedBy === 'done') {
      const runBegan = this.#clock.monotonic();
      const most = Math.min(CLICKED_AT_ONCE, to - subject.begun);
      const how = { onlySynchronous: by === 'page', inFrames: by === 'page in frames or mouse' };
      const done = by === 'mouse' || by === 'rest' ? 0 : ((await subject.clickInPage?.(most, how)) ?? 0);
      if (by === 'page' && done === 0) {
        endedBy = 'time';
        break;
      }
      // Only runs of as many iterations tell growth that multiplies.
      if (done !== size) bytes.length = ms.length = 0;
      size = done;
      bytes.push(
        done > 0 ? await subject.heapBytes!() : await (by === 'rest' ? subject.iterateOn() : subject.sprint!()),
      );
      ms.push(this.#clock.monotonic() - runBegan);
      least = Math.min(least, bytes.at(-1)!);
      inPage += done;
      yield Math.max(1, done);
      if (looksMultiplying(bytes, ms)) endedBy = 'multiplying';
      else if (
        bytes.at(-1)! - least > SPRINT_BYTES ||
        this.#isTooSlow(began, subject.begun - from, to - from, deadline)
      )
        endedBy = 'time';
    }
    this.#spentMs += this.#clock.monotonic() - began;
    return { inPage, endedBy };
  }

  /** What would not be told before the deadline is not gone on with. */
  #isTooSlow(began: number, done: number, of: number, deadline: number): boolean {
    const now = this.#clock.monotonic();
    const needed = ((now - began) / done) * (of - done);
    return now >= deadline || (done >= ENOUGH_TO_TELL && now + needed * SURELY_SLOWER > deadline);
  }
}

/** Programs that want to run for each processor, from 1; 1 on Windows, which does not count them. */
export function busyness(): number {
  return Math.min(MOST_BUSY, Math.max(1, loadavg()[0]! / availableParallelism()));
}
