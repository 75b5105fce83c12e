import { plainText, painter } from '../support/index.ts';
import { type PlaywrightSetup, WebServers } from '../scenarios/index.ts';
import type { TerminalIo } from './io.ts';

/**
 * The web servers of one command: those of a Playwright configuration are started when the first check needs them, and all
 * of them end with the command.
 */
export class RunServers {
  readonly #io: TerminalIo;
  readonly #signal: AbortSignal;
  /** Makes room for a line where a live line is shown. */
  readonly #clearLine: () => void;
  readonly #started = new Map<string, Promise<WebServers>>();

  constructor(io: TerminalIo, signal: AbortSignal, clearLine: () => void) {
    this.#io = io;
    this.#signal = signal;
    this.#clearLine = clearLine;
  }

  /** @throws LeakwrightError `leaks.webServerFailed` */
  async need(setup: PlaywrightSetup | undefined): Promise<void> {
    if (!setup || setup.webServers.length === 0) return;
    const starting = this.#started.get(setup.file) ?? this.#start(setup);
    this.#started.set(setup.file, starting);
    await starting;
  }

  /** Ends them all. @returns false where one of their processes could not be ended, which is reported */
  async stop(): Promise<boolean> {
    const ends = await Promise.all(
      [...this.#started.values()].map(async (starting) => {
        // One that could not be started has ended what it had started by itself.
        const servers = await starting.catch(() => undefined);
        return (await servers?.stop()) ?? [];
      }),
    );
    const survivors = ends.flat();
    for (const { pid, name } of survivors) {
      this.#io.err(`leakwright: process ${pid} (${plainText(name)}) of the web server could not be ended.\n`);
    }
    return survivors.length === 0;
  }

  #start(setup: PlaywrightSetup): Promise<WebServers> {
    return WebServers.start(setup.webServers, {
      signal: this.#signal,
      onOutput: (name, line) => {
        this.#clearLine();
        const label = `[${plainText(name, 40)}]`;
        this.#io.err(`${painter(this.#io.colour)('dim', label)} ${plainText(line, 4000)}\n`);
      },
    });
  }
}
