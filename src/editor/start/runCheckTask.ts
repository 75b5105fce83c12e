import { tasks, workspace } from 'vscode';
import type { CheckProperties } from '../checks/checkArguments.ts';
import type { CheckTasks } from '../checks/checkTasks.ts';
import { TASK_TYPE } from '../contributions.ts';
import { t } from '../translate.ts';

/** Runs a check as a task of the first folder; its end is announced. @param subject what is checked, for the task's name */
export async function runCheckTask(
  { checks }: { readonly checks: CheckTasks },
  properties: CheckProperties,
  subject: string,
): Promise<void> {
  const task = checks.createTask(
    { type: TASK_TYPE, ...properties },
    t('Check {0}', subject),
    workspace.workspaceFolders?.[0],
  );
  checks.noteAwaited(task);
  await tasks.executeTask(task);
}
