import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { createProcessReader } from '../../processes/index.ts';
import { LeakwrightError, abortable, plainText, programFile, systemClock } from '../../support/index.ts';
import { endServer } from './endServer.ts';
import {
  type FromKeeper,
  type ServerShutdown,
  type ServerTraces,
  type SurvivingProcess,
  type ToKeeper,
  WEB_SERVER_VARIABLE,
} from './keeperProtocol.ts';
import { type ServerAddress, answers } from './serverReady.ts';

/** A server that checks need: `webServer` of a Playwright configuration, with everything resolved. */
export interface WebServerOptions {
  /** For people. */
  readonly name: string;
  readonly command: string;
  /** Of a program under check: the command as a person types it, without the switches of the check. */
  readonly program?: string;
  readonly cwd: string;
  /** Added to this process's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it answers when it is ready. */
  readonly address?: ServerAddress;
  /** What it prints when it is ready; named groups become environment variables of this process. */
  readonly output?: { readonly stdout?: RegExp; readonly stderr?: RegExp };
  /** Use what answers there already, and leave it running. */
  readonly reuseExisting: boolean;
  /** Milliseconds until it must be ready. */
  readonly timeoutMs: number;
  readonly shutdown: ServerShutdown;
  /** Which of its output goes to {@link WebServerContext.onOutput}. */
  readonly show: { readonly stdout: boolean; readonly stderr: boolean };
}

export interface WebServerContext {
  readonly signal: AbortSignal;
  /** A line that a server printed. */
  readonly onOutput?: (name: string, line: string) => void;
}

