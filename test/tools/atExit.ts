import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../support/removeFolder.ts';

/**
 * What a tool must end and remove however it is left: at its end, after a failure, on Ctrl-C. Steps run newest first,
 * each isolated from the others' failures.
 */
type Step = () => Promise<void> | void;
const steps: Step[] = [];
let installed = false;
let running: Promise<void> | undefined;

export function atExit(step: Step): void {
  steps.push(step);
  if (installed) return;
  installed = true;
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => void cleanUpNow().then(() => process.exit(code)));
  }
}

/** A new folder in the system's temp folder, removed at the end at the latest. */
export function temporaryFolder(prefix = 'lw-'): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  atExit(() => removeFolder(folder));
  return folder;
}

export function cleanUpNow(): Promise<void> {
  running ??= (async () => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(`Clean-up: ${String(error)}\n`);
        process.exitCode ??= 1;
      }
    }
    running = undefined;
  })();
  return running;
}
