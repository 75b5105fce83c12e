import type {
  ProcessIdentity,
  ProcessInfo,
  ProcessMemory,
  ProcessReader,
  ProcessTable,
} from '../../../../src/processes/index.ts';
import type { ReadTableOptions } from '../../../../src/processes/process.ts';
import { processInfo, tableOf } from '../../processes/support/tables.ts';
import type { FakeClock } from './fakeClock.ts';

const MB = 1024 * 1024;

/** A machine whose processes a test moves by hand, and that counts how often it is asked. */
export class FakeMachine implements ProcessReader {
  readonly processes = new Map<number, ProcessInfo>();
  readonly memory = new Map<number, number>();
  reads: ('full' | number)[] = [];
  memoryReads = 0;
  running = 0;
  mostRunning = 0;
  failing = false;
  /** What a read waits for. */
  gate: Promise<void> = Promise.resolve();
  costMs = 1;
  memoryCostMs = 0;
  readonly clock: FakeClock;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  set(fields: Partial<ProcessInfo> & { pid: number }, pssMb = 10): void {
    this.processes.set(fields.pid, processInfo({ ...this.processes.get(fields.pid), ...fields }));
    this.memory.set(fields.pid, pssMb * MB);
  }

  browser(pid = 100): void {
    this.set({ pid, commandLine: ['/usr/bin/chromium', `--user-data-dir=/p/${pid}`] }, 100);
    this.set(
      { pid: pid + 1, ppid: pid, commandLine: [`/usr/bin/chromium --type=renderer --user-data-dir=/p/${pid}`] },
      50,
    );
  }

  async readTable({ only }: ReadTableOptions = {}): Promise<ProcessTable> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await this.gate;
    this.running -= 1;
    this.clock.spend(this.costMs);
    this.reads.push(only ? only.size : 'full');
    if (this.failing) throw new Error('no /proc today');
    return tableOf([...this.processes.values()], this.clock.now());
  }

  readMemory({ pid }: ProcessIdentity): Promise<ProcessMemory | undefined> {
    this.memoryReads += 1;
    this.clock.spend(this.memoryCostMs);
    const bytes = this.memory.get(pid);
    const memory =
      bytes === undefined
        ? undefined
        : { pssBytes: bytes, ussBytes: bytes, anonBytes: bytes, rssBytes: bytes, exact: true };
    return Promise.resolve(memory);
  }

  readEnvironment = () => Promise.resolve(undefined);
  lives = () => Promise.resolve(true);
  countOpenFiles = () => Promise.resolve(undefined);
  readProcess = (pid: number) => Promise.resolve(this.processes.get(pid));
}
