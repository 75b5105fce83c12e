import { win32 } from 'node:path';
import { LeakwrightError } from '../../support/index.ts';
import { CIM_QUERY, parseCim } from './cimOutput.ts';
import type { ProcessSource } from './commandReader.ts';
import { runSystemCommand } from './run.ts';

/**
 * Windows by one CIM query through powershell, which takes some 500 ms: the sampler's beat follows that. By its full path, so
 * that no powershell.exe in the current folder is run.
 *
 * Could not be run where this was written: it rests on Microsoft's documentation and on recorded output.
 */
export function createCimSource(
  run: typeof runSystemCommand = runSystemCommand,
  env: NodeJS.ProcessEnv = process.env,
): ProcessSource {
  const powershell = win32.join(
    env['SystemRoot'] ?? String.raw`C:\Windows`,
    String.raw`System32\WindowsPowerShell\v1.0\powershell.exe`,
  );
  return async () => {
    const output = await run(powershell, ['-NoProfile', '-NonInteractive', '-Command', CIM_QUERY]);
    try {
      return parseCim(output);
    } catch (error) {
      throw new LeakwrightError(
        'processes.unreadable',
        `The processes of this machine cannot be read: powershell answered '${output.slice(0, 80)}'.`,
        { hint: 'Run `Get-CimInstance Win32_Process` in a powershell to see what it says.', cause: error },
      );
    }
  };
}
