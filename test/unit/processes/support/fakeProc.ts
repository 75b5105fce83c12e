import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface FakeProcess {
  readonly ppid?: number;
  readonly name?: string;
  readonly startTicks?: number;
  readonly cpuTicks?: number;
  readonly rssPages?: number;
  readonly argStart?: number;
  readonly state?: string;
  readonly commandLine?: readonly string[];
  readonly uid?: number;
  readonly kernelThread?: boolean;
}

/** A proc file system of plain files, so that a test decides what the reader sees and when. */
export class FakeProc {
  readonly root = mkdtempSync(join(tmpdir(), 'lw-proc-'));

  constructor() {
    this.uptime(1000);
  }

  uptime(seconds: number): void {
    this.write('uptime', `${seconds.toFixed(2)} 5.00\n`);
  }

  write(path: string, content: string): void {
    const file = join(this.root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }

  set(pid: number, process: FakeProcess = {}): void {
    const {
      ppid = 1,
      name = 'x',
      startTicks = 100,
      cpuTicks = 1,
      rssPages = 10,
      argStart = 4096,
      state = 'S',
    } = process;
    this.write(
      `${pid}/stat`,
      `${pid} (${name}) ${state} ${ppid} ${pid} ${pid} 0 -1 ${process.kernelThread ? 0x20_0000 : 0} 0 0 0 0 ${cpuTicks} 0 0 0 20 0 1 0 ${startTicks} 1 ` +
        `${rssPages} ${'0 '.repeat(23)}${argStart} 0 0 0 0\n`,
    );
    this.write(`${pid}/cmdline`, (process.commandLine ?? [name]).map((text) => `${text}\0`).join(''));
    this.write(`${pid}/status`, `Name:\t${name}\nUid:\t${process.uid ?? 1000}\t0\t0\t0\n`);
  }

  end(pid: number): void {
    rmSync(join(this.root, String(pid)), { recursive: true });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
