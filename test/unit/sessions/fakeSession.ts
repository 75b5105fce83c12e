import { MemoryRecordStore } from '../../../src/stores/index.ts';
import type { CleanupSummary, CloseReason, SessionInfo } from '../../../src/sessions/index.ts';
import type { SessionState } from '../../../src/sessions/model.ts';
import type { Session } from '../../../src/sessions/managedSession.ts';
import { Cursors } from '../../../src/sessions/cursors.ts';

let nextId = 1;

/** As much of a session as the host deals with, without a browser. */
export class FakeSession {
  readonly id = `fake${nextId++}`;
  readonly root = { pid: 4000 + nextId, startTime: 1 };
  readonly name = 'fake';
  closedFor: CloseReason | undefined;
  memory = 0;
  idleMs = 0;
  state: SessionState = 'ready';
  /** Held back closings, for tests of order. */
  closeGate: Promise<void> = Promise.resolve();
  readonly resources = {
    cursors: new Cursors(this.id, new MemoryRecordStore()),
    keepCaptured: async () => {},
    pages: [],
    touch: () => {
      this.idleMs = 0;
    },
    session: this,
    get idleMs(): number {
      return this.session.idleMs;
    },
  };
  readonly #closing: ((summary: Promise<CleanupSummary>) => void)[] = [];
  #summary: Promise<CleanupSummary> | undefined;

  onClosing(listener: (summary: Promise<CleanupSummary>) => void): () => void {
    this.#closing.push(listener);
    return () => {};
  }

  close(reason: CloseReason = 'requested'): Promise<CleanupSummary> {
    if (!this.#summary) {
      this.closedFor = reason;
      this.#summary = this.closeGate.then(() => ({ sessionId: this.id, reason }) as CleanupSummary);
      for (const listener of this.#closing) listener(this.#summary);
    }
    return this.#summary;
  }

  async info(): Promise<SessionInfo> {
    return { id: this.id, name: this.name, state: this.state } as SessionInfo;
  }

  async memoryBytes(): Promise<number> {
    return this.memory;
  }

  setState(state: SessionState): void {
    this.state = state;
  }

  asSession(): Session {
    return this as unknown as Session;
  }
}
