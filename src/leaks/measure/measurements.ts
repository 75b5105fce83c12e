import { kindOf } from '../platform/index.ts';
import type { Clock } from '../../support/index.ts';
import type { Subject } from '../drive/subject.ts';
import type { WorkerTarget } from '../drive/workerTargets.ts';
import {
  type ComparedSeen,
  EVIDENCE_VERSION,
  type Evidence,
  type EvidenceSettings,
  type HeapNumber,
  type Observation,
  type SnapshotSeen,
} from '../evidence.ts';
import { DomWatch, type Insertion } from '../explain/exactLine/domWatch.ts';
import { LeftNodes } from '../explain/exactLine/leftNodes.ts';
import { isOnElement } from '../judge/fold/foldTargets.ts';
import { followUp } from '../judge/followUp.ts';
import { leaksOfCompared } from '../judge/decideCompared.ts';
import { isInDocument, judgeHeap } from '../judge/judgeHeap.ts';
import { WORKER_GREW } from '../judge/plan.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import { looksMultiplying } from '../judge/runaway.ts';
import type { Step } from '../judge/steps.ts';
import { suspicionsIn } from '../judge/slowGrowth.ts';
import { heapView } from '../judge/view.ts';
import type { LeakEvent } from '../model.ts';
import type { Counters } from './counters.ts';
import { withStacks } from './compareSnapshots.ts';
import { HeapStudy } from './heapStudy.ts';
import { trackingLost } from './objectNumbers.ts';
import { HistoryKeys } from './probes/historyKeys.ts';
import { Holders } from './holders.ts';
import { NOTHING_SEEN, type SeenPlaces } from './seenPlaces.ts';
import { Sprints } from './sprints.ts';
import { defined } from '../../support/index.ts';

export interface MeasuringOptions {
  readonly subject: Subject;
  readonly browser: string;
  readonly settings: EvidenceSettings;
  readonly clock: Clock;
  /** Monotonic ms after which growth is followed no further. */
  readonly followUntil: () => number;
  /** Compares snapshots by what keeps their objects; absent where that cannot be done. */
  readonly compare?: () => AsyncGenerator<LeakEvent, ComparedSeen>;
  /** What the browser's processes hold, for people to see beside the counters; it decides nothing. */
  readonly treeBytes: () => Promise<number | undefined>;
}

type Of<D extends Step['do']> = Extract<Step, { do: D }>;

/** Does the steps of a plan on a page, and keeps what it saw as evidence. */
export class Measurements {
  readonly #options: MeasuringOptions;
  readonly #startedAt: number;
  readonly #observations: Observation[] = [];
  readonly #studies = new Map<HeapNumber, HeapStudy>();
  readonly #places = new Map<HeapNumber, SeenPlaces>();
  /** As they were when the count ended; heap 1 is the first. */
  #workers: readonly WorkerTarget[] = [];
  /** Follow-up iterations done, for progress. */
  #followed = 0;
  readonly #sprints: Sprints;
  #lost: HeapNumber | undefined;

  constructor(options: MeasuringOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
    this.#sprints = new Sprints(options);
  }

  /** The worker whose objects were numbered anew, if one's were. */
  get lostWorker(): HeapNumber | undefined {
    return this.#lost === 0 ? undefined : this.#lost;
  }

