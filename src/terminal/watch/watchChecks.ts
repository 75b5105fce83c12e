import { spawn } from 'node:child_process';
import { relative } from 'node:path';
import { createInterface } from 'node:readline';
import { isNodeCheck, parseFailOn } from '../../checks/index.ts';
import type { CheckResult } from '../../leaks/index.ts';
import { type Report, applyBaseline, createReport, renderHtml } from '../../reports/index.ts';
import { LeakwrightError, defined, describeError, plainLines, silentLog, painter } from '../../support/index.ts';
import { type CheckOptions, readBaseline } from '../checkOptions.ts';
import type { TerminalIo } from '../io.ts';
import { type CheckJob, planChecks } from '../planChecks.ts';
import { createReporterSinks, parseReporters } from '../reporters.ts';
import { EvidenceFiles, runJobs, workersFor } from '../runJobs.ts';
import { RunServers } from '../runServers.ts';
import { type BoardRow, type BoardState, boardLines, nextRow, watchingNote } from './board.ts';
import { FileWatch, isScenarioFile, touchedBy } from './fileWatch.ts';
import { filesSeen, withImports } from './seenFiles.ts';
import { type UiServer, startUi } from './uiServer.ts';

/** One check with what is known of it from round to round. */
interface Entry {
  readonly key: string;
  job: CheckJob;
  row: BoardRow;
  own: ReadonlySet<string>;
  seen: ReadonlySet<string> | undefined;
  results: readonly CheckResult[];
}

/**
 * `leakwright check --watch` and `--ui`: checks again what a change touches or what the user requests, until the signal
 * aborts.
 *
 * @throws the signal's reason, once browsers and web servers are gone; LeakwrightError `usage` before anything runs
 */
export async function watchChecks(said: CheckOptions, io: TerminalIo, signal: AbortSignal): Promise<never> {
  if (said.shard !== undefined || said.history !== undefined || said.failOnRegression) {
    throw new LeakwrightError('usage', '--watch and --ui record no history and run no shards.', {
      hint: 'Leave out --shard, --history and --fail-on-regression.',
    });
  }
  const watcher = new Watcher(said, io, signal);
  try {
    await watcher.start();
    for (;;) {
      await watcher.round();
      await watcher.next();
    }
  } finally {
    await watcher.close();
  }
}

class Watcher {
  readonly #said: CheckOptions;
  readonly #io: TerminalIo;
  readonly #signal: AbortSignal;
  readonly #servers: RunServers;
  readonly #files: FileWatch | undefined;
  readonly #screen: Screen;
  #entries: Entry[] = [];
  #due = new Set<string>();
  #again = false;
  #wake: (() => void) | undefined;
  #ui: UiServer | undefined;
  #report: Report | undefined;
  #version = 0;
  #note = '';
  #running = true;
  #input: ReturnType<typeof createInterface> | undefined;

  constructor(said: CheckOptions, io: TerminalIo, signal: AbortSignal) {
    this.#said = said;
    this.#io = io;
    this.#signal = signal;
    this.#screen = new Screen(io);
    this.#servers = new RunServers(io, signal, () => this.#screen.clear());
    this.#files = said.watch ? new FileWatch(() => this.#wake?.()) : undefined;
  }

