import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  workspace,
} from 'vscode';
import type { HousekeepingStatistics } from '../../sessions/index.ts';
import { type Log, describeError, plainText } from '../../support/index.ts';
import { setContextKey } from '../contextKeys.ts';
import { VIEWS } from '../contributions.ts';
import type { LeftoverWatch } from '../../machine/index.ts';
import { createReleasableTree } from '../releasableTree.ts';
import { t } from '../translate.ts';
import { type RowOrder, buildRows } from './buildRows.ts';
import { factsTable } from './factsTable.ts';
import { filterRows } from './filterRows.ts';
import { type Node, NodeStore, type Refresh } from './nodeStore.ts';
import type { ProcessWatch } from './processWatch.ts';
import { leftoverFacts } from './leftoverText.ts';
import { partLabel } from './rendererText.ts';
import type { Row } from './row.ts';
import { programFacts } from './programText.ts';
import { processFacts, treeFacts } from './rowText.ts';
import { housekeepingFacts } from '../managed/sessionFacts.ts';
import { sessionRowFacts } from './sessionText.ts';
import { SteadyNumbers } from './steadyNumbers.ts';
import { ViewBeat } from './viewBeat.ts';

/** The shortest time between updates of the view, in ms: a launch makes a dozen processes, and as many events, at once. */
const SHOW_EVERY_MS = 200;

interface ProcessesViewOptions {
  readonly watch: ProcessWatch;
  readonly leftovers: LeftoverWatch;
  readonly log: Log;
  /** What housekeeping of this window's sessions did so far. */
  readonly housekeeping: () => HousekeepingStatistics | undefined;
  /** Absolute paths of the workspace's folders: programs on Node that run there are shown. */
  readonly folders: () => readonly string[];
  /** Confirmed leaks, for the badge. */
  readonly leaks: () => number;
}

/** The *Processes* view: which browsers run, whose they are, and what they cost. */
export class ProcessesView implements TreeDataProvider<Node>, Disposable {
  readonly #options: ProcessesViewOptions;
  readonly #changed = new EventEmitter<Node[] | undefined>();
  readonly #store = new NodeStore();
  readonly #steady = new SteadyNumbers();
  readonly #disposables: Disposable[];
  readonly #stops: readonly (() => void)[];
  readonly #beat: ViewBeat;
  readonly view: TreeView<Node>;
  readonly onDidChangeTreeData = this.#changed.event;
  #showing: NodeJS.Timeout | undefined;
  #shownAt = -Infinity;
  #firstSample: Promise<void> | undefined;
  #wasAsked = false;
  #order: RowOrder = 'role';
  #filter = '';
  #problem = '';

