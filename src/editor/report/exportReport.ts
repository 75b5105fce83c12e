import { Uri, window, workspace } from 'vscode';
import type { Report } from '../../reports/index.ts';
import { engine } from '../lazyBundles.ts';
import { t } from '../translate.ts';
import type { ExportFormat } from './protocol.ts';

const FORMATS: Record<ExportFormat, { readonly extension: string; readonly name: string }> = {
  html: { extension: 'html', name: 'HTML' },
  json: { extension: 'json', name: 'JSON' },
  markdown: { extension: 'md', name: 'Markdown' },
};

/** Saves a report where the person says, as the command line writes it, and offers to open it. */
export async function exportReport(report: Report, format: ExportFormat): Promise<void> {
  const { extension, name } = FORMATS[format];
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    title: t('Export Report'),
    filters: { [name]: [extension] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, `leak-report.${extension}`) } : {}),
  });
  if (!target) return;
  const { renderHtml, renderJson, renderMarkdown } = engine();
  const text = { html: renderHtml, json: renderJson, markdown: renderMarkdown }[format](report);
  await workspace.fs.writeFile(target, Buffer.from(text, 'utf8'));
  const open = t('Open');
  if ((await window.showInformationMessage(t('The report was saved.'), open)) !== open) return;
  await window.showTextDocument(target);
}
