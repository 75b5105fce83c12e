import {
  type CancellationToken,
  type Disposable,
  Uri,
  type WebviewView,
  type WebviewViewProvider,
  type WebviewViewResolveContext,
  env,
  window,
} from 'vscode';
import { type Log, describeError } from '../../support/index.ts';
import { VIEWS } from '../contributions.ts';
import type { ProcessWatch } from '../processTree/processWatch.ts';
import type { ProcessRow, Row, ShownTree, TreeRow } from '../processTree/row.ts';
import { nameOfProcess, nameOfTree } from '../processTree/rowText.ts';
import { ViewBeat } from '../processTree/viewBeat.ts';
import { t } from '../translate.ts';
import { webviewHtml } from '../webviews/webviewHtml.ts';
import { type Past, type Subject, describeSubject, keyOfSubject, layoutOf, marksOf, valuesOf } from './memoryFeed.ts';
import type { FromMemoryPage, MemorySubject, ToMemoryPage } from './protocol.ts';

/** The shortest time between updates, in ms: faster ones cannot be read. */
const POST_EVERY_MS = 1000;

interface MemoryViewOptions {
  readonly extensionUri: Uri;
  readonly watch: ProcessWatch;
  readonly log: Log;
  /** The row that is selected in the Processes view. */
  readonly selected: () => Row | undefined;
  readonly past: Past;
}

/**
 * The *Memory* view: how the browser or page that is selected in *Processes* went over time. It keeps nothing itself: when
 * it comes up it is filled from what the samplers remember, and while it is hidden nothing is made or posted for it.
 */
export class MemoryView implements WebviewViewProvider, Disposable {
  readonly #options: MemoryViewOptions;
  readonly #beat: ViewBeat;
  readonly #disposables: Disposable[];
  readonly #stopListening: () => void;
  #view: WebviewView | undefined;
  /** The page has said that it listens. */
  #listens = false;
  #shown: { readonly key: string; readonly at: number; readonly look: string } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #postedAt = -Infinity;
  #posts = 0;

  constructor(options: MemoryViewOptions) {
    this.#options = options;
    this.#beat = new ViewBeat({ watch: options.watch, who: VIEWS.memory, visible: () => this.visible });
    this.#stopListening = options.watch.onDidChange(() => this.update());
    this.#disposables = [this.#beat, window.registerWebviewViewProvider(VIEWS.memory, this)];
  }

  get visible(): boolean {
    return this.#view?.visible ?? false;
  }

  /** How many messages were posted so far. */
  get posts(): number {
    return this.#posts;
  }

  resolveWebviewView(view: WebviewView, _context: WebviewViewResolveContext, _token: CancellationToken): void {
    this.#view = view;
    const folder = Uri.joinPath(this.#options.extensionUri, 'dist', 'webview');
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const listeners = [
      webview.onDidReceiveMessage((message: FromMemoryPage) => {
        if (message.type !== 'ready') return;
        this.#listens = true;
        this.#shown = undefined;
        this.#post();
      }),
      // A hidden page is thrown away; the one that takes its place says that it is ready.
      view.onDidChangeVisibility(() => {
        if (!view.visible) this.#forget();
        this.#beat.update();
      }),
      view.onDidDispose(() => {
        for (const listener of listeners) listener.dispose();
        this.#forget();
        this.#view = undefined;
        this.#beat.update();
      }),
    ];
    webview.html = webviewHtml({
      name: 'memoryView',
      title: t('Memory'),
      language: env.language,
      cspSource: webview.cspSource,
      address: (file) => webview.asWebviewUri(Uri.joinPath(folder, file)).toString(),
    });
    this.#beat.update();
  }

  /** The selection or what is known of it changed. */
  update(): void {
    if (!this.visible || !this.#listens || this.#timer) return;
    const wait = this.#postedAt + POST_EVERY_MS - performance.now();
    const isOther = this.#shown?.key !== (this.#subject() ? keyOfSubject(this.#subject()!) : undefined);
    if (wait <= 0 || isOther) {
      this.#post();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#post();
    }, wait);
  }

  dispose(): void {
    this.#forget();
    this.#stopListening();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #forget(): void {
    this.#listens = false;
    this.#shown = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** What is selected, else the browser that this window launched last: there is most likely why one looks. */
  #subject(): Subject | undefined {
    const { trees } = this.#options.watch;
    const row = this.#options.selected();
    if (row?.kind === 'tree' || row?.kind === 'process') {
      const shown = trees.find(({ sample }) => sample.key === row.shown.sample.key);
      if (shown) return subjectOf(row, shown);
    }
    const shown = trees.findLast(({ session }) => session !== undefined);
    return shown && { kind: 'tree', shown };
  }

  #post(): void {
    const { webview, visible } = this.#view ?? {};
    if (!webview || !visible || !this.#listens) return;
    const subject = this.#subject();
    // What is recorded from now on is later than this.
    const at = Date.now();
    const message = subject ? this.#message(subject) : emptyMessage(this.#options.watch.trees);
    const look = JSON.stringify(message);
    if (!message || (message.type === 'empty' && this.#shown?.look === look)) return;
    this.#shown = {
      key: subject ? keyOfSubject(subject) : '',
      at,
      look: 'subject' in message ? JSON.stringify(message.subject) : look,
    };
    this.#postedAt = performance.now();
    this.#posts += 1;
    webview.postMessage(message).then(undefined, (error: unknown) => {
      this.#options.log.warn(`The Memory view could not be updated: ${describeError(error)}`);
    });
  }

  /** Undefined when the page shows all of it already. */
  #message(subject: Subject): ToMemoryPage | undefined {
    const { past } = this.#options;
    const now = describe(subject);
    if (this.#shown?.key !== now.key) {
      return {
        type: 'show',
        subject: now,
        layout: layoutOf(now.title),
        values: valuesOf(subject, past),
        marks: marksOf(subject, past),
      };
    }
    const { at } = this.#shown;
    const values = valuesOf(subject, past, at);
    const looksSame = JSON.stringify(now) === this.#shown.look;
    if (values.x.length === 0 && looksSame) return undefined;
    return { type: 'add', key: now.key, subject: now, values, marks: marksOf(subject, past) };
  }
}

function describe(subject: Subject): MemorySubject {
  const browser = nameOfTree(subject.shown);
  const name = subject.kind === 'tree' ? browser : nameOfProcess(subject.sample, subject.shown.pages);
  return describeSubject(subject, name, browser);
}

function subjectOf(row: TreeRow | ProcessRow, shown: ShownTree): Subject {
  if (row.kind === 'tree') return { kind: 'tree', shown };
  const sample = shown.sample.processes.find(({ key }) => key === row.sample.key);
  return sample ? { kind: 'process', shown, sample } : { kind: 'tree', shown };
}

function emptyMessage(trees: readonly ShownTree[]): ToMemoryPage {
  return {
    type: 'empty',
    text:
      trees.length === 0
        ? t('No browser is running. Launch a session, and this shows how its memory goes over time.')
        : t('Select a browser or a page in Processes to see how its memory goes over time.'),
  };
}
