import { type Disposable, window, ConfigurationTarget, commands, workspace } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import { isDueLeftover, isDueOrphan } from '../../machine/index.ts';
import type { OwnedTree, WatchedOwner } from '../../orphans/index.ts';
import { identityKey } from '../../processes/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { type Settings, VIEWS } from '../contributions.ts';
import { engine } from '../lazyBundles.ts';
import { inBackground } from '../log.ts';
import type { ShownTree } from '../processTree/row.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { type Aftermath, NOTIFY_FROM_BYTES, byProductsOf, canGoNow, leftBehindSentence } from './aftermath.ts';
import { type CleanUpContext, cleanUpAfter, endTrees, memoryOf, removeLeftovers } from './cleanUp.ts';

/** How often an orphan that is too young for an alert is checked, in ms, whether the view is visible or not. */
const AGING_BEAT_MS = 10_000;
/** What a stopped editor left is looked for this late after a start, in ms: activation is not the time for work. */
const FIRST_LOOK_MS = 30_000;
/** Keeps the last 500 browsers and folders, to avoid repeats. */
const MAX_REMEMBERED = 500;
/** Folders of one launch become due within this time of each other (ms), so one notification names them all. */
const SAME_OCCASION_MS = 15_000;

/**
 * Notifies of leaks outside of pages: browsers without an owner, and files that outlive their browsers. Each is reported
 * once, all that are due in one notification, in the focused window, and only after the time that the settings say: what
 * ends by itself is no leak.
 */
export class LeakAlerts implements Disposable {
  readonly #context: CleanUpContext;
  readonly #alerted = new Set<string>();
  /** Owners that have ended and are asked about in a moment. */
  readonly #ending = new Set<string>();
  /** By the path of a folder: the name of the owner whose end left it. */
  readonly #leftBy = new Map<string, string>();
  readonly #startedAt = Date.now();
  readonly #stops: (() => void)[];

