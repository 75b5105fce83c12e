import { window } from 'vscode';
import type { WindowSessions } from '../managed/windowSessions.ts';
import type { ShownTree } from '../processTree/row.ts';
import { plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { type CleanUpContext, carryOut, endTrees } from './cleanUp.ts';

/**
 * *Clean Up Everything Leakwright Launched*: closes this window's sessions, ends what sessions and checks left whose process
 * died, and removes their folders. What other windows and terminals run is named first, since it may be in use.
 */
export async function cleanUpOurs(context: CleanUpContext, sessions: WindowSessions): Promise<void> {
  const own = sessions.sessions.length;
  await sessions.closeAll();
  const trees = await context.watch.refresh();
  const ours = trees.filter(({ owned, session }) => owned?.journalId !== undefined && !session);
  const lost = ours.flatMap(({ owned }) => (owned?.status === 'orphan' ? [owned] : []));
  const others = ours.filter(({ owned }) => owned?.status === 'managed');
  const left = (await context.leftovers.refresh()).filter(({ createdBy }) => createdBy === 'leakwright');
  const folders = left.filter(({ removable }) => removable);
  if (lost.length + folders.length > 0) {
    await carryOut(context, {
      trees: lost.map((owned) => ({ owned, memoryBytes: 0, action: 'end' })),
      leftovers: folders.map((leftover) => ({ leftover, action: 'remove' })),
      issues: [],
    });
  }
  if (others.length > 0) await askAboutOthers(context, others);
  else if (own + lost.length + folders.length === 0) {
    void window.showInformationMessage(
      left.length === 0
        ? t('Leakwright has launched nothing that is still there.')
        : t(
            'No browser of Leakwright is still there. {0} of its folders must stay; the Processes view says why.',
            left.length,
          ),
    );
  }
}

async function askAboutOthers(context: CleanUpContext, others: readonly ShownTree[]): Promise<void> {
  const end = t('End Them Too');
  const names = others.map(({ sample: { tree }, owned }) =>
    plainText(`${tree.product} (pid ${tree.root.pid}), ${owned?.owner?.name ?? ''}`, 120),
  );
  const answer = await window.showWarningMessage(
    others.length === 1
      ? t('1 browser that Leakwright launched belongs to another window, terminal or agent.')
      : t('{0} browsers that Leakwright launched belong to other windows, terminals or agents.', others.length),
    { modal: true, detail: names.join('\n') },
    end,
  );
  if (answer === end)
    await endTrees(
      context,
      others.flatMap(({ owned }) => (owned ? [owned] : [])),
    );
}
