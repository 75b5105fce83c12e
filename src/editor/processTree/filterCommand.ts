import { window } from 'vscode';
import { t } from '../translate.ts';
import type { ProcessesView } from './processesView.ts';

/** *Filter Processes…*: asks for words, unless they are given; nothing clears the filter. */
export async function filterInteractively(processes: ProcessesView, given?: unknown): Promise<void> {
  const filter =
    typeof given === 'string'
      ? given
      : await window.showInputBox({
          title: t('Filter Processes'),
          prompt: t('Words of a name, a page, an owner, or a process id. Nothing shows all again.'),
          value: processes.filter,
        });
  if (filter !== undefined) processes.setFilter(filter);
}
