import { pathToFileURL } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import type { CheckSettings } from '../checks/index.ts';
import {
  LeakwrightError,
  describeError,
  isAbort,
  maskText,
  plainLines,
  programFile,
  refuseOldNode,
  toolVersion,
} from '../support/index.ts';
import { addCheckOptions, collect, duration, positiveNumber, wholeNumber } from './addOptions.ts';
import { ANALYZE_FORMATS, type AnalyzeOptions, runAnalyze } from './analyzeCommand.ts';
import { runCheck } from './checkCommand.ts';
import { type CleanCommandOptions, TOOLS, runClean } from './cleanCommand.ts';
import { type DoctorOptions, runDoctor } from './doctorCommand.ts';
import { type FindStepsOptions, runFindSteps } from './findStepsCommand.ts';
import { HISTORY_ACTIONS, type HistoryOptions, runHistory } from './historyCommand.ts';
import { CI_SYSTEMS, type InitOptions, runInit } from './initCommand.ts';
import type { TerminalIo } from './io.ts';
import { runKill } from './killCommand.ts';
import { type MergeOptions, runMerge } from './mergeCommand.ts';
import { type PickOptions, runPickLocator } from './pickCommand.ts';
import { runRecord, runSignIn } from './recordCommand.ts';
import { type MonitorCommandOptions, runMonitor } from './monitorCommand.ts';
import { runTree } from './treeCommand.ts';

const BROWSER = new Option('--browser <name>', 'chromium, chrome or msedge (default: chromium)');
const EXECUTABLE_PATH = new Option('--executable-path <path>', 'the browser to run');

/** What a shell gives for a program ended by Ctrl-C: 128 + SIGINT. */
export const INTERRUPTED = 130;
const COULD_NOT_RUN = 3;
const MAX_PORT = 65_535;