  async start(): Promise<void> {
    await this.#plan();
    this.#watchFiles();
    if (this.#said.ui !== undefined) {
      const port = this.#said.ui === true ? 0 : this.#said.ui;
      this.#ui = await startUi(port, {
        report: () => this.#report && renderHtml(this.#report),
        again: () => this.#checkAgain(),
      });
      this.#io.err(`The report is at ${this.#ui.url}\n`);
      if (this.#io.isTty) openInBrowser(this.#ui.url);
    }
    if (this.#io.isTty) {
      this.#input = createInterface({ input: process.stdin });
      this.#input.on('line', () => this.#checkAgain());
    }
  }

  /** Runs what is due, and reports on all checks as they are now known. */
  async round(): Promise<void> {
    const entries = this.#entries.filter(({ key }) => this.#due.has(key));
    this.#due.clear();
    if (entries.length === 0) return;
    for (const entry of entries) entry.row = { ...entry.row, state: 'waiting', text: 'waiting' };
    this.#running = true;
    this.#note = `Checking ${entries.map(({ row }) => row.name).join(', ')}`;
    this.#show();
    const startedAt = new Date();
    const { baseline: file } = this.#said;
    const baseline = file === undefined ? undefined : readBaseline(file);
    const seen = entries.map(() => new Set<string>());
    const jobs = entries.map(({ job }) => job);
    const results = await runJobs(jobs, workersFor(jobs, this.#said), {
      sinks: [],
      judge: async (result) => (baseline === undefined ? result : applyBaseline(result, baseline)),
      servers: this.#servers,
      log: silentLog,
      signal: this.#signal,
      evidence: new EvidenceFiles(this.#said.evidence, jobs.length),
      follow: {
        urls: (index) => seen[index]!,
        onEvent: (index, event) => {
          const entry = entries[index]!;
          entry.row = nextRow(entry.row, event);
          this.#show();
        },
      },
    });
    for (const [index, entry] of entries.entries()) {
      entry.results = results[index] ?? [];
      const page = entry.results[0]?.url ?? '';
      if (this.#files) entry.seen = await filesSeen(seen[index]!, page, process.cwd());
    }
    this.#tell(startedAt);
    this.#watchFiles();
  }

  /** Waits until there is something to check again. @throws the signal's reason */
  async next(): Promise<void> {
    this.#running = false;
    this.#show();
    for (;;) {
      this.#signal.throwIfAborted();
      const changed = this.#files?.take() ?? [];
      if (this.#again || changed.length > 0) await this.#findDue(changed);
      this.#again = false;
      if (this.#due.size > 0) return;
      await this.#woken();
    }
  }

  async close(): Promise<void> {
    this.#input?.close();
    this.#files?.close();
    this.#screen.clear();
    await this.#ui?.close();
    await this.#servers.stop();
  }

  async #findDue(changed: readonly string[]): Promise<void> {
    for (const key of this.#again ? this.#entries.map((entry) => entry.key) : touchedBy(changed, this.#entries)) {
      this.#due.add(key);
    }
    if (this.#due.size === 0 && !changed.some(isScenarioFile)) return;
    try {
      await this.#plan();
    } catch (error) {
      // A configuration in the middle of being written: it is read again with the next change.
      this.#due.clear();
      this.#note = plainLines(describeError(error));
      this.#show();
    }
  }

  /** Reads the configuration and the scenarios anew; what was not there before is due. */
  async #plan(): Promise<void> {
    const { jobs } = await planChecks(this.#said);
    const before = new Map(this.#entries.map((entry) => [entry.key, entry]));
    this.#entries = jobs.map((job) => {
      const key = keyOf(job);
      const file = fileOf(job);
      const own = file === undefined ? new Set<string>() : withImports(file);
      const known = before.get(key);
      if (known) return Object.assign(known, { job, own });
      this.#due.add(key);
      const name =
        'refused' in job.found
          ? job.found.file
          : (job.found.scenario.name ?? relative('.', file ?? job.found.scenario.url));
      return { key, job, own, seen: undefined, results: [], row: { name, state: 'waiting', text: 'waiting' } };
    });
  }

  #tell(startedAt: Date): void {
    const report = createReport(
      this.#entries.flatMap(({ results }) => results),
      {
        startedAt: startedAt.toISOString(),
        durationMs: Date.now() - startedAt.getTime(),
        ...defined({ failOn: parseFailOn(this.#said.failOn) }),
      },
    );
    this.#report = report;
    this.#version += 1;
    this.#screen.clear();
    const requests = parseReporters(this.#said.reporter ?? [], this.#said.output);
    for (const sink of createReporterSinks(requests, this.#io)) sink.onReport?.(report);
  }

  #watchFiles(): void {
    const files = new Set(this.#entries.flatMap(({ own, seen }) => [...own, ...(seen ?? [])]));
    this.#files?.watch(files);
    this.#note = this.#files ? watchingNote(this.#entries.length, files.size) : `${this.#entries.length} checked`;
  }

  #checkAgain(): void {
    this.#again = true;
    this.#wake?.();
  }

  async #woken(): Promise<void> {
    const woken = Promise.withResolvers<void>();
    const wake = (): void => woken.resolve();
    this.#wake = wake;
    this.#signal.addEventListener('abort', wake, { once: true });
    // A promise does not keep a process alive, and without --ui and a terminal nothing else does.
    const alive = setInterval(() => undefined, 60_000);
    try {
      if (!this.#signal.aborted && !this.#again) await woken.promise;
    } finally {
      clearInterval(alive);
      this.#signal.removeEventListener('abort', wake);
      this.#wake = undefined;
    }
  }

  #show(): void {
    const state: BoardState = { rows: this.#entries.map(({ row }) => row), running: this.#running, note: this.#note };
    this.#ui?.tell({ ...state, version: this.#version });
    this.#screen.show(state);
  }
}

/** The lines at the bottom of a person's terminal; in a log, a line for each round and for what is watched after it. */
class Screen {
  readonly #io: TerminalIo;
  #lines = 0;
  #said = '';

  constructor(io: TerminalIo) {
    this.#io = io;
  }

  show(state: BoardState): void {
    if (!this.#io.isTty) {
      if (state.note !== this.#said) this.#io.err(`${state.note}\n`);
      this.#said = state.note;
      return;
    }
    const width = Math.max(40, (process.stderr.columns ?? 80) - 1);
    const lines = boardLines(state, width, painter(this.#io.colour));
    this.clear();
    this.#io.err(lines.map((line) => `${line}\n`).join(''));
    this.#lines = lines.length;
  }

  clear(): void {
    if (this.#lines > 0) this.#io.err(`\u001b[${this.#lines}A\u001b[0J`);
    this.#lines = 0;
  }
}

function fileOf({ found }: CheckJob): string | undefined {
  return 'refused' in found ? found.file : found.scenario.file;
}

function keyOf(job: CheckJob): string {
  const { found, settings } = job;
  const project = 'refused' in found ? '' : (found.scenario.project ?? '');
  const what = 'refused' in found ? '' : `${found.scenario.name} ${found.scenario.url}`;
  const program = isNodeCheck(settings) ? (settings.node ?? '') : '';
  return [fileOf(job) ?? what, project, program].join('\n');
}

/** In the person's own browser; where there is none, the address was printed. */
function openInBrowser(url: string): void {
  const [program, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
