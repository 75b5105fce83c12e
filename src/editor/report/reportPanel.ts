import { type Disposable, Uri, ViewColumn, type WebviewPanel, commands, env, window, workspace } from 'vscode';
import type { Report } from '../../reports/index.ts';
import { defined, LeakwrightError, type Log, describeError } from '../../support/index.ts';
import { COMMANDS, REPORT_PANEL, ROW_COMMANDS } from '../contributions.ts';
import { reportFailure } from '../failure.ts';
import { engine, onDemand } from '../lazyBundles.ts';
import { inBackground } from '../log.ts';
import { t } from '../translate.ts';
import { webviewHtml } from '../webviews/webviewHtml.ts';
import { canOpen, openSource } from './openSource.ts';
import type { CheckAction, FromReportPage, ReportMemory, ToReportPage } from './protocol.ts';
import type { Sources } from './reportView.ts';

/** Panels open at once: each is a browser frame. */
const MAX_PANELS = 8;
/** A report with 10,000 samples has about 3 MB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

const ACTIONS: Readonly<Record<CheckAction, string>> = {
  checkAgain: COMMANDS.checkAgain,
  checkHeaded: ROW_COMMANDS.checkHeaded,
  saveAsScenario: ROW_COMMANDS.saveAsScenario,
};

interface ReportPanelsOptions {
  readonly extensionUri: Uri;
  readonly log: Log;
  /** A past run's report; undefined when it is not kept any more. */
  readonly readRun: (id: string) => Promise<KeptReport | undefined>;
}

interface KeptReport {
  readonly report: Report;
  /** The absolute path that its files are relative to, where that is known. */
  readonly folder: string | undefined;
}

interface Shown extends KeptReport {
  readonly sources: Sources;
}

/** What to show: a past run (beside another one), or a JSON report. */
export interface ReportRequest {
  readonly memory: ReportMemory;
  /** The fingerprint of the finding to begin at. */
  readonly focus?: string;
}

/**
 * Reports as editor tabs. The page draws what it is sent and asks by number for what it may not do itself; after a reload
 * of the window it comes back by what it remembers, and the report is read anew.
 */
export class ReportPanels implements Disposable {
  readonly #options: ReportPanelsOptions;
  readonly #panels = new Map<string, WebviewPanel>();
  readonly #serializer: Disposable;

  constructor(options: ReportPanelsOptions) {
    this.#options = options;
    this.#serializer = window.registerWebviewPanelSerializer(REPORT_PANEL, {
      deserializeWebviewPanel: (panel, state: unknown) => {
        const memory = asMemory(state);
        if (memory) this.#fill(panel, { memory });
        else panel.dispose();
        return Promise.resolve();
      },
    });
  }

  /** Opens a report, or brings its tab to the front when it is open. */
  open(request: ReportRequest): void {
    const key = JSON.stringify(request.memory);
    const open = this.#panels.get(key);
    if (open && request.focus === undefined) {
      open.reveal();
      return;
    }
    open?.dispose();
    for (const oldest of [...this.#panels.values()].slice(0, Math.max(0, this.#panels.size - MAX_PANELS + 1))) {
      oldest.dispose();
    }
    const panel = window.createWebviewPanel(REPORT_PANEL, t('Leak Report'), ViewColumn.Active, {
      enableFindWidget: true,
    });
    this.#fill(panel, request);
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
    this.#panels.clear();
  }

  #fill(panel: WebviewPanel, request: ReportRequest): void {
    const { extensionUri, log } = this.#options;
    const key = JSON.stringify(request.memory);
    this.#panels.set(key, panel);
    const folder = Uri.joinPath(extensionUri, 'dist', 'webview');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [folder, onDemand().pictureRoot()] };
    // A tab's icon has no colour of its theme.
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, 'media', 'leakwright-light.svg'),
      dark: Uri.joinPath(extensionUri, 'media', 'leakwright-dark.svg'),
    };
    // Set with the first view; the page cannot ask for anything before.
    let shown: Shown | undefined;
    const answer = async (message: FromReportPage): Promise<void> => {
      if (message.type === 'ready') shown = await this.#show(panel, request);
      else if (message.type === 'open') {
        const frame = shown?.sources[message.source];
        if (frame) await openSource(frame);
      } else if (message.type === 'act' || message.type === 'ignore') {
        const result = shown?.report.checks[message.check];
        if (!result) return;
        const target = { result, folder: shown?.folder ?? firstFolder() };
        if (message.type === 'ignore') {
          await commands.executeCommand(ROW_COMMANDS.ignoreLeak, { ...target, fingerprint: message.fingerprint });
        } else {
          await commands.executeCommand(ACTIONS[message.action], target);
        }
      } else if (shown && ['html', 'json', 'markdown'].includes(message.format)) {
        await onDemand().exportReport(shown.report, message.format);
      }
    };
    const listener = webview.onDidReceiveMessage((message: FromReportPage) => {
      inBackground(
        log,
        'The report panel',
        answer(message).catch(async (error: unknown) => {
          log.warn(`The report panel: ${describeError(error)}`);
          await reportFailure(error);
        }),
      );
    });
    panel.onDidDispose(() => {
      listener.dispose();
      if (this.#panels.get(key) === panel) this.#panels.delete(key);
    });
    webview.html = webviewHtml({
      name: 'reportPanel',
      title: t('Leak Report'),
      language: env.language,
      cspSource: webview.cspSource,
      address: (file) => webview.asWebviewUri(Uri.joinPath(folder, file)).toString(),
    });
  }

  async #show(panel: WebviewPanel, { memory, focus }: ReportRequest): Promise<Shown | undefined> {
    const post = async (message: ToReportPage) => void (await panel.webview.postMessage(message));
    const { report, folder } = (await this.#read(memory)) ?? {};
    if (!report) {
      await post({ type: 'empty', text: t('This run is not kept any more.') });
      return undefined;
    }
    const base =
      memory.kind === 'run' && memory.base !== undefined
        ? (await this.#options.readRun(memory.base))?.report
        : undefined;
    const { view, sources } = onDemand().reportView(report, {
      canOpen,
      folder,
      pictureAddress: (file) => onDemand().pictureAddress(file, panel.webview),
      language: env.language,
      ...(base ? { base } : {}),
    });
    panel.title = base ? t('Compare: {0}', view.title) : t('Leak Report: {0}', view.title);
    await post({ type: 'show', view, memory, ...defined({ focus }) });
    return { report, folder, sources };
  }

  async #read(memory: ReportMemory): Promise<KeptReport | undefined> {
    if (memory.kind === 'run') return await this.#options.readRun(memory.run);
    const uri = Uri.parse(memory.uri);
    if ((await workspace.fs.stat(uri)).size > MAX_FILE_BYTES) {
      throw new LeakwrightError('usage', `'${uri.fsPath}' is too large for a report.`);
    }
    const text = Buffer.from(await workspace.fs.readFile(uri)).toString('utf8');
    const folder = workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    return { report: engine().parseReport(text, uri.fsPath), folder };
  }
}

/** A report does not say which folder it was made in. */
function firstFolder(): string | undefined {
  return workspace.workspaceFolders?.[0]?.uri.fsPath;
}

/** Checks the restored state, which an earlier version may have written. */
function asMemory(state: unknown): ReportMemory | undefined {
  const { kind, run, base, uri } = (state ?? {}) as Record<string, unknown>;
  if (kind === 'run' && typeof run === 'string') {
    return { kind, run, ...(typeof base === 'string' ? { base } : {}) };
  }
  return kind === 'file' && typeof uri === 'string' ? { kind, uri } : undefined;
}
