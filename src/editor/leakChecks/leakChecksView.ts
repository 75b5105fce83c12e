import { resolve } from 'node:path';
import {
  type Disposable,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  env,
} from 'vscode';
import type { FindingHistory, RunSummary } from '../../history/index.ts';
import { setContextKey } from '../contextKeys.ts';
import type { RunningCheck } from '../checks/runningCheck.ts';
import type { RunningChecks } from '../checks/runningChecks.ts';
import { COMMANDS, VIEWS } from '../contributions.ts';
import { createReleasableTree } from '../releasableTree.ts';
import type { IsGone } from '../deletedFiles.ts';
import { type LeakNode, groupsOf, isOpen, leakRow } from './leakRows.ts';
import type { PastRuns } from './pastRuns.ts';

interface Kept {
  readonly leaks: readonly FindingHistory[];
  readonly runs: readonly RunSummary[];
  /** Absolute paths of the scenarios' files. */
  readonly scenarios: readonly string[];
}

/** *Leak checks*: the leaks of this workspace, with when each was seen, and the checks that were run. */
export class LeakChecksView implements TreeDataProvider<LeakNode>, Disposable {
  readonly #runs: PastRuns;
  readonly #running: RunningChecks;
  readonly #changed = new EventEmitter<LeakNode | undefined>();
  /** By the check's id: the editor knows a row by its very object. */
  readonly #rows = new Map<number, LeakNode & { kind: 'running' }>();
  #clock: NodeJS.Timeout | undefined;
  readonly #disposables: Disposable[];
  /** Read once a refresh: groups and rows speak of the same moment. */
  #read: Promise<Kept> | undefined;

  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: TreeView<LeakNode>;

  constructor(runs: PastRuns, running: RunningChecks) {
    this.#runs = runs;
    this.#running = running;
    const tree = createReleasableTree<LeakNode>(VIEWS.leakChecks, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.view = tree.view;
    this.#disposables = [
      tree,
      runs.onDidChange(() => this.refresh()),
      // Another window of the same workspace may have checked meanwhile.
      this.view.onDidChangeVisibility(({ visible }) => {
        this.#tick();
        if (visible) this.refresh();
      }),
      running.onDidChange((check) => this.#onRunning(check)),
      this.#changed,
    ];
  }

  refresh(): void {
    this.#read = undefined;
    this.#changed.fire(undefined);
  }

  /** Shows leaks as gone whose scenarios were deleted just now. */
  async noteDeleted(isGone: IsGone): Promise<void> {
    const scenarios = (await this.#read)?.scenarios ?? [];
    if (scenarios.some((file) => isGone(file))) this.refresh();
  }

  async getChildren(node?: LeakNode): Promise<LeakNode[]> {
    if (node?.kind === 'run') {
      const findings = node.run.checks.flatMap((check) => check.findings);
      return findings.map((finding) => ({ kind: 'runFinding', run: node.run, finding }));
    }
    const { leaks, runs } = await this.#readAll();
    if (!node) return [...this.#runningRows(), ...groupsOf(leaks, runs)];
    if (node.kind !== 'group') return [];
    if (node.group === 'runs') return runs.map((run) => ({ kind: 'run', run }));
    return leaks.filter((leak) => isOpen(leak) === (node.group === 'leaks')).map((leak) => ({ kind: 'leak', leak }));
  }

  getTreeItem(node: LeakNode): TreeItem {
    const row = leakRow(node, env.language);
    const item = new TreeItem(row.label, collapsibleState(node));
    item.id = row.id;
    item.description = row.description;
    item.tooltip = row.tooltip.join('\n');
    item.accessibilityInformation = { label: row.spoken };
    item.iconPath = new ThemeIcon(row.icon, row.colour === undefined ? undefined : new ThemeColor(row.colour));
    item.contextValue = row.context;
    if (node.kind !== 'group' && node.kind !== 'running') {
      item.command = { command: COMMANDS.openReport, title: '', arguments: [node] };
    }
    return item;
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    clearInterval(this.#clock);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #runningRows(): LeakNode[] {
    const rows = this.#running.list.map((check) => {
      const row = this.#rows.get(check.id) ?? { kind: 'running' as const, check };
      Object.assign(row, { check });
      return [check.id, row] as const;
    });
    this.#rows.clear();
    for (const [id, row] of rows) this.#rows.set(id, row);
    return rows.map(([, row]) => row);
  }

  #onRunning(check: RunningCheck | undefined): void {
    if (!check) {
      this.#tick();
      this.#changed.fire(undefined);
      return;
    }
    const row = this.#rows.get(check.id);
    if (!row) return;
    Object.assign(row, { check });
    if (this.view.visible) this.#changed.fire(row);
  }

  /** Updates the elapsed time of running checks once a second, while the view is visible. */
  #tick(): void {
    clearInterval(this.#clock);
    if (this.#running.list.length === 0 || !this.view.visible) return;
    this.#clock = setInterval(() => {
      for (const row of this.#rows.values()) this.#changed.fire(row);
    }, 1000);
  }

  #readAll(): Promise<Kept> {
    this.#read ??= (async () => {
      const [leaks, runs] = [await this.#runs.findings(), await this.#runs.list()];
      setContextKey('leakwright.hasRuns', runs.length > 0);
      return { leaks, runs, scenarios: scenariosOf(runs) };
    })();
    return this.#read;
  }
}

function collapsibleState(node: LeakNode): TreeItemCollapsibleState {
  if (node.kind === 'group') {
    return node.group === 'gone' ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded;
  }
  const hasFindings = node.kind === 'run' && node.run.checks.some(({ findings }) => findings.length > 0);
  return hasFindings ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None;
}

function scenariosOf(runs: readonly RunSummary[]): string[] {
  const files = runs.flatMap(({ folder, checks }) =>
    folder === undefined ? [] : checks.flatMap(({ file }) => (file === undefined ? [] : [resolve(folder, file)])),
  );
  return [...new Set(files)];
}
