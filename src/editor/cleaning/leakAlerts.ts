import { type Disposable, window } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import type { OwnedTree, WatchedOwner } from '../../orphans/index.ts';
import { identityKey } from '../../processes/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { engine } from '../loadEngine.ts';
import { inBackground } from '../log.ts';
import type { ShownTree } from '../processTree/row.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { offerCleanUp } from './ask.ts';
import { type CleanUpRoom, endTrees, removeLeftovers } from './cleanUp.ts';

/** While an orphan is not old enough to be told of, it is looked at this often, in ms, whether the view is visible or not. */
const AGING_BEAT_MS = 10_000;
/** What a stopped editor left is looked for this late after a start, in ms: activation is not the time for work. */
const FIRST_LOOK_MS = 30_000;
/** Whoever was told of a hundred others remembers them better than we. */
const MAX_TOLD = 500;

/**
 * Tells of what leaks outside of the page: browsers that nobody owns any more, and files that outlive their browsers. Each is
 * told once, all that is due in one notification, in the window that is looked at, and only when it stayed for as long as
 * the settings say: what ends by itself is no leak.
 */
export class LeakAlerts implements Disposable {
  readonly #room: CleanUpRoom;
  readonly #told = new Set<string>();
  /** Owners that have ended and are asked about in a moment. */
  readonly #ending = new Set<string>();
  readonly #startedAt = Date.now();
  readonly #stops: (() => void)[];

  constructor(room: CleanUpRoom) {
    this.#room = room;
    const focus = window.onDidChangeWindowState(({ focused }) => {
      if (!focused) return;
      this.#onTrees(room.watch.trees);
      this.#onLeftovers(room.leftovers.leftovers);
    });
    const first = setTimeout(() => inBackground(room.log, 'Looking for orphans', this.#firstLook()), FIRST_LOOK_MS);
    this.#stops = [
      () => clearTimeout(first),
      room.watch.onDidChange((trees) => this.#onTrees(trees)),
      room.leftovers.onDidLook((leftovers) => this.#onLeftovers(leftovers)),
      () => focus.dispose(),
    ];
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#room.watch.watch('alerts', undefined);
  }

  /** An owner's end left these: the one notification of a debug session. */
  async offer(owner: WatchedOwner, left: readonly OwnedTree[]): Promise<void> {
    const name = plainText(owner.name, 60);
    const [first] = left;
    if (!first) return;
    const message =
      left.length === 1
        ? t(
            "'{0}' left a browser behind: {1} with {2} processes.",
            name,
            first.tree.product,
            first.tree.processes.length,
          )
        : t("'{0}' left {1} browsers behind.", name, left.length);
    await offerCleanUp(message, {
      cleanUp: () => endTrees(this.#room, left),
      silence: { setting: 'afterDebugSession', value: 'ignore' },
    });
  }

  /** An owner has ended, and what it left is about to be known: until then nobody is told of that. */
  noteOwnerEnding(owner: WatchedOwner): void {
    this.#ending.add(`${owner.kind} ${owner.id}`);
  }

  /** Whatever is done about what an owner left, it needs no second notification; but files may follow. */
  noteOwnerEnded(owner: WatchedOwner, left: readonly OwnedTree[]): void {
    this.#ending.delete(`${owner.kind} ${owner.id}`);
    for (const { tree } of left) this.#tell(identityKey(tree.root));
    if (setting('fileLeakAlertAfter') > 0) this.#room.leftovers.look();
  }

  /** Orphans of an editor that crashed or was stopped: one cheap sample, and no more where no program drives a browser. */
  async #firstLook(): Promise<void> {
    const { watch } = this.#room;
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
    this.#room.watch.watch('alerts', isOff ? undefined : AGING_BEAT_MS);
    if (isOff || !window.state.focused) return;
    const due = fresh.filter(({ orphanForMs = 0 }) => orphanForMs >= limitMs);
    if (due.length === 0) return;
    for (const { tree } of due) this.#tell(identityKey(tree.root));
    inBackground(this.#room.log, 'Telling of orphans', this.#tellOfTrees(due));
  }

  async #tellOfTrees(due: readonly OwnedTree[]): Promise<void> {
    const [first] = due;
    const forMs = Math.max(...due.map(({ orphanForMs = 0 }) => orphanForMs));
    const whose = first?.owner ? plainText(first.owner.name, 60) : '';
    const message =
      due.length > 1
        ? t('{0} browsers run on although whoever launched them is gone.', due.length)
        : whose
          ? t(
              '{0} (process {1}) has been an orphan for {2}: {3} left it behind.',
              first!.tree.product,
              first!.tree.root.pid,
              formatDuration(forMs),
              whose,
            )
          : t(
              '{0} (process {1}) has been an orphan for {2}: whoever launched it is gone.',
              first!.tree.product,
              first!.tree.root.pid,
              formatDuration(forMs),
            );
    await offerCleanUp(message, {
      cleanUp: () => endTrees(this.#room, due),
      silence: { setting: 'processLeakAlertAfter', value: 0 },
    });
  }

  /** What lay about before this window was opened is in the view, and no news. */
  #onLeftovers(leftovers: readonly Leftover[]): void {
    const limitMs = setting('fileLeakAlertAfter') * 1000;
    if (limitMs === 0) return;
    const now = Date.now();
    const fresh = leftovers.filter(
      ({ path, removable, ripensInMs, ageMs }) =>
        (removable || ripensInMs !== undefined) && now - ageMs > this.#startedAt && !this.#told.has(path),
    );
    const waits = fresh
      .map(({ ageMs, ripensInMs = 0 }) => Math.max(limitMs - ageMs, ripensInMs))
      .filter((ms) => ms > 0);
    // All of one launch are due at about the same time, and are told of together.
    if (waits.length > 0) this.#room.leftovers.look(Math.min(...waits) + 1000);
    if (!window.state.focused) return;
    const due = fresh.filter(({ ageMs, removable }) => removable && ageMs >= limitMs);
    if (due.length === 0) return;
    for (const { path } of due) this.#tell(path);
    const bytes = formatBytes(due.reduce((sum, leftover) => sum + leftover.bytes, 0));
    const message =
      due.length === 1
        ? t('A browser that is gone left a folder behind: {0} ({1}).', plainText(due[0]!.path, 120), bytes)
        : t('Browsers that are gone left {0} folders behind ({1}).', due.length, bytes);
    inBackground(
      this.#room.log,
      'Telling of leftover files',
      offerCleanUp(message, {
        cleanUp: () => removeLeftovers(this.#room, due),
        silence: { setting: 'fileLeakAlertAfter', value: 0 },
      }),
    );
  }

  #isKnown({ tree }: OwnedTree): boolean {
    const owner = this.#room.watch.observations.of(tree.root)?.owner;
    if (owner && this.#ending.has(`${owner.kind} ${owner.id}`)) return true;
    return this.#told.has(identityKey(tree.root));
  }

  #tell(what: string): void {
    this.#told.add(what);
    for (const old of this.#told) if (this.#told.size > MAX_TOLD) this.#told.delete(old);
  }
}