/** The command line's grammar: `finish` gets the exit code of the command that was run. */
export function createProgram(io: TerminalIo, signal: AbortSignal, finish: (code: number) => void): Command {
  const program = new Command('leakwright')
    .description('Finds browser memory leaks down to the source line, and cleans up the browsers left behind.')
    .version(toolVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHasColors: () => io.colour,
      getErrHasColors: () => io.colour,
    })
    .showSuggestionAfterError()
    .hook('preAction', (_program, command) => {
      // The doctor says so itself, among the rest.
      if (command.name() !== 'doctor') refuseOldNode();
    })
    .addHelpText(
      'after',
      `
Examples:
  leakwright check --url http://localhost:5173/ --click "#open" --click "#close"
  leakwright check "test/**/*.leak.ts" --reporter text --reporter junit=leaks.xml
  leakwright tree --watch
  leakwright clean --dry-run`,
    );

  const check = program
    .command('check')
    .description('run scenarios, and say which leak and at which line')
    .argument('[files...]', 'scenario files or globs (default: **/*.leak.{js,mjs,cjs,ts,mts})')
    .action(async (files: string[], options: CheckSettings, command: Command) => {
      // Without commander's own defaults: what the command line does not say, a configuration may.
      const said = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) !== 'default');
      finish(await runCheck({ files, ...Object.fromEntries(said) }, io, signal));
    });
  addCheckOptions(check);
  check
    .option(
      '--playwright <spec>',
      'check the tests of an unchanged Playwright spec by repeating them; repeatable',
      collect,
    )
    .option('--grep <text>', 'with --playwright: only tests whose title matches')
    .option('--watch', 'stay, and check again what a change of a scenario or of a file that its page loaded touches')
    .option('--ui [port]', 'stay, and show the report in a browser, live, with Check Again', wholeNumber(0, MAX_PORT));
  program
    .command('analyze')
    .description('read heap snapshots: what is large and suspicious in one, what grew over several')
    .argument('<snapshots...>', '.heapsnapshot files, first to last, or a folder with them')
    .option('--reporter <name[=file]>', `${ANALYZE_FORMATS.join(', ')}; repeatable (default: text)`, collect)
    .option('--limit <n>', 'what grew: this many at most (default: 50)', wholeNumber(1))
    .action(async (snapshots: string[], options: AnalyzeOptions) => {
      finish(await runAnalyze(snapshots, options, io, signal));
    });

  program
    .command('init')
    .description('write a configuration, a first scenario and a CI file, after three questions')
    .option('--url <url>', 'the page to begin with')
    .option('--click <selector>', 'one step of an iteration; repeat it for more', collect)
    .option('--ci <system>', CI_SYSTEMS.join(', '))
    .option('--yes', 'do not ask')
    .action(async (options: InitOptions) => {
      finish(await runInit(options, io));
    });

  program
    .command('record')
    .description("do the steps in a browser, and get a scenario file of them (with Playwright's recorder)")
    .argument('<url>', 'the page to begin at')
    .requiredOption('--output <file>', 'the scenario file to write (*.leak.ts, *.leak.mjs …)')
    .addOption(BROWSER)
    .addOption(EXECUTABLE_PATH)
    .action(async (url: string, options: { output: string; browser?: string; executablePath?: string }) => {
      finish(await runRecord({ url, ...options }, io, signal));
    });

  program
    .command('sign-in')
    .description('sign in in a browser, and keep that for checks with --storage-state')
    .argument('<url>', 'the page that asks for it')
    .requiredOption('--output <file>', 'where cookies and storage are written; a secret')
    .addOption(BROWSER)
    .addOption(EXECUTABLE_PATH)
    .action(async (url: string, options: { output: string; browser?: string; executablePath?: string }) => {
      finish(await runSignIn({ url, ...options }, io, signal));
    });

  program
    .command('pick-locator')
    .description('click an element in a browser, and get its locator')
    .argument('<page>', 'an address, or a scenario file, whose page is opened as its steps find it')
    .addOption(BROWSER)
    .addOption(EXECUTABLE_PATH)
    .option('--storage-state <file>', "a signed-in state, as Playwright's storageState saves it")
    .option('--ignore-https-errors', 'accept certificates that nobody signed')
    .action(async (page: string, options: PickOptions) => {
      finish(await runPickLocator(page, options, io, signal));
    });

  program
    .command('find-steps')
    .description('try what can be clicked on a page, and say which clicks end where they began')
    .argument('<url>', 'the page')
    .addOption(BROWSER)
    .addOption(EXECUTABLE_PATH)
    .option('--storage-state <file>', "a signed-in state, as Playwright's storageState saves it")
    .option('--ignore-https-errors', 'accept certificates of an unknown authority')
    .option('--json', 'JSON')
    .action(async (url: string, options: FindStepsOptions) => {
      finish(await runFindSteps(url, options, io, signal));
    });

  program
    .command('merge-reports')
    .description('make one report of those that shards wrote (--reporter blob)')
    .argument('[places...]', 'report files, or folders with them (default: blob-report)')
    .option('--reporter <name[=file]>', 'as for check; repeatable (default: text)', collect)
    .option('--output <folder>', 'write reports into this folder')
    .option('--history <place>', 'record the merged run, as for check')
    .option('--fail-on-regression', 'fail only for what is worse in it than before, as for check')
    .action(async (places: string[], options: MergeOptions) => {
      finish(await runMerge(places, options, io));
    });

  program
    .command('history')
    .description('past runs: what they found, and how a scenario went over them')
    .argument('[action]', HISTORY_ACTIONS.join(', '), 'list')
    .argument(
      '[what]',
      'a run (its id, or latest) for show, accept and delete; a scenario for list, trend and findings',
    )
    .option('--history <place>', "a file, redis://HOST:PORT, or 'default' for this user's own (the default)")
    .option('--runs <n>', 'how many runs back (default: 50)', wholeNumber(1))
    .option('--json', 'JSON')
    .option('--fail-on-regression', 'exit with 1 when the run (default: the newest) is worse than what was accepted')
    .action(async (action: string, what: string | undefined, options: HistoryOptions) => {
      finish(await runHistory(action, what, options, io));
    });

  program
    .command('monitor')
    .description('watch the browsers of this machine: alerts, and endpoints for dashboards on 127.0.0.1')
    .option('--port <port>', 'of the endpoints; 0 takes a free one (default: 9877)', wholeNumber(0, MAX_PORT))
    .option(
      '--token-file <file>',
      'a file with the token that clients send (default: a new one, in a file of your own)',
    )
    .option('--interval <ms>', 'time between samples (default: 2000)', wholeNumber(250))
    .option(
      '--memory-limit <mb>',
      'what the browsers may take together (default: all the memory there is)',
      positiveNumber,
    )
    .option('--webhook <url>', 'POST alerts there as JSON; repeatable', collect)
    .option('--webhook-token-file <file>', 'a file with the bearer token for the webhooks')
    .option('--history <place>', 'export the newest runs of this history as metrics')
    .option(
      '--otlp [url]',
      'send metrics to an OpenTelemetry collector (default: what OTEL_EXPORTER_OTLP_ENDPOINT says)',
    )
    .option('--json', 'alerts as a line of JSON each')
    .action(async (options: MonitorCommandOptions) => {
      finish(await runMonitor(options, io, signal));
    });

  program
    .command('tree')
    .description('show which browsers run, whose they are, and what each process costs')
    .option('--watch', 'keep showing, until Ctrl-C')
    .option('--interval <ms>', 'time between samples with --watch (default: 2000)', wholeNumber(250))
    .option('--json', 'JSON; with --watch one line a sample')
    .action(async (options: { watch?: boolean; interval?: number; json?: boolean }) => {
      finish(await runTree(options, io, signal));
    });

  program
    .command('clean')
    .description('end browsers that were left behind, and remove their files')
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'do not ask')
    .option('--older-than <duration>', 'only browsers and files older than this (30m, 2h)', duration)
    .addOption(new Option('--tool <name>', 'only what this tool launched or left').choices(TOOLS))
    .option('--here', 'only browsers that were started in this checkout')
    .option('--idle <duration>', 'also browsers with a living owner that stand still for this long', duration)
    .option('--json', 'JSON')
    .action(async (options: CleanCommandOptions) => {
      finish(await runClean(options, io, signal));
    });

  program
    .command('kill')
    .description('end the browser tree a process belongs to, and verify that it is gone')
    .argument('<pid>', 'the pid of any process of the tree', wholeNumber(1))
    .option('--yes', 'do not ask')
    .option('--json', 'JSON')
    .action(async (pid: number, options: { yes?: boolean; json?: boolean }) => {
      finish(await runKill(pid, options, io, signal));
    });

  program
    .command('mcp')
    .description('serve an agent over standard input and output (Model Context Protocol)')
    .option('--captures <place>', 'where captured requests rest: an SQLite file or redis://HOST:PORT (default: memory)')
    .action(async ({ captures }: { captures?: string }) => {
      if (captures !== undefined) process.env['LEAKWRIGHT_CAPTURE_STORE'] = captures;
      // A program of its own: nothing else has to load what it needs. It ends this process when its client is gone.
      await import(pathToFileURL(programFile('mcp')).href);
      await new Promise<never>(() => {});
    });

  program
    .command('doctor')
    .description('look at what sessions and checks stand on: browser, Playwright, permissions, folders')
    .option('--browser <name>', 'chromium, chrome, msedge, firefox or webkit (default: chromium)')
    .option('--executable-path <path>', 'the browser to run')
    .option('--no-launch', 'do not start the browser')
    .option('--no-workspace', "leave this folder's own Playwright alone")
    .option('--json', 'JSON')
    .action(async (options: DoctorOptions) => {
      finish(await runDoctor(options, io, signal));
    });

  return program;
}

/**
 * Runs one command line (without the program's own name).
 *
 * @returns the exit code: what the command says, 3 when it could not run (usage included), 130 when `signal` aborted it
 */
export async function runProgram(args: readonly string[], io: TerminalIo, signal: AbortSignal): Promise<number> {
  let code = 0;
  const program = createProgram(io, signal, (result) => (code = result));
  try {
    await program.parseAsync(args, { from: 'user' });
    return signal.aborted ? INTERRUPTED : code;
  } catch (error) {
    // Commander has said what is wrong already; asking for help or the version is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : COULD_NOT_RUN;
    if (signal.aborted && (isAbort(error) || error === signal.reason)) return INTERRUPTED;
    io.err(`leakwright: ${plainLines(maskText(describeError(error)))}\n`);
    if (!(error instanceof LeakwrightError) && error instanceof Error && process.env['LEAKWRIGHT_DEBUG']) {
      io.err(`${plainLines(error.stack ?? '')}\n`);
    }
    return COULD_NOT_RUN;
  }
}
