import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Uri, type WebviewPanel, env } from 'vscode';
import { LeakwrightError, htmlText, plainText, runOverChannel } from '../../support/index.ts';
import { t } from '../translate.ts';
import type { SnapshotContext } from './snapshotEditor.ts';

/** The report's colours are the theme's here. */
const THEME = `:root { color-scheme: unset; --page: var(--vscode-editor-background); --card: var(--vscode-editor-background);
  --text: var(--vscode-editor-foreground); --quiet: var(--vscode-descriptionForeground);
  --line: var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-editorWidget-border)));
  --leak: var(--vscode-errorForeground); --clean: var(--vscode-testing-iconPassed); --warn: var(--vscode-editorWarning-foreground);
  --curve: var(--vscode-textLink-foreground); }
  body { font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); }
  code { font-family: var(--vscode-editor-font-family); }`;
/** The most characters shown of the analysis's standard error. */
const MAX_ERROR_CHARS = 4000;

/**
 * Fills a tab with the analysis of one heap snapshot, or of several in the order of their files' times. Another process
 * reads them, since a snapshot can have a gigabyte; it ends when the tab is closed.
 */
export async function showSnapshots(
  context: SnapshotContext,
  panel: WebviewPanel,
  uris: readonly Uri[],
): Promise<void> {
  const files = uris
    .filter(({ scheme }) => scheme === 'file')
    .map(({ fsPath }) => fsPath)
    .toSorted((a, b) => modifiedAt(a) - modifiedAt(b));
  const closed = new AbortController();
  panel.onDidDispose(() => closed.abort());
  const { webview } = panel;
  webview.options = { enableScripts: false };
  webview.html = page(t('Reading {0}…', files.map((file) => basename(file)).join(', ')));
  try {
    if (files.length === 0) throw new LeakwrightError('usage', t('Only files of this machine can be analysed.'));
    const html = await analyse(context, files, closed.signal);
    webview.html = html.replace('</head>', `<style>${THEME}</style></head>`);
  } catch (error) {
    if (closed.signal.aborted) return;
    const { message } = error as Error;
    context.log.warn(`Heap snapshot: ${message}`);
    webview.html = page(message);
  }
}

async function analyse({ cli }: SnapshotContext, files: readonly string[], signal: AbortSignal): Promise<string> {
  const out: string[] = [];
  const { exitCode, said } = await runOverChannel({
    args: [cli, 'analyze', '--reporter', 'html', ...files],
    signal,
    listen: (stdout) => stdout.on('data', (text: string) => out.push(text)),
  });
  if (exitCode === 0) return out.join('');
  throw new LeakwrightError(
    'usage',
    plainText(said, MAX_ERROR_CHARS) || t('The analysis ended with {0}.', exitCode ?? 0),
  );
}

const modifiedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const page = (text: string): string =>
  `<!doctype html><html lang="${htmlText(env.language)}"><head><meta charset="utf-8">` +
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'"></head><body><p role="status">${htmlText(text, MAX_ERROR_CHARS)}</p></body></html>`;
