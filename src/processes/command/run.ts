import { execFile } from 'node:child_process';
import { LeakwrightError, describeError, errnoOf } from '../../support/index.ts';

/**
 * What a program of the system's prints.
 *
 * @throws LeakwrightError `processes.unreadable` when it cannot be run, fails or takes longer than half a minute
 */
export function runSystemCommand(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: 30_000, maxBuffer: 64 * 1024 * 1024, windowsHide: true } as const;
    const child = execFile(program, args, options, (error, stdout) => {
      // ps exits with 1 when one of the pids does not exist, and still lists the others.
      if (!error || stdout.length > 0) {
        resolve(stdout);
        return;
      }
      const missing = errnoOf(error) === 'ENOENT';
      reject(
        new LeakwrightError(
          'processes.unreadable',
          missing
            ? `The processes of this machine cannot be read: there is no '${program}'.`
            : `The processes of this machine cannot be read: ${describeError(error)}.`,
          {
            cause: error,
            ...(missing ? { hint: `Install '${program}' (on Linux it is in the package procps).` } : {}),
          },
        ),
      );
    });
    child.stdin?.end();
  });
}