/** Between two looks at a server that is not ready yet: it doubles up to the second. */
const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 1000;
/** How much of a server's output an error quotes when it does not start. */
const QUOTED_LINES = 12;
const MAX_TAIL = 8 * 1024;
/** Lines of Node that say nothing of why a program ended. */
const OF_NODE_ITSELF =
  /^(?:at .*\(?node:internal|Debugger (?:listening|attached|ending)|Waiting for the debugger|For help, see: |Node\.js v\d)/;

interface RunningServer {
  readonly options: WebServerOptions;
  traces?: ServerTraces;
  /** Its last output, both streams. */
  tail: string;
  /** The whole output so far of a server whose output is waited for. */
  seen: { stdout: string; stderr: string };
  ended?: string;
  /** Called when any of this changes. */
  onChange: () => void;
}

/**
 * The web servers of a run: started before its checks, ended with every process of theirs after, whatever happens. They are
 * children of a keeper process that ends them when this process goes; and should the keeper be killed, they are ended here.
 */
export class WebServers {
  readonly #servers = new Map<string, RunningServer>();
  readonly #context: WebServerContext;
  #keeper: ChildProcess | undefined;
  #stopping: Promise<readonly SurvivingProcess[]> | undefined;

  private constructor(context: WebServerContext) {
    this.#context = context;
  }

  /**
   * Starts the servers, one after the other, each when the one before is ready.
   *
   * @throws LeakwrightError `leaks.webServerFailed`, or the signal's reason; nothing is left running then
   */
  static async start(options: readonly WebServerOptions[], context: WebServerContext): Promise<WebServers> {
    const servers = new WebServers(context);
    try {
      for (const server of options) await servers.#start(server);
      return servers;
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  /**
   * Why the first one that ended did so, with what it printed last.
   *
   * @param waitMs how long the end may take to become known, after another sign of it
   */
  async failure(waitMs = 0): Promise<LeakwrightError | undefined> {
    const until = performance.now() + waitMs;
    for (;;) {
      const ended = [...this.#servers.values()].find((server) => server.ended !== undefined);
      if (ended) return failed(ended, ended.ended!);
      if (performance.now() >= until) return undefined;
      await systemClock.sleep(FIRST_LOOK_MS, this.#context.signal);
    }
  }

  /** Ends the servers that were started here and verifies it. Never rejects. @returns what could not be ended */
  async stop(): Promise<readonly SurvivingProcess[]> {
    this.#stopping ??= this.#stop();
    return await this.#stopping;
  }

  async #start(options: WebServerOptions): Promise<void> {
    const { signal } = this.#context;
    signal.throwIfAborted();
    if (options.address && (await answers(options.address, signal))) {
      if (options.reuseExisting) return;
      throw new LeakwrightError('leaks.webServerFailed', `${where(options.address)} is in use already.`, {
        hint: 'Stop what runs there, or set reuseExistingServer: true in the webServer of the Playwright configuration.',
      });
    }
    signal.throwIfAborted();
    const id = randomUUID();
    const server: RunningServer = { options, tail: '', seen: { stdout: '', stderr: '' }, onChange: () => {} };
    this.#servers.set(id, server);
    this.#tell({
      type: 'start',
      server: {
        id,
        command: options.command,
        cwd: options.cwd,
        env: { ...serverEnvironment(), ...options.env, [WEB_SERVER_VARIABLE]: id },
        shutdown: options.shutdown,
      },
    });
    await this.#ready(server);
  }

  async #ready(server: RunningServer): Promise<void> {
    const { options } = server;
    const limit = AbortSignal.any([this.#context.signal, AbortSignal.timeout(options.timeoutMs)]);
    try {
      await this.#until(server, limit, () => server.traces !== undefined);
      const { output, address } = options;
      if (output) await this.#until(server, limit, () => hasPrinted(server, output));
      if (address) await untilAnswering(server, address, limit);
      if (!output && !address) throwIfEnded(server);
    } catch (error) {
      if (this.#context.signal.aborted || !limit.aborted) throw error;
      const awaited = options.address ? `to answer at ${where(options.address)}` : 'to say that it is ready';
      throw failed(server, `was not ready after ${Math.round(options.timeoutMs / 1000)} s (waited for it ${awaited})`);
    }
  }

  async #until(server: RunningServer, limit: AbortSignal, condition: () => boolean): Promise<void> {
    const met = new Promise<void>((resolve, reject) => {
      server.onChange = () => {
        if (condition()) resolve();
        else if (server.ended !== undefined) reject(failed(server, server.ended));
      };
    });
    server.onChange();
    try {
      await abortable(met, limit);
    } finally {
      server.onChange = () => {};
    }
  }

  #tell(message: ToKeeper): void {
    this.#keeper ??= this.#fork();
    this.#keeper.send(message, () => {});
  }

  #fork(): ChildProcess {
    const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    // A debugger of the user's must not attach to it.
    delete env['NODE_OPTIONS'];
    delete env['VSCODE_INSPECTOR_OPTIONS'];
    const keeper = fork(programFile('webServerKeeper'), [], {
      // A group of its own: a Ctrl-C in the terminal must reach us only, so that we can end servers in order.
      detached: true,
      execArgv: [],
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    keeper.on('message', (message: FromKeeper) => this.#heard(message));
    const gone = (): void => {
      this.#keeper = undefined;
      for (const server of this.#servers.values()) {
        server.ended ??= 'cannot be kept: the process that kept it ended';
        server.onChange();
      }
    };
    keeper.on('exit', gone);
    keeper.on('error', gone);
    return keeper;
  }

  #heard(message: FromKeeper): void {
    if (message.type === 'stopped') return;
    const id = message.type === 'started' ? message.traces.id : message.id;
    const server = this.#servers.get(id);
    if (!server) return;
    switch (message.type) {
      case 'started': {
        server.traces = message.traces;
        break;
      }
      case 'output': {
        this.#printed(server, message.stream, message.text);
        break;
      }
      case 'failed': {
        server.ended = `cannot be started: ${message.message}`;
        break;
      }
      case 'exited': {
        server.ended = `ended with ${message.signal ?? `exit code ${message.code}`}`;
        break;
      }
    }
    server.onChange();
  }

  #printed(server: RunningServer, stream: 'stdout' | 'stderr', text: string): void {
    server.tail = (server.tail + text).slice(-MAX_TAIL);
    if (server.options.output)
      server.seen[stream] = (server.seen[stream] + stripVTControlCharacters(text)).slice(-16 * MAX_TAIL);
    if (!server.options.show[stream]) return;
    for (const line of text.split('\n')) {
      if (line.trim() !== '') this.#context.onOutput?.(server.options.name, plainText(line, 1000));
    }
  }

  async #stop(): Promise<readonly SurvivingProcess[]> {
    const keeper = this.#keeper;
    if (keeper?.connected) {
      const stopped = new Promise<readonly SurvivingProcess[] | undefined>((resolve) => {
        keeper.on('message', (message: FromKeeper) => {
          if (message.type === 'stopped') resolve(message.survivors);
        });
        keeper.once('exit', () => resolve(undefined));
      });
      this.#tell({ type: 'stop' });
      const survivors = await stopped;
      if (keeper.connected) keeper.disconnect();
      if (survivors) return survivors;
    }
    // The keeper is gone, and what it kept is ours to end.
    const reader = createProcessReader();
    const traces = [...this.#servers.values()].flatMap((server) => server.traces ?? []);
    const left = await Promise.all(traces.map(async (one) => await endServer(reader, one)));
    return left.flat();
  }
}

function hasPrinted(server: RunningServer, output: NonNullable<WebServerOptions['output']>): boolean {
  const found = (['stdout', 'stderr'] as const).map((stream) => {
    const pattern = output[stream];
    // A pattern with the flag g would go on where it matched last.
    return pattern && new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(server.seen[stream]);
  });
  const match = found.find((one) => one != null);
  for (const [name, value] of Object.entries(match?.groups ?? {})) process.env[name.toUpperCase()] = value;
  return match !== undefined;
}

async function untilAnswering(server: RunningServer, address: ServerAddress, limit: AbortSignal): Promise<void> {
  let pauseMs = FIRST_LOOK_MS;
  while (!(await answers(address, limit))) {
    throwIfEnded(server);
    await systemClock.sleep(pauseMs, limit);
    pauseMs = Math.min(LAST_LOOK_MS, pauseMs * 2);
  }
}

function throwIfEnded(server: RunningServer): void {
  if (server.ended !== undefined) throw failed(server, server.ended);
}

function failed(server: RunningServer, what: string): LeakwrightError {
  const { name, command, program, cwd } = server.options;
  const said = server.tail
    .split('\n')
    .map((line) => plainText(line, 300).trim())
    .filter((line) => line !== '' && !OF_NODE_ITSELF.test(line))
    .slice(-QUOTED_LINES);
  const output = said.length === 0 ? ' It printed nothing.' : ` It printed:\n  ${said.join('\n  ')}`;
  return new LeakwrightError(
    'leaks.webServerFailed',
    `The ${program === undefined ? 'web server' : 'program'} '${name}' ${what}.${output}`,
    {
      hint: `Run it by hand: cd ${cwd} && ${program ?? command}`,
    },
  );
}

function where(address: ServerAddress): string {
  return 'port' in address ? `port ${address.port}` : address.url;
}

function serverEnvironment(): Record<string, string> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  // Of our own making where we run in an editor: the server's own programs must not see it.
  if (process.versions['electron'] !== undefined) delete env['ELECTRON_RUN_AS_NODE'];
  // Stops development servers from opening the person's browser.
  return { BROWSER: 'none', ...env };
}