  constructor(options: ProcessesViewOptions) {
    this.#options = options;
    const tree = createReleasableTree<Node>(VIEWS.processes, { treeDataProvider: this, showCollapseAll: true });
    this.view = tree.view;
    this.#stops = [
      options.watch.onDidChange(() => this.#onChange()),
      options.leftovers.onDidLook(() => this.#onChange()),
    ];
    this.#beat = new ViewBeat({
      watch: options.watch,
      who: VIEWS.processes,
      visible: () => this.view.visible,
      onChange: () => {
        options.leftovers.setVisible(this.view.visible && !options.watch.paused);
        options.watch.watchPrograms(this.view.visible ? options.folders() : []);
        if (this.view.visible) this.#onChange();
      },
    });
    this.#disposables = [
      tree,
      this.#changed,
      this.#beat,
      this.view.onDidChangeVisibility(() => this.#beat.update()),
      workspace.onDidChangeWorkspaceFolders(() => this.#beat.update()),
    ];
    this.#beat.update();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node) return [...node.children];
    await this.#sampled();
    const refresh = this.#take();
    // A call does not mean that the row is drawn: to reveal a row, the editor asks for its siblings and draws nothing.
    if (refresh && this.#wasAsked) this.#announce(refresh);
    this.#wasAsked = true;
    return [...this.#store.roots];
  }

  getParent(node: Node): Node | undefined {
    return node.parent;
  }

  getTreeItem({ id, row }: Node): TreeItem {
    const { look } = row;
    const state =
      row.children.length === 0
        ? TreeItemCollapsibleState.None
        : row.expanded
          ? TreeItemCollapsibleState.Expanded
          : TreeItemCollapsibleState.Collapsed;
    const item = new TreeItem(look.label, state);
    item.id = id;
    item.description = look.description;
    item.iconPath = new ThemeIcon(look.icon, look.colour === undefined ? undefined : new ThemeColor(look.colour));
    item.contextValue = look.context;
    item.accessibilityInformation = { label: look.spoken };
    return item;
  }

  /** Made when the user points at the row, so it is up to date and never makes a row be drawn again. */
  resolveTreeItem(item: TreeItem, { row }: Node): TreeItem {
    const now = Date.now();
    const facts = factsOf(row, now, this.#options.housekeeping());
    item.tooltip = facts.length > 0 ? new MarkdownString(factsTable(facts)) : row.look.label;
    return item;
  }

  nodeOf(id: string): Node | undefined {
    return this.#store.get(id);
  }

  setPaused(paused: boolean): void {
    this.#options.watch.setPaused(paused);
    this.#beat.update();
    setContextKey('leakwright.paused', paused);
    this.#writeMessage();
  }

  /** Draws everything anew, changed or not. */
  redraw(): void {
    this.#changed.fire(undefined);
  }

  get order(): RowOrder {
    return this.#order;
  }

  /** The largest first, or by what they are. */
  setOrder(order: RowOrder): void {
    this.#order = order;
    setContextKey('leakwright.sortedByMemory', order === 'memory');
    this.#show();
  }

  get filter(): string {
    return this.#filter;
  }

  /** Shows only what matches these words; nothing is hidden by an empty text. */
  setFilter(filter: string): void {
    this.#filter = filter.trim();
    setContextKey('leakwright.filtered', this.#filter !== '');
    this.view.description = plainText(this.#filter, 40);
    this.#show();
    this.#writeMessage();
  }

  async refresh(): Promise<void> {
    await Promise.all([this.#options.watch.refresh(), this.#options.leftovers.refresh()]);
  }

  updateBadge(): void {
    const orphans = this.#options.watch.trees.filter(({ owned }) => owned?.status === 'orphan').length;
    const leaks = this.#options.leaks();
    const parts = [
      orphans === 0 ? '' : orphans === 1 ? t('1 orphaned browser') : t('{0} orphaned browsers', orphans),
      leaks === 0 ? '' : leaks === 1 ? t('1 leak') : t('{0} leaks', leaks),
    ];
    const tooltip = parts.filter(Boolean).join(', ');
    if (this.view.badge?.tooltip === tooltip || (!this.view.badge && tooltip === '')) return;
    this.view.badge = tooltip === '' ? undefined : { value: orphans + leaks, tooltip };
  }

  dispose(): void {
    clearTimeout(this.#showing);
    for (const stop of this.#stops) stop();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** The editor shows its own progress until the first sample is there. */
  async #sampled(): Promise<void> {
    if (this.#options.watch.hasSampled) return;
    this.#firstSample ??= this.#options.watch.refresh().then(
      () => setContextKey('leakwright.sampled', true),
      (error: unknown) => {
        this.#firstSample = undefined;
        this.#problem = t('The processes of this machine cannot be read: {0}', describeError(error));
        this.#writeMessage();
        this.#options.log.error(`Reading processes: ${describeError(error)}`);
      },
    );
    await this.#firstSample;
  }

  #onChange(): void {
    this.updateBadge();
    if (!this.view.visible || !this.#options.watch.hasSampled || this.#showing) return;
    const wait = this.#shownAt + SHOW_EVERY_MS - performance.now();
    if (wait <= 0) {
      this.#show();
      return;
    }
    this.#showing = setTimeout(() => {
      this.#showing = undefined;
      this.#show();
    }, wait);
  }

  /** The view's message: an error, a pause, a filter. */
  #writeMessage(): void {
    const filter = this.#filter;
    const hidesAll = filter !== '' && this.#store.roots.length === 0;
    const parts = [
      this.#problem,
      this.#options.watch.paused ? t('Paused: what is shown is as it was.') : '',
      hidesAll
        ? t("Nothing matches '{0}'.", filter)
        : filter === ''
          ? ''
          : t("Only what matches '{0}' is shown.", filter),
    ];
    const message = parts.filter(Boolean).join(' ');
    if (this.view.message !== message) this.view.message = message;
  }

  #take(): ReturnType<NodeStore['update']> {
    const { watch, leftovers } = this.#options;
    const rows = buildRows(watch.trees, this.#steady, leftovers.leftovers, watch.sessions, this.#order, watch.programs);
    return this.#store.update(filterRows(rows, this.#filter));
  }

  #show(): void {
    // Hidden since it was planned.
    if (!this.view.visible) return;
    this.#shownAt = performance.now();
    setContextKey('leakwright.sampled', true);
    const refresh = this.#take();
    this.#writeMessage();
    if (refresh) this.#announce(refresh);
  }

  #announce(refresh: Refresh): void {
    this.#changed.fire(refresh.all ? undefined : [...refresh.nodes]);
  }
}

function factsOf(row: Row, now: number, housekeeping: HousekeepingStatistics | undefined): string[] {
  switch (row.kind) {
    case 'group':
      return row.group === 'managed' && housekeeping ? housekeepingFacts(housekeeping) : [];
    case 'session':
    case 'holdings':
      return sessionRowFacts(row.session);
    case 'tree':
      return treeFacts(row.shown, now);
    case 'process':
      return processFacts(row.sample, row.shown.pages, now);
    case 'helpers':
      return [row.look.spoken];
    case 'program':
      return programFacts(row.program, now);
    case 'leftover':
      return leftoverFacts(row.leftover);
    case 'part':
      return [partLabel(row.part), row.part.url].map((fact) => plainText(fact, 300));
  }
}
