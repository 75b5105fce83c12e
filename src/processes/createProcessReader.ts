import { defined } from '../support/index.ts';
import { createCimSource } from './command/cim.ts';
import { CommandReader } from './command/commandReader.ts';
import { createPsSource } from './command/ps.ts';
import { LinuxReader } from './linux/linuxReader.ts';
import type { ProcessReader } from './process.ts';

export interface ProcessReaderOptions {
  /** Where the proc file system is mounted (Linux). Default: `/proc`. */
  readonly procRoot?: string;
  readonly platform?: NodeJS.Platform;
}

/**
 * The reader for this machine. Keep one a window: it remembers command lines by identity.
 *
 * @throws LeakwrightError `processes.unreadable` on Linux without a proc file system; elsewhere reading throws it
 */
export function createProcessReader(options: ProcessReaderOptions = {}): ProcessReader {
  const platform = options.platform ?? process.platform;
  if (platform === 'linux' || platform === 'android') return new LinuxReader(defined({ root: options.procRoot }));
  return new CommandReader(platform === 'win32' ? createCimSource() : createPsSource());
}
