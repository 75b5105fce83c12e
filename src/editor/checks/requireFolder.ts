import { existsSync } from 'node:fs';
import type { CheckCommand } from '../../checks/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { t } from '../translate.ts';

/** @throws LeakwrightError `usage`: the system's own message would blame the program, not the folder */
export function requireFolder({ cwd }: CheckCommand): void {
  if (cwd === undefined || existsSync(cwd)) return;
  throw new LeakwrightError('usage', t("The workspace folder '{0}' does not exist any more.", cwd), {
    hint: t('Restore it, or remove it from the workspace.'),
  });
}
