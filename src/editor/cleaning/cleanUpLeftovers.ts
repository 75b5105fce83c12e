import { basename, dirname } from 'node:path';
import { ProgressLocation, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { type CleanUpContext, removeLeftovers } from './cleanUp.ts';

/** *Clean Up Leftover Files…*: shows what browsers that are gone left on the disk, and removes what stays ticked. */
export async function cleanUpLeftovers(context: CleanUpContext): Promise<void> {
  const found = await window.withProgress(
    { location: ProgressLocation.Window, title: t('Looking for leftover files…') },
    () => context.leftovers.refresh(),
  );
  const removable = found.filter((leftover) => leftover.removable);
  const kept = found.length - removable.length;
  if (removable.length === 0) {
    void window.showInformationMessage(
      kept === 0
        ? t('No leftover files: nothing of browsers that are gone is on the disk.')
        : t('Nothing to remove. {0} folders must stay; the Processes view says why.', kept),
    );
    return;
  }
  const bytes = formatBytes(removable.reduce((sum, leftover) => sum + leftover.bytes, 0));
  const chosen = await window.showQuickPick(
    [
      { label: t('{0} folders, {1}', removable.length, bytes), kind: QuickPickItemKind.Separator },
      ...removable.map((leftover) => ({ ...leftoverItem(leftover), picked: true, leftover })),
    ],
    {
      title: t('Clean Up Leftover Files'),
      placeHolder: t('What is ticked is removed. Escape does nothing.'),
      canPickMany: true,
      matchOnDescription: true,
    },
  );
  const leftovers = chosen?.flatMap((item) => ('leftover' in item ? [item.leftover] : [])) ?? [];
  if (leftovers.length > 0) await removeLeftovers(context, leftovers);
}

/** Removes one, after naming it. */
export async function removeLeftover(context: CleanUpContext, leftover: Leftover): Promise<void> {
  if (!leftover.removable) {
    void window.showInformationMessage(t('It stays: {0}.', plainText(leftover.reason ?? '', 200)));
    return;
  }
  const remove = t('Remove');
  const answer = await window.showWarningMessage(
    t('Remove {0}?', plainText(leftover.path, 200)),
    {
      modal: true,
      detail: t(
        '{0}, unchanged for {1}. Its browser is gone.',
        formatBytes(leftover.bytes),
        formatDuration(leftover.ageMs),
      ),
    },
    remove,
  );
  if (answer === remove) await removeLeftovers(context, [leftover]);
}

/** A leftover in a list to choose from. */
export function leftoverItem(leftover: Leftover): QuickPickItem {
  return {
    label: plainText(basename(leftover.path)),
    description: [
      t('{0}, {1} old', formatBytes(leftover.bytes), formatDuration(leftover.ageMs)),
      plainText(dirname(leftover.path)),
    ].join(' · '),
  };
}
