import { createProcessReader, descendantsOf, findListeners } from '../../processes/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import type { InspectorSession } from './inspectorSession.ts';

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Which process of a program answers its requests: a runner (tsx, nodemon, a script that starts the server) or the primary of a
 * cluster does nothing itself, so a look at its heap would find every server clean.
 *
 * @returns its pid; undefined where it is the program itself, or is not known
 * @throws LeakwrightError `usage` where several share the requests
 */
export async function findAnsweringChild(
  url: string,
  pid: number,
  session: InspectorSession,
): Promise<number | undefined> {
  const { hostname, port, protocol } = new URL(url);
  if (!LOCAL.test(hostname)) return undefined;
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const listener = (await findListeners()).find((one) => one.port === number);
  if (!listener) return undefined;
  if (listener.pid === pid) return await findWorker(session);
  const table = await createProcessReader().readTable();
  return descendantsOf(table, pid).some((one) => one.pid === listener.pid) ? listener.pid : undefined;
}

/** The only worker of a cluster. Its primary listens for all. */
async function findWorker(session: InspectorSession): Promise<number | undefined> {
  const { result } = (await session.send('Runtime.evaluate', {
    expression: `(${String(workersOfCluster)})()`,
    returnByValue: true,
  })) as { readonly result: { readonly value?: readonly number[] } };
  const [worker, ...others] = result.value ?? [];
  if (others.length === 0) return worker;
  throw new LeakwrightError('usage', `The program answers in ${others.length + 1} processes of a cluster.`, {
    hint: 'Start it with one worker: of each request the check must know which process it leaves something in.',
  });
}

/** Runs in the program: the pids of its cluster's workers. */
function workersOfCluster(): number[] {
  if (!process.getActiveResourcesInfo().includes('ProcessWrap')) return [];
  const { workers = {} } = process.getBuiltinModule('node:cluster') as unknown as {
    readonly workers?: Readonly<Record<string, { readonly process: { readonly pid?: number } }>>;
  };
  return Object.values(workers).flatMap((worker) => worker.process.pid ?? []);
}
