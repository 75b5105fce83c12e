import { rmSync } from 'node:fs';
import {
  type Disposable,
  type Event,
  EventEmitter,
  ProcessExecution,
  Task,
  type TaskDefinition,
  type TaskExecution,
  type TaskProvider,
  TaskRevealKind,
  TaskScope,
  type WorkspaceFolder,
  tasks,
  workspace,
  CustomExecution,
  type Pseudoterminal,
} from 'vscode';
import { EVENTS_ENV, type EventFollower, followEvents } from '../../checks/index.ts';
import type { CheckResult, LeakEvent } from '../../leaks/index.ts';
import { defined, type Log, describeError } from '../../support/index.ts';
import { TASK_TYPE, TREE_MATCHER } from '../contributions.ts';
import { inBackground } from '../log.ts';
import { type CheckProperties, IN_A_WINDOW, treeArguments } from './checkArguments.ts';
import { type CheckPlaces, checkCommand } from './checkCommand.ts';
import type { CheckResults } from './checkResults.ts';
import { presets } from './presets.ts';
import type { RecentChecks } from './recentChecks.ts';
import type { RunningChecks, RunningHandle } from './runningChecks.ts';

export interface CheckEnded {
  readonly execution: TaskExecution;
  /** Undefined when the task was ended before it could exit. */
  readonly exitCode: number | undefined;
  readonly results: readonly CheckResult[];
  readonly folder: string | undefined;
  /** The user started this check by a command and waits for its end. */
  readonly isAwaited: boolean;
}

interface Running {
  readonly handle: RunningHandle;
  readonly events: string;
  readonly follower: EventFollower;
  readonly folder: string | undefined;
  readonly results: CheckResult[];
}

interface CheckTasksOptions extends CheckPlaces {
  readonly results: CheckResults;
  readonly running: RunningChecks;
  readonly recent: RecentChecks;
  readonly log: Log;
}

/**
 * Tasks of type `leakwright`: each run is `leakwright check` as a process of its own in a real terminal, with its own
 * exit code. Beside the text for the person it writes its events to a file, which becomes Problems.
 */
export class CheckTasks implements TaskProvider, Disposable {
  readonly #options: CheckTasksOptions;
  readonly #ended = new EventEmitter<CheckEnded>();
  readonly #running = new Map<TaskExecution, Running>();
  /** Names of tasks whose end a command awaits. */
  readonly #awaited = new Set<string>();
  readonly #disposables: Disposable[];

  readonly onDidEnd: Event<CheckEnded> = this.#ended.event;

