import type { Clock } from '../../src/support/index.ts';
import type { ProcessIdentity, ProcessInfo, ProcessReader, ProcessTable } from '../../src/processes/index.ts';

/** `stops-late` ignores SIGTERM too, and stops when time moves next. */
type Behaviour = 'obeys' | 'ignores-sigterm' | 'stops-late' | 'unkillable' | 'forbidden';

export interface FakeProcessOptions extends Partial<Omit<ProcessInfo, 'pid'>> {
  readonly pid: number;
  readonly behaviour?: Behaviour;
  /** Called at each signal that reaches it, before it takes effect. */
  readonly onSignal?: (signal: NodeJS.Signals) => void;
  readonly environment?: Readonly<Record<string, string>>;
}

type Fake = { -readonly [K in keyof ProcessInfo]: ProcessInfo[K] } & {
  behaviour: Behaviour;
  onSignal: ((signal: NodeJS.Signals) => void) | undefined;
  environment: Readonly<Record<string, string>>;
};

/**
 * A kernel in miniature, for what cannot be made to happen with real processes at the right microsecond: pids reused
 * between two looks, forks beside a kill, a process that cannot be ended. Time moves only by sleeping.
 */
export class FakeProcesses implements ProcessReader {
  readonly #processes = new Map<number, Fake>();
  readonly signals: { pid: number; signal: NodeJS.Signals }[] = [];
  readonly #stopping = new Set<Fake>();
  tableReads = 0;
  #timeMs = 0;
  #ticks = 1_000;
  /** Runs whenever time moves. */
  onTick: (() => void) | undefined;

  readonly clock: Clock = {
    now: () => 1_700_000_000_000 + this.#timeMs,
    monotonic: () => this.#timeMs,
    sleep: (ms) => {
      this.#timeMs += ms;
      this.onTick?.();
      for (const info of this.#stopping) info.state = 'stopped';
      this.#stopping.clear();
      return Promise.resolve();
    },
  };

  constructor() {
    this.start({ pid: 1, ppid: 0, groupId: 1, sessionId: 1, name: 'init', commandLine: ['/sbin/init'] });
  }

  start(options: FakeProcessOptions): ProcessInfo {
    const parent = this.#processes.get(options.ppid ?? 1);
    this.#ticks += 1;
    const { behaviour = 'obeys', onSignal, environment = {}, ...info } = options;
    const fake: Fake = {
      ppid: 1,
      startTime: this.#ticks,
      groupId: parent?.groupId ?? options.pid,
      sessionId: parent?.sessionId ?? options.pid,
      state: 'running',
      name: 'fake',
      commandLine: ['/usr/bin/fake'],
      uid: 1000,
      startedAtMs: this.clock.now(),
      cpuMs: 0,
      rssBytes: 1 << 20,
      threads: 1,
      ...info,
      behaviour,
      onSignal,
      environment,
    };
    this.#processes.set(options.pid, fake);
    return { ...fake };
  }

  /** The process is gone and its children get init for a parent; with `zombie` it stays as one. */
  end(pid: number, { zombie = false } = {}): void {
    const gone = this.#processes.get(pid);
    if (!gone) return;
    if (zombie) gone.state = 'zombie';
    else this.#processes.delete(pid);
    for (const info of this.#processes.values()) if (info.ppid === pid) info.ppid = 1;
  }

  isAlive(pid: number): boolean {
    const info = this.#processes.get(pid);
    return info !== undefined && info.state !== 'zombie';
  }

  /** Stands in for `process.kill`. */
  readonly send = (target: number, signal: NodeJS.Signals): void => {
    this.signals.push({ pid: target, signal });
    const hit = [...this.#processes.values()].filter((info) =>
      target < 0 ? info.groupId === -target : info.pid === target,
    );
    if (hit.length === 0) throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
    for (const info of hit) this.#deliver(info, signal);
  };

  #deliver(info: Fake, signal: NodeJS.Signals): void {
    if (info.behaviour === 'forbidden') throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    const couldAct = info.state === 'running';
    if (couldAct) info.onSignal?.(signal);
    if (signal === 'SIGSTOP' && couldAct && info.behaviour === 'stops-late') this.#stopping.add(info);
    else if (signal === 'SIGSTOP' && couldAct && info.behaviour !== 'unkillable') info.state = 'stopped';
    if (signal === 'SIGTERM' && info.behaviour === 'obeys' && info.state === 'running') this.end(info.pid);
    if (signal === 'SIGKILL' && info.behaviour !== 'unkillable') this.end(info.pid);
  }

  readTable(): Promise<ProcessTable> {
    this.tableReads += 1;
    return Promise.resolve(this.table());
  }

  table(): ProcessTable {
    return {
      at: this.clock.now(),
      processes: new Map([...this.#processes].map(([pid, info]) => [pid, { ...info }])),
    };
  }

  readProcess(pid: number): Promise<ProcessInfo | undefined> {
    const info = this.#processes.get(pid);
    return Promise.resolve(info && { ...info });
  }

  lives({ pid, startTime }: ProcessIdentity): Promise<boolean> {
    return Promise.resolve(this.isAlive(pid) && this.#processes.get(pid)?.startTime === startTime);
  }

  readMemory(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  readEnvironment({ pid }: { readonly pid: number }): Promise<Readonly<Record<string, string>> | undefined> {
    return Promise.resolve(this.#processes.get(pid)?.environment);
  }

  countOpenFiles(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
