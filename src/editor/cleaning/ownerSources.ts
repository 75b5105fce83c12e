import { type DebugAdapterTracker, type DebugSession, Disposable, type Terminal, debug, tasks, window } from 'vscode';
import type { WatchedOwner } from '../../orphans/index.ts';
import { TASK_TYPE } from '../contributions.ts';

/** Receives the start and end of everything that may launch browsers. */
export interface OwnerListener {
  /** It runs; `pid` is one of its processes, as soon as one is known. */
  begin(owner: WatchedOwner, pid?: number): void;
  end(owner: WatchedOwner): void;
}

/** How long after activation terminals that were open before are read, in ms: activation must do no work. */
const OLD_TERMINALS_MS = 5000;

/** Listens to the editor's debug sessions (of any adapter), tasks and integrated terminals. */
export const listenToOwners = (listener: OwnerListener): Disposable =>
  Disposable.from(listenToDebugging(listener), listenToTasks(listener), listenToTerminals(listener));

function listenToDebugging(listener: OwnerListener): Disposable {
  return Disposable.from(
    debug.registerDebugAdapterTrackerFactory('*', {
      createDebugAdapterTracker: (session) => trackerOf(session, listener),
    }),
    debug.onDidStartDebugSession((session) => listener.begin(ownerOf(session), pidInName(session))),
    debug.onDidTerminateDebugSession((session) => {
      if (!session.parentSession) listener.end(ownerOf(session));
    }),
  );
}

/** Debug adapters tell the debuggee's pid in a `process` event, or as the answer to `runInTerminal`. */
function trackerOf(session: DebugSession, listener: OwnerListener): DebugAdapterTracker {
  const learn = (pid: unknown) => {
    if (typeof pid === 'number' && Number.isInteger(pid) && pid > 1) listener.begin(ownerOf(session), pid);
  };
  return {
    onDidSendMessage: (message: unknown) => {
      if (isObject(message) && message['event'] === 'process' && isObject(message['body'])) {
        learn(message['body']['systemProcessId']);
      }
    },
    onWillReceiveMessage: (message: unknown) => {
      if (isObject(message) && message['command'] === 'runInTerminal' && isObject(message['body'])) {
        learn(message['body']['processId']);
        learn(message['body']['shellProcessId']);
      }
    },
  };
}

function listenToTasks(listener: OwnerListener): Disposable {
  const running = new Map<number, WatchedOwner>();
  return Disposable.from(
    tasks.onDidStartTaskProcess(({ execution: { task }, processId }) => {
      // Our own checks write what they launch into the journal.
      if (task.definition.type === TASK_TYPE) return;
      const owner: WatchedOwner = { kind: 'task', id: String(processId), name: task.name };
      running.set(processId, owner);
      listener.begin(owner, processId);
    }),
    tasks.onDidEndTaskProcess(({ execution: { task } }) => {
      for (const [pid, owner] of running) {
        // The event names the task only; of several with that name the one whose process is gone has ended.
        if (owner.name !== task.name || isAlive(pid)) continue;
        running.delete(pid);
        listener.end(owner);
      }
    }),
  );
}

/** A terminal is its shell; those that an extension draws have no process, and launch nothing. */
function listenToTerminals(listener: OwnerListener): Disposable {
  const open = new Map<Terminal, WatchedOwner>();
  const closed = new WeakSet<Terminal>();
  const learn = (terminal: Terminal) => {
    void terminal.processId.then((pid) => {
      if (pid === undefined || open.has(terminal) || closed.has(terminal)) return;
      const owner: WatchedOwner = { kind: 'terminal', id: String(pid), name: terminal.name };
      open.set(terminal, owner);
      listener.begin(owner, pid);
    });
  };
  const later = setTimeout(() => window.terminals.forEach(learn), OLD_TERMINALS_MS);
  return Disposable.from(
    new Disposable(() => clearTimeout(later)),
    window.onDidOpenTerminal(learn),
    window.onDidCloseTerminal((terminal) => {
      closed.add(terminal);
      const owner = open.get(terminal);
      open.delete(terminal);
      if (owner) listener.end(owner);
    }),
  );
}

/** js-debug runs each debuggee in a child session: the user knows the one they started. */
function ownerOf(session: DebugSession): WatchedOwner {
  let root = session;
  while (root.parentSession) root = root.parentSession;
  return { kind: 'debug', id: root.id, name: root.name };
}

/**
 * js-debug sends no `process` event, but names the child session of each debuggee after its program and pid:
 * `run.js [4711] « Launch e2e` (seen in ms-vscode.js-debug of VS Code 1.139).
 */
function pidInName({ name, parentSession }: DebugSession): number | undefined {
  const pid = parentSession ? /\[(\d+)\]/.exec(name)?.[1] : undefined;
  return pid === undefined ? undefined : Number(pid);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