  constructor(options: CheckTasksOptions) {
    this.#options = options;
    this.#disposables = [
      tasks.registerTaskProvider(TASK_TYPE, this),
      tasks.onDidStartTask(({ execution }) => this.#onStart(execution)),
      tasks.onDidEndTaskProcess(({ execution, exitCode }) => this.#onEnd(execution, exitCode)),
      // A task whose process never began ends without having had one.
      tasks.onDidEndTask(({ execution }) => this.#onEnd(execution, undefined)),
      this.#ended,
    ];
  }

  /** Tasks without a tasks.json: each scenario, the long runs of a page that the user picks, and watching browsers. */
  provideTasks(): Task[] {
    return presets().map(({ name, definition }) => this.createTask(definition, name, TaskScope.Workspace));
  }

  resolveTask(task: Task): Task {
    try {
      return this.createTask(task.definition, task.name, task.scope);
    } catch (error) {
      const message = describeError(error);
      this.#options.log.error(`Task '${task.name}': ${message}`);
      return new Task(task.definition, task.scope ?? TaskScope.Workspace, task.name, TASK_TYPE, refusal(message), []);
    }
  }

  /** Marks a task as awaited: at its end the first leak's line is shown. */
  noteAwaited(task: Task): void {
    this.#awaited.add(task.name);
  }

  /** @throws LeakwrightError `usage` for properties that cannot mean anything */
  createTask(
    definition: TaskDefinition & CheckProperties,
    name: string,
    scope: WorkspaceFolder | TaskScope | undefined,
  ): Task {
    if (definition.command === 'tree') return this.#createTreeTask(definition, name, scope);
    const folder = typeof scope === 'object' ? scope : workspace.workspaceFolders?.[0];
    // The same for the same task: the editor resolves a task more than once, and reports the run of one resolution while it
    // runs another.
    const properties = Object.entries(definition).sort(([a], [b]) => (a < b ? -1 : 1));
    const { program, cli, args, env, cwd, events } = checkCommand(this.#options, definition, folder, properties);
    // Events of an earlier run that was not followed to its end would be read as this one's.
    if (![...this.#running.values()].some((running) => running.events === events)) rmSync(events, { force: true });
    const task = new Task(
      definition,
      scope ?? TaskScope.Workspace,
      name,
      TASK_TYPE,
      new ProcessExecution(program, [cli, ...args], { ...defined({ cwd }), env }),
      [],
    );
    // The command line is long, and the report has all of it.
    task.presentationOptions = { reveal: TaskRevealKind.Always, clear: true, echo: false };
    return task;
  }

  /** `tree --watch`: runs until it is ended, and is ready with its first sample. */
  #createTreeTask(
    definition: TaskDefinition & CheckProperties,
    name: string,
    scope: WorkspaceFolder | TaskScope | undefined,
  ): Task {
    const execution = new ProcessExecution(process.execPath, [this.#options.cli, ...treeArguments(definition)], {
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    const task = new Task(definition, scope ?? TaskScope.Workspace, name, TASK_TYPE, execution, [TREE_MATCHER]);
    task.isBackground = true;
    task.presentationOptions = { reveal: TaskRevealKind.Always, echo: false };
    return task;
  }

  dispose(): void {
    for (const { follower, handle } of this.#running.values()) {
      inBackground(this.#options.log, 'Reading a check', follower.end());
      handle.end();
    }
    this.#running.clear();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #onStart(execution: TaskExecution): void {
    const { task } = execution;
    if (task.definition.type !== TASK_TYPE || !(task.execution instanceof ProcessExecution)) return;
    const events = task.execution.options?.env?.[EVENTS_ENV];
    if (events === undefined) return;
    const folder = task.execution.options?.cwd;
    const results: CheckResult[] = [];
    const { type: _, ...properties } = task.definition;
    const stop = () => execution.terminate();
    const showBrowser = () => {
      stop();
      const shown = this.createTask({ ...task.definition, ...IN_A_WINDOW }, task.name, task.scope);
      inBackground(this.#options.log, 'Showing a browser', Promise.resolve(tasks.executeTask(shown)));
    };
    const isShown = (properties as CheckProperties).headed === true;
    const handle = this.#options.running.begin(task.name, { stop, ...(isShown ? {} : { showBrowser }) });
    const onEvent = (event: LeakEvent): void => {
      handle.onEvent(event);
      if (event.type !== 'checkEnded') return;
      results.push(event.result);
      inBackground(
        this.#options.log,
        'Remembering a check',
        this.#options.recent.note(event.result, properties, folder),
      );
      this.#options.results.accept({ result: event.result, folder });
    };
    this.#running.set(execution, { handle, events, follower: followEvents(events, onEvent), folder, results });
  }

  #onEnd(execution: TaskExecution, exitCode: number | undefined): void {
    const running = this.#running.get(execution);
    if (!running) return;
    this.#running.delete(execution);
    running.handle.end();
    inBackground(this.#options.log, 'Reading a check', this.#finish(execution, running, exitCode));
  }

  async #finish(execution: TaskExecution, running: Running, exitCode: number | undefined): Promise<void> {
    try {
      await running.follower.end();
    } finally {
      const isAwaited = this.#awaited.delete(execution.task.name);
      this.#ended.fire({ execution, exitCode, results: running.results, folder: running.folder, isAwaited });
    }
  }
}

/** The exit code of `check` for what could not run. */
const COULD_NOT_RUN = 3;

/** A task with invalid properties prints the error in its own terminal when it is run, and fails as the program would. */
function refusal(message: string): CustomExecution {
  return new CustomExecution(async (): Promise<Pseudoterminal> => {
    const written = new EventEmitter<string>();
    const closed = new EventEmitter<number>();
    return {
      onDidWrite: written.event,
      onDidClose: closed.event,
      open() {
        written.fire(`leakwright: ${message}\r\n`);
        closed.fire(COULD_NOT_RUN);
      },
      close() {
        written.dispose();
        closed.dispose();
      },
    };
  });
}
