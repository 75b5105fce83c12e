import {
  type CancellationToken,
  type Disposable,
  type ProviderResult,
  type TreeDataProvider,
  TreeItem,
  type TreeView,
  type TreeViewOptions,
  window,
} from 'vscode';

/** A tree view whose end frees what it showed. */
export interface ReleasableTree<T> extends Disposable {
  readonly view: TreeView<T>;
}

/**
 * `window.createTreeView` with a provider that can be garbage-collected. The editor keeps each tree view it ever made, and with it
 * the view's provider, until its extension host ends: a provider of ours knows the whole extension, so the editor gets
 * one that forgets ours when the view is disposed.
 */
export function createReleasableTree<T>(id: string, options: TreeViewOptions<T>): ReleasableTree<T> {
  const provider = new ReleasableProvider(options.treeDataProvider);
  const view = window.createTreeView<T>(id, { ...options, treeDataProvider: provider });
  return {
    view,
    dispose() {
      view.dispose();
      provider.release();
    },
  };
}

/** A class of its own, since the editor keeps every instance: it holds one reference only. */
class ReleasableProvider<T> implements TreeDataProvider<T> {
  #target: TreeDataProvider<T> | undefined;

  constructor(target: TreeDataProvider<T>) {
    this.#target = target;
  }

  get onDidChangeTreeData(): NonNullable<TreeDataProvider<T>['onDidChangeTreeData']> {
    return this.#target?.onDidChangeTreeData ?? (() => ({ dispose() {} }));
  }

  getChildren(element?: T): ProviderResult<T[]> {
    return this.#target?.getChildren(element);
  }

  getTreeItem(element: T): TreeItem | Thenable<TreeItem> {
    return this.#target?.getTreeItem(element) ?? new TreeItem('');
  }

  getParent(element: T): ProviderResult<T> {
    return this.#target?.getParent?.(element);
  }

  resolveTreeItem(item: TreeItem, element: T, token: CancellationToken): ProviderResult<TreeItem> {
    return this.#target?.resolveTreeItem?.(item, element, token) ?? item;
  }

  release(): void {
    this.#target = undefined;
  }
}
