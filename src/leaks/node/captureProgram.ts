import { writeHeapSnapshot } from '../../sessions/index.ts';
import { InspectorSession } from './inspectorSession.ts';
import { reachProgram } from './nodeTarget.ts';

/**
 * Writes a heap snapshot of a Node program that runs. Its inspector is opened where it is not open yet, and closed again. The program
 * stands still while V8 walks its heap: about a second for 100 MB.
 *
 * @param file an absolute path; none is left when it fails
 * @returns its size in bytes
 * @throws LeakwrightError as `check --node-pid` does; the signal's reason; what writing throws
 */
export async function captureProgram(
  pid: number,
  file: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: number }> {
  const program = await reachProgram({ kind: 'pid', pid }, signal);
  try {
    const session = await InspectorSession.connect(program.inspectorUrl, signal);
    try {
      return await writeHeapSnapshot(session.asCdp, file, signal);
    } finally {
      session.close();
    }
  } finally {
    await program.stop();
  }
}
