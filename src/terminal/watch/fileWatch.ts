import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join, basename } from 'node:path';

/** A save is often several events, and a formatter or a compiler writes some files after each other. In ms. */
const QUIET_MS = 150;

/**
 * Watches the folders of some files, and says which of them changed, appeared or went. Folders and not files: editors save by
 * putting a new file in the place of the old one.
 */
export class FileWatch {
  readonly #onChange: () => void;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #stamps = new Map<string, string>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange is called when nothing has changed for a moment after something did */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches these files from now on, and what appears beside them. */
  watch(files: Iterable<string>): void {
    const folders = new Set([...files].map((file) => dirname(file)));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of folders) if (!this.#folders.has(folder)) this.#start(folder);
  }

  /** What changed since the last call, as absolute paths. */
  take(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #start(folder: string): void {
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null) this.#look(join(folder, name));
      });
      // A folder that was removed: its files are gone with it.
      watcher.on('error', () => {
        watcher.close();
        this.#folders.delete(folder);
      });
      this.#folders.set(folder, watcher);
      for (const name of readdirSync(folder)) this.#stamps.set(join(folder, name), stampOf(join(folder, name)));
    } catch {
      // Without the folder there is nothing to see; it is tried again with the next check.
    }
  }

  #look(path: string): void {
    const stamp = stampOf(path);
    if (stamp === this.#stamps.get(path)) return;
    this.#stamps.set(path, stamp);
    this.#changed.add(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, QUIET_MS);
  }
}

/** Reading a file or changing its rights makes an event, too: only what was written counts. */
function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'none';
  }
}

/** A check with the files that it was seen to depend on, as absolute paths. */
interface Watched {
  readonly key: string;
  /** The scenario and what it imports. */
  readonly own: ReadonlySet<string>;
  /** What its page loaded; undefined until it ran once. */
  readonly seen: ReadonlySet<string> | undefined;
}

/**
 * The checks to run again after files changed: all of them for a configuration, a new one, and those whose scenario imports or whose
 * page loaded one of the files.
 */
export function touchedBy(changed: readonly string[], checks: readonly Watched[]): Set<string> {
  const everything = changed.some((file) => /^(leakwright|playwright)\.config\.[cm]?[jt]s(on)?$/.test(basename(file)));
  return new Set(
    checks
      .filter(
        ({ own, seen }) => everything || seen === undefined || changed.some((file) => own.has(file) || seen.has(file)),
      )
      .map(({ key }) => key),
  );
}

/** A scenario file that was written, new or not: the list of checks is made again. */
export const isScenarioFile = (file: string): boolean => /\.leak\.[cm]?[jt]s$/.test(file);
