import { existsSync } from 'node:fs';
import type { CheckCommand } from '../../checks/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { t } from '../translate.ts';

/** @throws LeakwrightError `usage`: with the folder's name: the system's own error names the program only */
export function requireFolder({ cwd }: CheckCommand): void {
  if (cwd === undefined || existsSync(cwd)) return;
  throw new LeakwrightError('usage', t("The workspace folder '{0}' does not exist any more.", cwd), {
    hint: t('Restore it, or remove it from the workspace.'),
  });
}
