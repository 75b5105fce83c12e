import { win32 } from 'node:path';
import { LeakwrightError } from '../../support/index.ts';
import type { ProcessSource, ReportedProcess } from './commandReader.ts';
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

/**
 * One query for all processes. `wmic`, which ps-tree and pidusage call, is gone from Windows 11 24H2. The start
 * time is turned into a number here, because ConvertTo-Json writes dates in a way of its own in each version.
 */
export const CIM_QUERY = [
  '$ErrorActionPreference = "Stop"',
  '[Console]::OutputEncoding = [System.Text.Encoding]::UTF8',
  'ConvertTo-Json -Compress -InputObject @(Get-CimInstance Win32_Process | ForEach-Object { [ordered]@{' +
    [
      'pid = $_.ProcessId',
      'ppid = $_.ParentProcessId',
      'name = $_.Name',
      'path = $_.ExecutablePath',
      'args = $_.CommandLine',
      'started = if ($_.CreationDate) { ([DateTimeOffset]$_.CreationDate).ToUnixTimeMilliseconds() }',
      'kernel = $_.KernelModeTime',
      'user = $_.UserModeTime',
      'rss = $_.WorkingSetSize',
      'own = $_.PrivatePageCount',
      'threads = $_.ThreadCount',
      'handles = $_.HandleCount',
    ].join('; ') +
    ' } })',
].join('; ');

/** A row of the query's answer; what may not be read, or has gone meanwhile, is null. */
interface CimProcess {
  readonly pid?: unknown;
  readonly ppid?: unknown;
  readonly name?: unknown;
  readonly path?: unknown;
  readonly args?: unknown;
  readonly started?: unknown;
  readonly kernel?: unknown;
  readonly user?: unknown;
  readonly rss?: unknown;
  readonly own?: unknown;
  readonly threads?: unknown;
  readonly handles?: unknown;
}

/**
 * Parses the answer to {@link CIM_QUERY}. Rows that are none are left out. Windows never takes a dead parent's pid back from
 * its children, and reuses it: a parent younger than its child is another process, and becomes 0.
 *
 * @throws SyntaxError when it is no JSON
 */
export function parseCim(output: string): ReportedProcess[] {
  const parsed = JSON.parse(output.replace(/^\uFEFF/, '').trim() || '[]') as CimProcess | readonly CimProcess[];
  const rows = (Array.isArray(parsed) ? parsed : [parsed]) as readonly CimProcess[];
  const startTimes = new Map<number, number>();
  for (const row of rows) startTimes.set(number(row?.pid), number(row?.started));

  const found: ReportedProcess[] = [];
  for (const row of rows) {
    const pid = number(row?.pid);
    // 0 is the idle "process".
    if (!row || pid <= 0) continue;
    const startTime = number(row.started);
    const ppid = number(row.ppid);
    const name = text(row.name);
    found.push({
      info: {
        pid,
        startTime,
        ppid: (startTimes.get(ppid) ?? 0) > startTime ? 0 : ppid,
        groupId: 0,
        // What Windows calls a session is a desktop: it does not show which process started which.
        sessionId: 0,
        state: 'running',
        name: name.replace(/\.exe$/i, ''),
        commandLine: text(row.args) === '' ? programOnly(text(row.path)) : splitWindowsArguments(text(row.args)),
        uid: -1,
        startedAtMs: startTime,
        // In units of 100 ns.
        cpuMs: Math.round((number(row.kernel) + number(row.user)) / 10_000),
        rssBytes: number(row.rss),
        threads: number(row.threads),
      },
      privateBytes: number(row.own),
      openFiles: number(row.handles),
    });
  }
  return found;
}

function programOnly(path: string): readonly string[] {
  return path === '' ? [] : [path];
}

/** Numbers beyond what JSON holds exactly come as strings from some versions. */
function number(value: unknown): number {
  const parsed = typeof value === 'string' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Splits a Windows command line as `CommandLineToArgvW` does: 2n backslashes before a quote are n of them and the quote
 * counts, 2n+1 are n and a quote that does not; the program itself knows no backslash escapes.
 */
export function splitWindowsArguments(line: string): string[] {
  const program = /^\s*(?:"([^"]*)"?|(\S*))/.exec(line)!;
  const found = [program[1] ?? program[2] ?? ''];
  let rest = line.slice(program[0].length);
  for (rest = rest.trimStart(); rest !== ''; rest = rest.trimStart()) {
    let argument = '';
    let quoted = false;
    let at = 0;
    while (at < rest.length && (quoted || !/\s/.test(rest[at]!))) {
      const [slashes] = /^\\*/.exec(rest.slice(at))!;
      at += slashes.length;
      if (rest[at] === '"') {
        argument += '\\'.repeat(Math.floor(slashes.length / 2));
        if (slashes.length % 2 === 1) argument += '"';
        else if (quoted && rest[at + 1] === '"') {
          argument += '"';
          at += 1;
        } else quoted = !quoted;
        at += 1;
      } else {
        argument += slashes;
        if (at < rest.length && (quoted || !/\s/.test(rest[at]!))) {
          argument += rest[at]!;
          at += 1;
        }
      }
    }
    found.push(argument);
    rest = rest.slice(at);
  }
  return found;
}
