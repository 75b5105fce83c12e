import { pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../../scenarios/index.ts';
import { defined, LeakwrightError, describeError, formatDuration } from '../../support/index.ts';
import { GuardedCdp } from '../drive/cdp.ts';
import { BETTER_REASON_MS, CheckGuard } from '../drive/checkGuard.ts';
import type { IterationFacts, WorkKind } from '../drive/iterationFacts.ts';
import type { Subject } from '../drive/subject.ts';
import type { GeneratedFrame } from '../explain/sources/index.ts';
import type { Counters } from '../measure/counters.ts';
import type { InspectorSession } from './inspectorSession.ts';
import { poolBuffers, separateBuffers } from './programBuffers.ts';
import { type ProgramCode, ProgramCodeRunner } from './programCode.ts';
import type { RunningProgram } from './nodeTarget.ts';
import { framesThatOpen } from './openedFiles.ts';
import { ProgramTimers } from './programTimers.ts';
import { type ProgramState, type TimersDue, readOpenFiles, readState } from './readProgram.ts';

/** One-shot timers that are due later than this are not waited for. */
const TAIL_LIMIT_MS = 5000;
/**
 * How long a timer that is due later is watched, in ms: a limit of an operation (ws gives a connection 30 s to close) is cleared when
 * that ends.
 */
const GRACE_MS = 300;
/** After so many iterations in a row whose timers stayed, they are not watched any more. */
const MAX_GRACES = 3;
/** Timers that are due within so much real time are waited for once, after all iterations, where growth may be theirs. ms. */
const LONGEST_AGING_MS = 65_000;
/**
 * Steps by which the time of a program is moved on that the check has started, in ms: an hour. Sweeps run once in each, and entries
 * that live for 5, 15 or 30 minutes are old in the next. Longer than the usual limits of caches, shorter than a job that runs once a day.
 */
const TIME_STEPS_MS = [1, 5, 5, 5, 15, 30].map((minutes) => minutes * 60_000);
const MOVED_MS = TIME_STEPS_MS.reduce((sum, ms) => sum + ms);
/** A timer fires a little after it is due. */
const TIMER_SLACK_MS = 5;
/** Timers of one duration from which on they are the iterations', and not those of the program. */
const MANY_TIMERS = 10;
/** Looks at what is open, until two are alike: sockets close, files are read. */
const LOOK_MS = 15;
const REST_LIMIT_MS = 2000;
/** Facts of this many iterations are kept. */
const MAX_FACTS = 500;

/** What a step of a scenario gets in place of a page. */
export interface NodePage {
  /** The address of the program, where it is a server. */
  url(): string;
  /** Runs an expression, or a function with a JSON argument, in the program. @returns its result, as JSON */
  readonly evaluate: (code: ProgramCode, argument?: unknown) => Promise<unknown>;
  /** The same for an expression whose result is of no use. */
  readonly run: (expression: string) => Promise<void>;
}

interface NodeOptions {
  readonly stepMs: number;
  readonly program: string;
  /** Whether it was started for the check. The time of others is theirs. */
  readonly hasStarted: boolean;
  /** What a person should know of how it was reached. */
  readonly notices: readonly string[];
  /** Why it ended, as far as is known within some ms. */
  readonly failure: RunningProgram['failure'];
  readonly signal: AbortSignal | undefined;
}

/** A program on Node under check: runs iterations on it and reads it through its inspector. */
export class NodeUnderTest implements Subject {
  readonly cdp: GuardedCdp;
  readonly guard: CheckGuard;
  readonly workers = { live: [] };
  readonly hooked = false;
  readonly notices: readonly string[];
  readonly errors = { warnings: () => [...this.#warnings] };
  readonly #session: InspectorSession;
  readonly #scenario: Scenario;
  readonly #stepMs: number;
  readonly #program: string;
  readonly #warnings = new Set<string>();
  readonly #page: NodePage;
  #begun = 0;
  #released = false;
  readonly #facts: IterationFacts[] = [];
  readonly periodic = [];
  readonly #hasStarted: boolean;
  #timers!: ProgramTimers;
  /** Node's clock of timers when all timers that iterations had set were over, or were not waited for any longer. */
  #timersSeen = 0;
  /** One-shot timers at rest, which are due later than an iteration is waited for. */
  #lateTimers = 0;
  /** Iterations in a row after which a late timer stayed. */
  #graces = 0;
  /** What was open when it was at rest last. */
  #atRest = '';
  settledLate = 0;

  private constructor(session: InspectorSession, scenario: Scenario, options: NodeOptions) {
    this.#session = session;
    this.#scenario = scenario;
    this.#stepMs = options.stepMs;
    this.#program = options.program;
    this.#hasStarted = options.hasStarted;
    this.notices = options.notices;
    this.guard = new CheckGuard(options.signal);
    session.onClosed(() => {
      if (!this.#released) void this.#endWith(options.failure);
    });
    // A program that ends waits for its inspector to go, without end.
    session.once('NodeRuntime.waitingForDisconnect', () => session.close());
    const hung = (): Error =>
      new LeakwrightError('leaks.pageHung', 'The program does not answer any more.', {
        hint: 'A script runs without end: pause it in the debugger to see where.',
      });
    this.cdp = new GuardedCdp(session.asCdp, this.guard, hung);
    // Without the limit of a call: a step has its own.
    const code = new ProgramCodeRunner(session.asCdp);
    this.#page = {
      url: () => scenario.url,
      evaluate: async (...call) => await code.run(...call),
      run: async (expression) => await code.runStep(expression),
    };
  }

  async #endWith(failure: RunningProgram['failure']): Promise<void> {
    const known = await failure(BETTER_REASON_MS).catch(() => undefined);
    this.guard.end(
      new LeakwrightError('leaks.browserDied', known?.message ?? 'The program ended.', {
        hint: 'It ended while the check ran: what it printed last may say why. It may have run out of memory.',
      }),
    );
  }

  static async open(session: InspectorSession, scenario: Scenario, options: NodeOptions): Promise<NodeUnderTest> {
    const subject = new NodeUnderTest(session, scenario, options);
    await Promise.all([
      subject.cdp.send('Runtime.enable'),
      subject.cdp.send('HeapProfiler.enable'),
      // Only Node has it: not in Playwright's types, and not in each Electron.
      session.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }).catch(() => undefined),
    ]);
    subject.#timers = await ProgramTimers.find(subject.cdp);
    // What the program set before is not an iteration's.
    await subject.#noteTimers();
    await subject.#call(separateBuffers);
    if (scenario.setup) await subject.#run('setup', scenario.setup);
    await subject.settle();
    return subject;
  }

  get facts(): readonly IterationFacts[] {
    return this.#facts;
  }

  get begun(): number {
    return this.#begun;
  }

  url(): string {
    return this.#scenario.url;
  }

  async iterate(_wait: 'settle' | 'pause' | 'frame', onWorkEnded?: () => void): Promise<IterationFacts> {
    this.#begun += 1;
    await this.#run('iteration', this.#scenario.iteration);
    onWorkEnded?.();
    const began = performance.now();
    const { waitedFor, tail } = await this.#rest();
    const waitedMs = Math.round(performance.now() - began);
    // Only timers that are due later are left: until then no work of the iteration is running.
    const facts = { iteration: this.#begun, waitedMs, skippedMs: 0, waitedFor, tail, overlapped: false, silent: false };
    this.#facts.push(facts);
    if (this.#facts.length > MAX_FACTS) this.#facts.shift();
    return facts;
  }

  async iterateOn(): Promise<number> {
    await this.iterate('frame');
    return await this.#heapBytes();
  }

  /** One iteration of many: where the one before left nothing to wait for, this one is not waited for either. */
  async sprint(): Promise<number> {
    const last = this.#facts.at(-1);
    if (!last || last.waitedFor.length > 0 || last.tail.length > 0) return await this.iterateOn();
    this.#begun += 1;
    await this.#run('iteration', this.#scenario.iteration);
    return await this.#heapBytes();
  }

  /**
   * Lets time pass: a cache whose entries live for minutes, a late clean-up. The time of a program that the check has started is moved
   * on. In another, timers are waited for, where there are some and none is due later than in about a minute.
   */
  async age(ms: number): Promise<number> {
    if (this.#hasStarted && this.#timers.areKnown) {
      await this.#timers.move(TIME_STEPS_MS, async () => await this.#quiet());
      this.#warnOfLate(await this.#noteTimers());
      return MOVED_MS;
    }
    const { most } = await this.#timers.read(this.#timersSeen);
    const tails = this.#facts.flatMap(({ tail }) => tail.map(({ dueInMs = 0 }) => dueInMs));
    const due = Math.max(0, ...tails, most.count < MANY_TIMERS ? 0 : most.dueMs);
    if (due === 0 || due > Math.min(ms, LONGEST_AGING_MS)) {
      this.#warnOfLate(most);
      return 0;
    }
    // A check that ends meanwhile ends with its next call.
    await pause(due + GRACE_MS, undefined, { signal: this.guard.signal }).catch(() => undefined);
    return due;
  }

  /** What timers remove later than time was moved on, or than they were waited for, is called a leak. */
  #warnOfLate({ count, dueMs }: TimersDue['most']): void {
    if (count < MANY_TIMERS) return;
    this.#warnings.add(
      `${count} timers are due in ${formatDuration(dueMs)} only: what they remove then is called a leak. Give them a shorter time for the check, an hour at most.`,
    );
  }

  async settle(): Promise<void> {
    await this.#rest();
  }

  /** Waits until nothing is due any more that an iteration started: one-shot timers, sockets that close, files. */
  async #rest(): Promise<Pick<IterationFacts, 'waitedFor' | 'tail'>> {
    const until = performance.now() + TAIL_LIMIT_MS;
    const waitedFor: WorkKind[] = [];
    for (;;) {
      const due = (await this.#quiet()) ? await this.#dueIn(until) : -1;
      if (due < 0) return { waitedFor, tail: [] };
      if (performance.now() + due > until)
        return { waitedFor, tail: [{ kind: 'timer', count: 1, dueInMs: Math.round(due) }] };
      if (waitedFor.length === 0) waitedFor.push('timer');
      await pause(due + TIMER_SLACK_MS);
    }
  }

  async heldBytes(): Promise<number> {
    await this.cdp.send('HeapProfiler.collectGarbage');
    return await this.#heapBytes();
  }

  async read(): Promise<Counters> {
    await Promise.all([this.cdp.send('Runtime.discardConsoleEntries'), this.cdp.send('HeapProfiler.collectGarbage')]);
    const [jsHeapBytes, state] = await Promise.all([this.#heapBytes(), this.#call<ProgramState>(readState)]);
    const counters: Counters = {
      jsHeapBytes,
      externalBytes: state.external - state.arrayBuffers,
      arrayBufferBytes: state.arrayBuffers,
      activeResources: Object.values(state.resources).reduce((sum, count) => sum + count, 0),
      processListeners: state.processListeners,
      ...defined({ fileDescriptors: state.fileDescriptors }),
    };
    for (const [type, count] of Object.entries(state.resources)) counters[`active${type}`] = count;
    return counters;
  }

  exposedInterfaces(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set<string>());
  }

  sourceAccess(): { readonly pageUrl: string } {
    return { pageUrl: pathToFileURL(this.#program).href };
  }

  async openingFrames(): Promise<readonly GeneratedFrame[]> {
    return await framesThatOpen(this.cdp, async () => await this.iterate('settle'));
  }

  async teardown(): Promise<void> {
    for (const [path, count] of (await this.#call(readOpenFiles)).slice(0, 3))
      this.#warnings.add(`The program has ${path} open ${count} times.`);
    await this.#call(poolBuffers);
    if (this.#scenario.teardown) await this.#run('teardown', this.#scenario.teardown);
  }

  release(): void {
    this.#released = true;
    this.guard.release();
    this.#session.close();
  }

  async #run(step: 'setup' | 'iteration' | 'teardown', fn: Scenario['iteration']): Promise<void> {
    const number = step === 'iteration' ? ` ${this.#begun}` : '';
    const late = (): Error =>
      new LeakwrightError(
        'leaks.scenarioFailed',
        `The scenario's ${step}${number} took longer than ${this.#stepMs} ms.`,
        {
          hint: 'It waits for something that does not come: a response, an event.',
        },
      );
    try {
      // An async function, so that what the step throws at once is a rejection too. There is no page: the step gets the address.
      const running = (async () => await fn(this.#page as never))();
      await this.guard.during(running, this.#stepMs, late);
    } catch (error) {
      // Its request fails before it is known that the program has ended.
      for (let waited = 0; waited < BETTER_REASON_MS && !this.guard.ended; waited += LOOK_MS) await pause(LOOK_MS);
      if (this.guard.ended) throw this.guard.ended;
      if (error instanceof LeakwrightError) throw error;
      throw new LeakwrightError(
        'leaks.scenarioFailed',
        `The scenario's ${step}${number} failed: ${describeError(error)}`,
        {
          hint: 'Do it by hand once: an iteration must work again and again.',
          cause: error,
        },
      );
    }
  }

  async #heapBytes(): Promise<number> {
    return (await this.cdp.send('Runtime.getHeapUsage')).usedSize;
  }

  /** Two turns of the program's event loop. */
  async #tick(): Promise<void> {
    await this.cdp.send('Runtime.evaluate', {
      expression: 'new Promise((resolve) => setImmediate(() => setImmediate(resolve)))',
      awaitPromise: true,
      returnByValue: true,
    });
  }

  /** Waits until what is open stays as it is. @returns whether a timer keeps the program alive */
  async #quiet(): Promise<boolean> {
    const until = performance.now() + REST_LIMIT_MS;
    for (;;) {
      await this.#tick();
      const { resources } = await this.#call<ProgramState>(readState);
      // Timers are waited for by when they are due.
      const { Timeout: timers = 0, Immediate: _, ...others } = resources;
      const now = JSON.stringify(others);
      // As it was before the iteration, or for a moment: nothing of the iteration is under way.
      const isAtRest = now === this.#atRest;
      this.#atRest = now;
      if (isAtRest) return timers > 0;
      if (performance.now() > until) {
        this.settledLate += 1;
        return timers > 0;
      }
      await pause(LOOK_MS);
    }
  }

  /**
   * Milliseconds until the last timer is due that was set since the program was at rest; -1 where none is. One that is due after
   * `until` counts where it stays, and is one more than there were: a heartbeat or a debounced function is set anew again and again.
   */
  async #dueIn(until: number): Promise<number> {
    let timers = await this.#timers.read(this.#timersSeen);
    const isLate = (): boolean => performance.now() + timers.dueMs > until;
    const graceEnds = performance.now() + (this.#graces < MAX_GRACES ? GRACE_MS : 0);
    while (isLate() && timers.pending > this.#lateTimers && performance.now() < graceEnds) {
      await pause(LOOK_MS);
      timers = await this.#timers.read(this.#timersSeen);
    }
    const { now, dueMs, pending } = timers;
    if (dueMs >= 0 && !isLate()) return dueMs;
    const isMore = dueMs >= 0 && pending > this.#lateTimers;
    this.#timersSeen = now;
    this.#lateTimers = pending;
    this.#graces = isMore ? this.#graces + 1 : 0;
    return isMore ? dueMs : -1;
  }

  /** Timers that are set by now are no iteration's to come. */
  async #noteTimers(): Promise<TimersDue['most']> {
    const { now, pending, most } = await this.#timers.read(this.#timersSeen);
    this.#timersSeen = now;
    this.#lateTimers = pending;
    return most;
  }

  async #call<T>(fn: () => T): Promise<T> {
    const { result } = await this.cdp.send('Runtime.evaluate', {
      expression: `(${String(fn)})()`,
      returnByValue: true,
      silent: true,
    });
    return result.value as T;
  }
}
