import type { RendererLabel, SessionInfo } from '../../sessions/index.ts';
import { type Log, describeError } from '../../support/index.ts';
import type { ShownTree } from '../processTree/row.ts';

/** Navigations come in bursts: reads the page once after the last. */
const QUIET_MS = 700;

interface Asked {
  /** What it looked like when it was asked: addresses and renderers. */
  look: string;
  renderers: ReadonlyMap<number, RendererLabel>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Which page is in which renderer, for the sessions of this window. Asked anew only when a session's addresses or its
 * renderers changed: the answer needs a short trace in the browser.
 */
export class PageMap {
  readonly #ask: (sessionId: string) => Promise<readonly RendererLabel[]>;
  readonly #onChange: () => void;
  readonly #log: Log;
  readonly #quietMs: number;
  readonly #sessions = new Map<string, Asked>();

  constructor(
    ask: (sessionId: string) => Promise<readonly RendererLabel[]>,
    log: Log,
    onChange: () => void,
    quietMs = QUIET_MS,
  ) {
    this.#ask = ask;
    this.#log = log;
    this.#onChange = onChange;
    this.#quietMs = quietMs;
  }

  of(sessionId: string): ReadonlyMap<number, RendererLabel> {
    return this.#sessions.get(sessionId)?.renderers ?? new Map();
  }

  /** Updates from the shown sessions, and forgets those that have ended. */
  update(trees: readonly ShownTree[]): void {
    const shown = new Set<string>();
    for (const { session, sample } of trees) {
      if (!session) continue;
      shown.add(session.id);
      const renderers = sample.tree.processes.filter(({ role }) => role === 'renderer').map(({ info }) => info.pid);
      this.#consider(session, renderers);
    }
    for (const [id, { timer }] of this.#sessions) {
      if (shown.has(id)) continue;
      clearTimeout(timer);
      this.#sessions.delete(id);
    }
  }

  dispose(): void {
    for (const { timer } of this.#sessions.values()) clearTimeout(timer);
    this.#sessions.clear();
  }

  #consider(session: SessionInfo, renderers: readonly number[]): void {
    const look = JSON.stringify([session.urls, [...renderers].sort((a, b) => a - b)]);
    const asked: Asked = this.#sessions.get(session.id) ?? { look: '', renderers: new Map(), timer: undefined };
    this.#sessions.set(session.id, asked);
    if (asked.look === look || session.state !== 'ready' || renderers.length === 0) return;
    asked.look = look;
    clearTimeout(asked.timer);
    asked.timer = setTimeout(() => void this.#refresh(session.id, asked), this.#quietMs);
  }

  async #refresh(id: string, asked: Asked): Promise<void> {
    try {
      const renderers = await this.#ask(id);
      asked.renderers = new Map(renderers.map((renderer) => [renderer.pid, renderer]));
      if (this.#sessions.get(id) === asked) this.#onChange();
    } catch (error) {
      // The session was closed meanwhile, most likely; its rows go with it.
      this.#log.debug(`Pages of session ${id}: ${describeError(error)}`);
    }
  }
}
