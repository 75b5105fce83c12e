import {
  type Disposable,
  Range,
  RelativePattern,
  type TestController,
  type TestItem,
  type TextDocument,
  type Uri,
  type WorkspaceFolder,
  workspace,
} from 'vscode';
import { type Log, describeError } from '../../support/index.ts';
import { inBackground } from '../log.ts';
import { watchDeletions } from '../deletedFiles.ts';
import { SCENARIO_GLOB, isScenarioPath, scenarioName } from './scenarioFiles.ts';
import { outlineScenario } from './scenarioOutline.ts';

/**
 * The scenario files of the workspace as tests: a test a file, below its folder. The search begins when the user opens the
 * Test Explorer or a scenario.
 */
export class ScenarioItems implements Disposable {
  readonly #controller: TestController;
  readonly #log: Log;
  /** By the file's address. */
  readonly #files = new Map<string, TestItem>();
  readonly #disposables: Disposable[] = [];
  #found: Promise<void> | undefined;

  constructor(controller: TestController, log: Log) {
    this.#controller = controller;
    this.#log = log;
    controller.resolveHandler = async (item) => {
      if (!item) await this.find();
    };
    controller.refreshHandler = async () => await this.#findAgain();
    this.#disposables.push(
      workspace.onDidOpenTextDocument((document) => this.#onDocument(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#onDocument(document)),
      workspace.onDidSaveTextDocument((document) => {
        const item = this.itemOf(document.uri);
        if (item) controller.invalidateTestResults(item);
      }),
    );
  }

  /** All scenarios, once they were looked for. */
  get all(): readonly TestItem[] {
    return [...this.#files.values()];
  }

  itemOf(uri: Uri): TestItem | undefined {
    return this.#files.get(uri.toString());
  }

  /** The test of a scenario file, made if it was not seen yet; undefined for what is none. */
  async obtain(uri: Uri): Promise<TestItem | undefined> {
    if (!isScenario(uri)) return undefined;
    return this.itemOf(uri) ?? (await this.#read(uri));
  }

  /** Finds scenarios with the first call, and watches their files from then on. */
  find(): Promise<void> {
    this.#found ??= this.#begin();
    return this.#found;
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
    this.#files.clear();
  }

  async #begin(): Promise<void> {
    const watcher = workspace.createFileSystemWatcher(SCENARIO_GLOB, false, false, true);
    const read = (uri: Uri) => {
      if (isScenario(uri)) inBackground(this.#log, `Reading ${uri.path}`, this.#read(uri));
    };
    this.#disposables.push(
      watcher,
      watcher.onDidCreate(read),
      watcher.onDidChange(read),
      watchDeletions((isGone) => {
        for (const { uri } of this.all) if (isGone(uri!.fsPath)) this.#remove(uri!);
      }),
      workspace.onDidChangeWorkspaceFolders(() => inBackground(this.#log, 'Finding scenarios', this.#findAgain())),
    );
    await this.#findAgain();
  }

  async #findAgain(): Promise<void> {
    const folders = workspace.workspaceFolders ?? [];
    const found = await Promise.all(
      folders.map(async (folder) => await workspace.findFiles(new RelativePattern(folder, SCENARIO_GLOB))),
    );
    const uris = found.flat().filter(isScenario);
    const known = new Set(uris.map((uri) => uri.toString()));
    for (const [id, item] of this.#files) if (!known.has(id)) this.#remove(item.uri!);
    // One folder needs no row of its own; with a second one, each gets its own.
    const nested = [...this.#files.values()].some((item) => this.#isMisplaced(item));
    if (nested) this.#clear();
    await Promise.all(uris.map(async (uri) => await this.#read(uri)));
  }

  #onDocument(document: TextDocument): void {
    if (document.uri.scheme !== 'git' && isScenario(document.uri)) this.#show(document.uri, document.getText());
  }

  async #read(uri: Uri): Promise<TestItem | undefined> {
    const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    try {
      const text = open ? open.getText() : Buffer.from(await workspace.fs.readFile(uri)).toString('utf8');
      return this.#show(uri, text);
    } catch (error) {
      // Deleted in the same moment: the watcher reports that too.
      this.#log.debug(`${uri.path}: ${describeError(error)}`);
      return undefined;
    }
  }

  #show(uri: Uri, text: string): TestItem {
    const id = uri.toString();
    const folder = workspace.getWorkspaceFolder(uri);
    const path = folder ? relativePath(folder, uri) : uri.path;
    const outline = outlineScenario(text);
    let item = this.#files.get(id);
    if (!item) {
      item = this.#controller.createTestItem(id, scenarioName(path), uri);
      this.#files.set(id, item);
      this.#parentOf(uri, folder, path).add(item);
    }
    const file = path.split('/').at(-1)!;
    item.label = outline.name ?? scenarioName(path);
    item.description = outline.name === undefined ? '' : file;
    item.sortText = path;
    item.range = rangeOf(text, outline.iteration);
    return item;
  }

  /** The rows a file stands below: its workspace folder, where there are several, and its own folder. */
  #parentOf(uri: Uri, folder: WorkspaceFolder | undefined, path: string): { add(item: TestItem): void } {
    let { items } = this.#controller;
    if (!folder) return items;
    if ((workspace.workspaceFolders?.length ?? 0) > 1) {
      items = this.#row(items, folder.uri.toString(), folder.name, folder.uri).children;
    }
    const slash = path.lastIndexOf('/');
    if (slash === -1) return items;
    const parent = uri.with({ path: uri.path.slice(0, uri.path.lastIndexOf('/')) });
    return this.#row(items, `${parent.toString()}/`, path.slice(0, slash), parent).children;
  }

  #row(items: TestController['items'], id: string, label: string, uri: Uri): TestItem {
    const known = items.get(id);
    if (known) return known;
    const row = this.#controller.createTestItem(id, label, uri);
    items.add(row);
    return row;
  }

  #isMisplaced(item: TestItem): boolean {
    let top = item;
    while (top.parent) top = top.parent;
    const isFolder = (workspace.workspaceFolders ?? []).some(({ uri }) => uri.toString() === top.id);
    return isFolder !== (workspace.workspaceFolders?.length ?? 0) > 1;
  }

  #clear(): void {
    this.#files.clear();
    this.#controller.items.replace([]);
  }

  #remove(uri: Uri): void {
    let item = this.#files.get(uri.toString());
    this.#files.delete(uri.toString());
    // A row without files would be a test that cannot be run.
    while (item) {
      const { parent, id }: TestItem = item;
      (parent?.children ?? this.#controller.items).delete(id);
      item = parent && parent.children.size === 0 ? parent : undefined;
    }
  }
}

/** Whether it is a scenario of this workspace, or one that is open from elsewhere on a disk. */
function isScenario(uri: Uri): boolean {
  const folder = workspace.getWorkspaceFolder(uri);
  return isScenarioPath(folder ? relativePath(folder, uri) : uri.path);
}

function relativePath(folder: WorkspaceFolder, uri: Uri): string {
  return uri.path.slice(folder.uri.path.replace(/\/$/, '').length + 1);
}

/** A word's range in a text, without a document; the first line where the word is missing. */
function rangeOf(text: string, word: { readonly start: number; readonly end: number } | undefined): Range {
  if (!word) return new Range(0, 0, 0, 0);
  const before = text.slice(0, word.start).split('\n');
  const line = before.length - 1;
  const column = before[line]!.length;
  return new Range(line, column, line, column + word.end - word.start);
}