  constructor(context: CleanUpContext) {
    this.#context = context;
    const focus = window.onDidChangeWindowState(({ focused }) => {
      if (!focused) return;
      this.#onTrees(context.watch.trees);
      this.#onLeftovers(context.leftovers.leftovers);
    });
    const first = setTimeout(() => inBackground(context.log, 'Looking for orphans', this.#firstLook()), FIRST_LOOK_MS);
    this.#stops = [
      () => clearTimeout(first),
      context.watch.onDidChange((trees) => this.#onTrees(trees)),
      context.leftovers.onDidLook((leftovers) => this.#onLeftovers(leftovers)),
      () => focus.dispose(),
    ];
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#context.watch.watch('alerts', undefined);
  }

  /** The one notification of an owner's end: all that it left, with sizes. After *Clean Up* nothing of that remains. */
  async offer(owner: WatchedOwner, { browsers, gone }: Aftermath): Promise<void> {
    const files = this.#context.leftovers.leftovers.filter(
      (leftover) => this.#leftBy.get(leftover.path) === owner.name && canGoNow(gone, leftover),
    );
    const message = leftBehindSentence(owner.name, {
      browsers: browsers.length,
      processes: sum(browsers, ({ tree }) => tree.processes.length),
      memoryBytes: sum(browsers, (owned) => memoryOf(owned, this.#context.watch)),
      folders: files.length,
      folderBytes: sum(files, ({ bytes }) => bytes),
    });
    await offerCleanUp(message, {
      cleanUp: () => cleanUpAfter(this.#context, [...browsers, ...gone], files),
      silence: { setting: 'afterDebugSession', value: 'ignore' },
    });
  }

  /** An owner has ended: holds back notifications of its browsers until what it left is known. */
  noteOwnerEnding(owner: WatchedOwner): void {
    this.#ending.add(keyOf(owner));
  }

  /**
   * One notification an owner: it names the folders of a launch with its browsers. Where no browser is alive, one later
   * notification names the owner and all its folders.
   */
  async noteOwnerEnded(owner: WatchedOwner, { browsers, gone }: Aftermath, beganAt: number): Promise<void> {
    try {
      for (const { tree } of browsers) this.#tell(identityKey(tree.root));
      if (browsers.length + gone.length === 0) return;
      const leftovers = await this.#context.leftovers.refresh();
      for (const { path } of byProductsOf(gone, leftovers, beganAt, Date.now())) {
        if (this.#alerted.has(path)) continue;
        this.#leftBy.set(path, owner.name);
        if (browsers.length > 0) this.#tell(path);
      }
      for (const old of this.#leftBy.keys()) if (this.#leftBy.size > MAX_REMEMBERED) this.#leftBy.delete(old);
    } finally {
      this.#ending.delete(keyOf(owner));
      if (setting('fileLeakAlertAfter') > 0) this.#context.leftovers.look();
    }
  }

  /** Orphans of an editor that crashed or was stopped: one cheap sample, and no more where no program drives a browser. */
  async #firstLook(): Promise<void> {
    const { watch } = this.#context;
    if (setting('processLeakAlertAfter') === 0 || watch.hasSampled) return;
    const table = await watch.reader.readTable();
    const trees = engine().findBrowserTrees(table);
    if (trees.some(({ automatedBy }) => automatedBy !== undefined)) await watch.refresh();
  }

  #onTrees(trees: readonly ShownTree[]): void {
    const limitMs = setting('processLeakAlertAfter') * 1000;
    const fresh = trees.flatMap(({ owned, ending }) =>
      owned?.status === 'orphan' && !ending && !this.#isKnown(owned) ? [owned] : [],
    );
    const isOff = limitMs === 0 || fresh.length === 0;
    this.#context.watch.watch('alerts', isOff ? undefined : AGING_BEAT_MS);
    if (isOff || !window.state.focused) return;
    const due = fresh.filter((owned) => isDueOrphan(owned, limitMs));
    if (due.length === 0) return;
    for (const { tree } of due) this.#tell(identityKey(tree.root));
    inBackground(this.#context.log, 'Telling of orphans', this.#tellOfTrees(due));
  }

  async #tellOfTrees(due: readonly OwnedTree[]): Promise<void> {
    const [first] = due;
    const forMs = Math.max(...due.map(({ orphanForMs = 0 }) => orphanForMs));
    const whose = first?.owner ? plainText(first.owner.name, 60) : '';
    const message =
      due.length > 1
        ? t('{0} browsers still run although the programs that launched them are gone.', due.length)
        : whose
          ? t(
              '{0} (process {1}) has been an orphan for {2}: {3} left it behind.',
              first!.tree.product,
              first!.tree.root.pid,
              formatDuration(forMs),
              whose,
            )
          : t(
              '{0} (process {1}) has been an orphan for {2}: the program that launched it is gone.',
              first!.tree.product,
              first!.tree.root.pid,
              formatDuration(forMs),
            );
    await offerCleanUp(message, {
      cleanUp: () => endTrees(this.#context, due),
      silence: { setting: 'processLeakAlertAfter', value: 0 },
    });
  }

  /** Files from before this window was opened are in the view only. */
  #onLeftovers(leftovers: readonly Leftover[]): void {
    const limitMs = setting('fileLeakAlertAfter') * 1000;
    if (limitMs === 0) return;
    const now = Date.now();
    const fresh = leftovers.filter(
      ({ path, removable, ripensInMs, ageMs }) =>
        (removable || ripensInMs !== undefined) && now - ageMs > this.#startedAt && !this.#alerted.has(path),
    );
    const waits = fresh
      .map(({ ageMs, ripensInMs = 0 }) => Math.max(limitMs - ageMs, ripensInMs))
      .filter((ms) => ms > 0);
    const soon = waits.filter((ms) => ms <= SAME_OCCASION_MS);
    if (waits.length > 0)
      this.#context.leftovers.look((soon.length > 0 ? Math.max(...soon) : Math.min(...waits)) + 1000);
    // An owner that has just ended gets its own notification soon.
    if (soon.length > 0 || this.#ending.size > 0 || !window.state.focused) return;
    const due = fresh.filter((leftover) => isDueLeftover(leftover, limitMs));
    const bytes = sum(due, (leftover) => leftover.bytes);
    // Small ones are in the view; many of them add up.
    if (bytes < NOTIFY_FROM_BYTES) return;
    for (const { path } of due) this.#tell(path);
    const owners = new Set(due.map(({ path }) => this.#leftBy.get(path)));
    const [owner] = owners;
    const size = formatBytes(bytes);
    const message =
      owner !== undefined && owners.size === 1
        ? leftBehindSentence(owner, {
            browsers: 0,
            processes: 0,
            memoryBytes: 0,
            folders: due.length,
            folderBytes: bytes,
          })
        : due.length === 1
          ? t('A browser that is gone left a folder behind: {0} ({1}).', plainText(due[0]!.path, 120), size)
          : t('Browsers that are gone left {0} folders behind ({1}).', due.length, size);
    inBackground(
      this.#context.log,
      'Telling of leftover files',
      offerCleanUp(message, {
        cleanUp: () => removeLeftovers(this.#context, due),
        silence: { setting: 'fileLeakAlertAfter', value: 0 },
      }),
    );
  }

  #isKnown({ tree }: OwnedTree): boolean {
    const owner = this.#context.watch.observations.of(tree.root)?.owner;
    if (owner && this.#ending.has(keyOf(owner))) return true;
    return this.#alerted.has(identityKey(tree.root));
  }

  #tell(what: string): void {
    this.#alerted.add(what);
    for (const old of this.#alerted) if (this.#alerted.size > MAX_REMEMBERED) this.#alerted.delete(old);
  }
}

function keyOf({ kind, id }: Pick<WatchedOwner, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/**
 * Reports something left behind and offers to clean up: one notification an occasion, with a button that turns these off.
 *
 * @param options `silence`: the setting, and its value, that stops these questions
 */
async function offerCleanUp<K extends keyof Settings>(
  message: string,
  options: {
    readonly cleanUp: () => Promise<unknown>;
    readonly silence: { readonly setting: K; readonly value: Settings[K] };
  },
): Promise<void> {
  const cleanUp = t('Clean Up');
  const show = t('Show');
  const never = t("Don't Ask Again");
  const choice = await window.showWarningMessage(message, cleanUp, show, never);
  if (choice === cleanUp) await options.cleanUp();
  if (choice === show) await commands.executeCommand(`${VIEWS.processes}.focus`);
  if (choice === never) {
    const { setting, value } = options.silence;
    const configuration = workspace.getConfiguration('leakwright');
    // A folder's own value would override the user's.
    const isFolders = configuration.inspect(setting)?.workspaceValue !== undefined;
    await configuration.update(setting, value, isFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
  }
}
