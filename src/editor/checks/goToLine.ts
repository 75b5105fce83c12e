import { window } from 'vscode';
import { placeOfFinding } from '../../reports/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { openSource } from '../report/openSource.ts';
import { t } from '../translate.ts';
import { locationOf } from './findings.ts';
import { type CheckTarget, type LocateContext, locateFinding } from './locateFinding.ts';
import { toProblem } from './problem.ts';

/**
 * *Go to Line* of a leak, wherever it is shown.
 *
 * @throws LeakwrightError `usage` where no line of the workspace is known
 */
export async function goToLine(context: LocateContext, target: CheckTarget): Promise<void> {
  const located = await locateFinding(context, target);
  if (!located) throw new LeakwrightError('usage', t('This leak is not kept any more.'));
  const { finding, folder } = located;
  const place = toProblem(finding, folder)?.place;
  if (place) {
    const { uri, range } = locationOf(place);
    await window.showTextDocument(uri, { selection: range });
    return;
  }
  const site = placeOfFinding(finding);
  if (!site) throw new LeakwrightError('usage', t('Which line makes it is not known: its report says what holds it.'));
  await openSource(site);
}