  get evidence(): Evidence {
    const { browser, settings } = this.#options;
    return { version: EVIDENCE_VERSION, browser, settings, observations: this.#observations };
  }

  placesOf(heap: HeapNumber): SeenPlaces {
    return this.#places.get(heap) ?? NOTHING_SEEN;
  }

  studyOf(heap: HeapNumber): HeapStudy {
    let study = this.#studies.get(heap);
    if (!study) {
      const { subject } = this.#options;
      study = new HeapStudy(subject, heap === 0 ? undefined : this.#workers[heap - 1]!.cdp);
      this.#studies.set(heap, study);
    }
    return study;
  }

  /** Ends what was begun, for measurements that begin anew. */
  async abandon(): Promise<void> {
    await Promise.all([...this.#studies.values()].map(async (study) => await study.abandon()));
    await this.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#studies.values()].map(async (study) => await study.close()));
  }

  note(seen: WithoutBegun<Observation>): void {
    this.#observations.push({ ...seen, begun: this.#options.subject.begun });
  }

  /** How the iterations went, once nothing more is to be measured. */
  noteDriven(): void {
    const { subject, settings } = this.#options;
    const facts = subject.facts.filter(({ iteration }) => iteration > settings.warmup);
    this.note({
      saw: 'driven',
      iterations: facts.length,
      overlapped: facts.filter(({ overlapped }) => overlapped).length,
      skippedMs: Math.round(subject.skippedMs ?? 0),
      waitedFor: [...new Set(facts.flatMap(({ waitedFor }) => waitedFor))],
      tail: facts.at(-1)?.tail ?? [],
      unreached: subject.unreached ?? [],
    });
  }

  /** The counters before the last iteration of the warm-up. What a first reading changes is warm-up, too. */
  async warmedUp(): Promise<void> {
    this.note({ saw: 'counters', when: 'warmup', atMs: this.#atMs(), counters: await this.#options.subject.read() });
  }

  /** @throws LeakwrightError `leaks.trackingLost` when objects cannot be told apart any longer; then the step has seen nothing */
  async *take(step: Step): AsyncGenerator<LeakEvent> {
    const seenBefore = this.#observations.length;
    let failure: unknown;
    try {
      yield* this.#take(step);
    } catch (error) {
      failure = error;
    }
    this.#lost = this.#options.subject.guard.ended ? undefined : await this.#numbersLost();
    if (this.#lost !== undefined) {
      this.#observations.length = seenBefore;
      throw trackingLost(this.#lost, (this.#options.subject.closedWindows ?? 0) > 0);
    }
    if (failure !== undefined) throw failure as Error;
  }

  /** @returns the heap whose objects have other numbers than before */
  async #numbersLost(): Promise<HeapNumber | undefined> {
    for (const [heap, study] of this.#studies) {
      // A worker may have ended.
      const holds = await study.holds().catch(() => true);
      if (!holds) return heap;
    }
    return undefined;
  }

  async *#take(step: Step): AsyncGenerator<LeakEvent> {
    switch (step.do) {
      case 'count':
        return yield* this.#count(step);
      case 'track':
        await this.studyOf(step.heap).track(false);
        return this.note({ saw: 'tracking', heap: step.heap });
      case 'workers':
        this.#workers = this.#options.subject.workers.live;
        return this.note({ saw: 'workers', heaps: this.#workers.map(({ heapBytes }) => [...heapBytes]) });
      case 'snapshot':
        return yield* this.#snapshot(step);
      case 'sizes':
        return await this.#sizes(step);
      case 'follow':
        return yield* this.#follow(step);
      case 'sprint':
        return yield* this.#sprint(step);
      case 'age':
        return await this.#age(step);
      case 'confirm':
        return await this.#confirm(step);
      case 'watch':
        return await this.#watch(step);
      case 'compare':
        return await this.#compared(yield* this.#options.compare!());
      case 'cover':
        return await this.#cover();
      case 'end':
        return this.note({
          saw: 'counters',
          when: 'end',
          atMs: this.#atMs(),
          counters: await this.#options.subject.read(),
        });
      case 'decide':
    }
  }

  #atMs(): number {
    return Math.round(this.#options.clock.monotonic() - this.#startedAt);
  }

  async *#count({ iteration, of }: Of<'count'>): AsyncGenerator<LeakEvent> {
    const { subject, treeBytes } = this.#options;
    const study = this.#studies.get(0);
    let memory: Promise<number | undefined> | undefined;
    let silent = false;
    if (iteration > 0) {
      ({ silent } = await subject.iterate(iteration === of ? 'settle' : 'pause', () => {
        study?.workEnded();
        // Read while the page is waited for anyway.
        memory = treeBytes();
      }));
    }
    const [counters, bytes] = await Promise.all([subject.read(), memory ?? treeBytes()]);
    const seen: Counters = { ...counters, ...defined({ treeBytes: bytes }) };
    const atMs = this.#atMs();
    const effects = await this.#effects();
    this.note({ saw: 'counters', when: 'count', atMs, counters: seen, ...effects, ...(silent ? { silent } : {}) });
    if (iteration === 0) return;
    await study?.cut();
    yield { type: 'iteration', phase: 'count', iteration, of, sample: { iteration, atMs, ...seen } };
  }

  async #cover(): Promise<void> {
    const { subject } = this.#options;
    const iterations = subject.facts.length;
    const silent = subject.facts.filter((facts) => facts.silent).length;
    const { functions, leftEarly, silent: silentAgain } = await subject.iterateCovered!();
    this.note({ saw: 'covered', iterations, silent, silentAgain, functions, leftEarly });
  }

  async *#snapshot(step: Of<'snapshot'>): AsyncGenerator<LeakEvent> {
    const { subject } = this.#options;
    const { heap, iterations, phase } = step;
    const study = this.studyOf(heap);
    if (phase === 'escalate') {
      await subject.settle();
      await study.track(step.stacks);
      for (let last = 1; last <= iterations; last += 1) {
        await subject.iterate('frame');
        this.#followed += 1;
        yield { type: 'iteration', phase, iteration: this.#followed, of: this.#followed + iterations - last };
      }
      await subject.settle();
    } else if (step.inRunsOf !== undefined) {
      await study.trackAnew();
      for (const last = subject.begun + iterations; subject.begun < last; await study.cut()) {
        const to = Math.min(last, subject.begun + step.inRunsOf);
        yield* this.#sprint({ do: 'sprint', to, of: last, by: 'page in frames or mouse' }, 'untold');
        study.workEnded();
      }
      await subject.settle();
    } else if (iterations > 0) {
      if (!study.isTracking) await study.track(step.stacks);
      for (let iteration = 1; iteration <= iterations; iteration += 1) {
        await subject.iterate(iteration === iterations ? 'settle' : 'pause', study.workEnded);
        await study.cut();
        yield { type: 'iteration', phase, iteration, of: iterations };
      }
    }
    const { studied } = await study.takeSnapshot(step.quick);
    if (step.meanwhileTo !== undefined) await this.#goOnUntil(studied, step.meanwhileTo);
    const seen = await studied;
    const ageless = seen.analysis.groups.filter((group) => group.ageless > 0).map(({ className }) => className);
    const interfaces = ageless.length === 0 ? [] : [...(await subject.exposedInterfaces(ageless))];
    const snapshot: SnapshotSeen = { saw: 'snapshot', heap, ...seen, interfaces };
    this.note(snapshot);
  }

  /** While a snapshot is read, the page does iterations that will be needed should it show anything. */
  async #goOnUntil(studied: Promise<unknown>, to: number): Promise<void> {
    const { subject, clock } = this.#options;
    const state = { over: false };
    const end = (): void => {
      state.over = true;
    };
    studied.then(end, end);
    const bytes: number[] = [];
    const ms: number[] = [];
    while (!state.over && subject.begun < to) {
      const began = clock.monotonic();
      bytes.push(await subject.iterateOn());
      ms.push(clock.monotonic() - began);
      if (looksMultiplying(bytes, ms)) return;
    }
  }

  async #sizes({ heap, iterations, growth }: Of<'sizes'>): Promise<void> {
    const holders = new Holders(this.studyOf(heap).cdp, growth);
    await holders.readSizes();
    for (let iteration = 0; iteration < iterations; iteration += 1) {
      await this.#options.subject.iterate('settle');
      await holders.readSizes();
    }
    await holders.finish();
    this.note({ saw: 'sizes', heap, holders: holders.sizes });
  }

  async *#follow({ heap, to, of }: Of<'follow'>): AsyncGenerator<LeakEvent> {
    const { subject, clock, followUntil } = this.#options;
    const deadline = followUntil();
    const bytes: number[] = [];
    const ms: number[] = [];
    let endedBy: 'done' | 'time' | 'multiplying' = 'done';
    const total = of - subject.begun + this.#followed;
    while (subject.begun < to && endedBy === 'done') {
      const began = clock.monotonic();
      bytes.push(await subject.iterateOn());
      ms.push(clock.monotonic() - began);
      this.#followed += 1;
      yield { type: 'iteration', phase: 'escalate', iteration: this.#followed, of: total };
      if (looksMultiplying(bytes, ms)) endedBy = 'multiplying';
      else if (clock.monotonic() >= deadline && subject.begun < to) endedBy = 'time';
    }
    this.note({ saw: 'followed', heap, bytes, ms: ms.map(Math.round), endedBy });
  }

  async *#sprint({ to, of, by }: Of<'sprint'>, note: 'told' | 'untold' = 'told'): AsyncGenerator<LeakEvent> {
    const total = of - this.#options.subject.begun + this.#followed;
    const run = this.#sprints.run(to, by);
    let next = await run.next();
    for (; next.done !== true; next = await run.next()) {
      this.#followed += next.value;
      yield { type: 'iteration', phase: 'escalate', iteration: this.#followed, of: total };
    }
    const counters = note === 'told' && (await this.#options.subject.read());
    if (counters) this.note({ saw: 'sprinted', counters, ...(await this.#effects()), ...next.value });
  }

  /** What iterations did to the page so far, as far as it is counted. */
  async #effects(): Promise<{ readonly mutations: number; readonly errors: number }> {
    const { subject } = this.#options;
    return { mutations: (await subject.mutations?.()) ?? 0, errors: subject.errors.times ?? 0 };
  }

  async #age({ ms }: Of<'age'>): Promise<void> {
    const { subject } = this.#options;
    const before = await subject.read();
    const passed = await subject.age!(ms);
    // Caches that drop old entries only when a new one comes do it in this iteration.
    await subject.iterate('settle');
    this.note({ saw: 'aged', ms: passed, counters: [before, await subject.read()] });
  }

  async #confirm({ heap, iterations }: Of<'confirm'>): Promise<void> {
    const { subject } = this.#options;
    const bytes = [await subject.heldBytes()];
    for (let iteration = 0; iteration < iterations; iteration += 1) {
      await subject.iterate('frame');
      this.#followed += 1;
      bytes.push(await subject.heldBytes());
    }
    this.note({ saw: 'confirmed', heap, bytes });
  }

  /** Runs one more iteration to see which code puts things into the holders of leaks. For checks whose time ended before that was seen. */
  async seeKeeping(heap: HeapNumber, leaks: readonly LeakCandidate[]): Promise<void> {
    if (this.#places.has(heap)) return;
    const holders = new Holders(
      this.studyOf(heap).cdp,
      leaks.flatMap(({ growth }) => growth ?? []),
    );
    await holders.watch(leaks);
    await this.#options.subject.iterateOn();
    this.#places.set(heap, { ...NOTHING_SEEN, kept: await holders.finish() });
  }

  /** Where something leaks, one more iteration is run to see which functions copy it. If that fails, only the lines are missing. */
  async #compared(seen: ComparedSeen): Promise<void> {
    const leaks = leaksOfCompared(seen).length > 0;
    this.note(leaks ? await withStacks(seen, this.studyOf(0), this.#options.subject).catch(() => seen) : seen);
  }

  async #watch({ heap, iterations, again }: Of<'watch'>): Promise<void> {
    const { subject } = this.#options;
    const study = this.studyOf(heap);
    const view = heapView(this.evidence, heap);
    const suspicions = heap === 0 ? suspicionsIn(this.evidence) : WORKER_GREW;
    const follow = followUp(this.evidence, view);
    const { leaks, growth, natives } = judgeHeap(view, follow, suspicions);
    const before = await subject.heldBytes();
    const countersBefore = heap === 0 ? await subject.read() : undefined;
    const holders = new Holders(study.cdp, growth);
    await holders.watch(leaks);
    const isNode = ({ className }: { className: string }): boolean =>
      ['dom-node', 'frame'].includes(kindOf(className, undefined));
    const isDomWatched = natives.some(isNode) || leaks.some((leak) => isInDocument(leak) || isOnElement(leak));
    const dom = isDomWatched ? new DomWatch(study.cdp) : undefined;
    const nodes = isDomWatched ? new LeftNodes(study.cdp) : undefined;
    let insertions: readonly Insertion[] = [];
    const keys = new HistoryKeys(
      study.cdp,
      leaks.flatMap(({ group }) => (group && group.via === undefined ? [group.holder] : [])),
    );
    await keys.begin();
    await holders.readSizes();
    await nodes?.start();
    for (let iteration = 0; iteration < iterations; iteration += 1) {
      if (iteration === 0) await dom?.start();
      await subject.iterate('settle');
      if (iteration === 0) insertions = (await dom?.stop()) ?? [];
      await holders.readSizes();
      await keys.read();
    }
    const subtrees = (await nodes?.stop(iterations)) ?? [];
    const left = subtrees.map(({ root, parent, count }) => ({ name: root, parent, count }));
    const { latest } = follow;
    this.#places.set(heap, { kept: await holders.finish(), insertions, subtrees, iterations, latest });
    const history = await keys.finish();
    const after = await subject.heldBytes();
    const countersAfter = countersBefore && (await subject.read());
    const third = again ? await study.snapshot() : undefined;
    this.note({
      saw: 'watched',
      heap,
      iterations,
      holders: holders.sizes,
      heldBytes: [before, after],
      ...(countersBefore && countersAfter ? { counters: [countersBefore, countersAfter] } : {}),
      ...(third ? { again: third.analysis } : {}),
      ...(left.length > 0 ? { left } : {}),
      ...(history.holders.length > 0 ? { history } : {}),
    });
  }
}

/** An observation as its maker knows it: when it was made is added. */
type WithoutBegun<T> = T extends unknown ? Omit<T, 'begun'> : never;
