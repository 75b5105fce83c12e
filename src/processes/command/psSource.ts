import type { ProcessSource } from './commandReader.ts';
import { PS_COLUMNS, parsePs, parsePsNames } from './psOutput.ts';
import { runSystemCommand } from './run.ts';

/**
 * macOS and other Unix systems by ps(1): one run gives parents, identities, CPU and memory of all processes, for which ps-tree
 * (which also brings its caller down when there is no ps) and pidusage would take two, without start times.
 *
 * Could be run on Linux only, against procps; on macOS it rests on its manual and on recorded output.
 */
export function createPsSource(run: typeof runSystemCommand = runSystemCommand): ProcessSource {
  // Each column in an option of its own: BSD takes all after '=' for the header. Dates in a locale and zone we can parse.
  const list = (columns: readonly string[]) =>
    run('ps', ['-axww', ...columns.flatMap((column) => ['-o', `${column}=`])], {
      ...process.env,
      LC_ALL: 'C',
      TZ: 'UTC',
    });
  /** Programs by pid as of their last listing, and the lines that were told then. */
  let names: ReadonlyMap<number, string> = new Map();
  let told = new Map<number, string>();
  return async () => {
    const output = await list(PS_COLUMNS);
    const found = parsePs(output, names);
    const now = new Map(found.map(({ info }) => [info.pid, `${info.startTime} ${info.commandLine.join(' ')}`]));
    const isNew = [...now].some(([pid, line]) => told.get(pid) !== line);
    told = now;
    if (!isNew) return found;
    // Which program a process runs takes a second listing, since a path with spaces is not to be told from its arguments.
    names = parsePsNames(await list(['pid', 'comm']));
    return parsePs(output, names);
  };
}
