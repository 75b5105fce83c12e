/**
 * Every number of the verdict, in one place. Each says where it comes from: a measurement, a constant of V8 or Chromium, or a
 * trade between missing a leak and a false alarm. `npm run thresholds` halves and doubles each, and fails for those that no
 * recorded page needs.
 */
export const thresholds = {
  // ── Counters: what is suspicious after the count ──

  /** Share of the steps between readings that must rise. Trade: views that alternate rise in every second step, less is chance. */
  risingShare: 0.4,
  /** Share of falls among rises of bytes, at most. Measured: 2 of 7 hide a leak of 12 bytes; a page at rest sways with 3 of 7. */
  fallingShare: 0.4,
  /** Rises of a counter that never fell which are suspicious however rare. Trade: two are a rate of every third iteration. */
  fewestRises: 2,
  /** Bytes a heap gains over a count at rest (measured with our V8 switches: 0 to 64 after the first step). */
  noiseBytes: 64,
  /** Steps from which on the first is left out: it shows what the first reading itself changed (measured: 264 bytes). */
  enoughSteps: 6,
  /** A table that doubles grows in few large steps; a page at rest shows none of this size (measured). */
  steppedBytes: 1024,
  /**
   * Bytes by which a heap both falls and rises in a count from which on it hides a leak. Measured on 65 pages on which nothing rose: 180 at
   * most on 64, 636 where a socket is at work; with an endless stream 1,412.
   */
  swayBytes: 700,
  /** The browser's own records of an iteration take less (measured: a click that shows a new text 240 to 256 bytes). */
  recordsBytes: 4096,
  /** Bytes that a page at rest gains in 150 iterations, at most (measured). */
  slowBytes: 512,
  /** How much the bytes of two runs of 150 iterations may differ. Measured: 1.1 to 1.4 in leaks, 2.9 to 16 while code warms up. */
  slowFactor: 2,
  /** Up to this heap, objects are tracked while the count goes on: a collection every 50 ms costs a few ms then (measured). */
  trackedHeapBytes: 32 * 1024 * 1024,

  // ── Growth that multiplies: the page would end before the follow-up does ──

  /** Each step at least this many times the one before. Trade: below it a page bears dozens of further iterations. */
  multiplyingFactor: 1.4,
  /** Last steps from which growth that multiplies can harm a page: in bytes with garbage, in bytes without, in things. */
  multiplyingRawBytes: 512 * 1024,
  multiplyingBytes: 64 * 1024,
  multiplyingThings: 500,
  /** Readings needed: of bytes, of things. */
  multiplyingByteReadings: 4,
  multiplyingThingReadings: 3,
  /** Steps after which no page gets a further iteration. */
  largestStepBytes: 16 * 1024 * 1024,
  largestStepThings: 20_000,
  /** Pages that two iterations leave open, each, from which on the count ends: each page costs the browser as much as a page under test. */
  floodOfPages: 10,
  /** Factor of survivors and sizes from one iteration to the next where the page is known to multiply. */
  survivorsFactor: 1.2,

  // ── Survivors: the rules ──

  /** Iterations of the last stretch, told apart from the rest. */
  lastStretch: 10,
  /** Later stretches keep up with this share of the first rate: a leak does not slow down. */
  keepsUp: 0.6,
  /** A last stretch with less than this share of the first rate has stopped. */
  stopped: 0.25,
  /** With less than this share of the late rate left, the first iterations were evicted even if a few stayed. */
  nearlyGone: 0.2,
  /** The first iterations, whose products are the first to be evicted. */
  firstIterations: 3,
  /** Share of the objects of a page that multiplies which must still be there: a few may be about to be released. */
  stillThere: 0.95,

  // ── Holders: sizes read from the live page ──

  /** Iterations during which holders that may have grown are read. */
  sizeIterations: 3,
  /** Size that a holder must have, as a share of the present rate times all iterations. */
  accumulated: 0.6,

  /** Bytes of a router's record of one session-history entry, at most (measured: SvelteKit 95; a view's state may be more). */
  historyRecordBytes: 2048,

  // ── The browser's own objects ──

  /** Fewer an iteration are not followed: one in two, so that views that alternate are seen. */
  nativeRate: 0.45,
  /** Share of their rate at which they must go on coming while they are watched. */
  nativeGoesOn: 0.6,

  // ── The end ──

  /**
   * Rise of a heap in the typical step of the count from which on it must be explained. Measured on 56 clean pages: the largest that goes
   * on, less what is known to be bounded, is 2,172 (a poll that sways); smaller ones are code that is compiled and what tracking leaves.
   */
  unexplainedBytes: 2560,
  /** A counter that goes on with this share of its rate has not come to a limit. */
  keepsRising: 0.6,
};

/** @internal */
export type ThresholdName = keyof typeof thresholds;
