import { ProgressLocation, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { CleanUpPlan, PlannedLeftover, PlannedTree } from '../../orphans/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { engine } from '../lazyBundles.ts';
import { t } from '../translate.ts';
import { type CleanUpContext, carryOut } from './cleanUp.ts';
import { leftoverItem } from './cleanUpLeftovers.ts';

/** A browser with a living owner is listed from this on, in ms. */
const IDLE_MS = 30 * 60_000;

type Choice = QuickPickItem & { readonly tree?: PlannedTree; readonly leftover?: PlannedLeftover };

/** *Clean Up Orphans…*: shows what was found with its evidence, ends what the user leaves ticked, and says what it did. */
export async function cleanUpOrphans(context: CleanUpContext): Promise<void> {
  const plan = await window.withProgress({ location: ProgressLocation.Window, title: t('Looking for orphans…') }, () =>
    engine().planCleanUp({
      reader: context.watch.reader,
      observations: context.watch.observations,
      withServers: true,
      withIdle: true,
    }),
  );
  for (const issue of plan.issues) context.log.warn(issue);
  const choices = choicesOf(plan);
  if (choices.length === 0) {
    const kept = plan.leftovers.length;
    void window.showInformationMessage(
      kept === 0
        ? t('Nothing to clean up: no orphaned browser, no leftover files.')
        : t('Nothing to clean up now: no orphaned browser. {0} folders must stay; the Processes view says why.', kept),
    );
    return;
  }
  const chosen = await window.showQuickPick(choices, {
    title: t('Clean Up Orphans'),
    placeHolder: t('What is ticked is ended and removed. Escape does nothing.'),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen || chosen.length === 0) return;
  await carryOut(context, {
    trees: chosen.flatMap(({ tree }) => (tree ? [{ ...tree, action: 'end' as const }] : [])),
    leftovers: chosen.flatMap(({ leftover }) => (leftover ? [{ ...leftover, action: 'remove' as const }] : [])),
    issues: [],
  });
}

/** Orphans ticked, unknown ones and servers unticked; a person's own browser and browsers in use are not offered. */
function choicesOf(plan: CleanUpPlan): Choice[] {
  const orphans = plan.trees.filter(({ owned }) => owned.status === 'orphan');
  const servers = plan.trees.filter(({ owned }) => owned.tree.family === 'none');
  const doubtful = plan.trees.filter((tree) => isDoubtful(tree) && !servers.includes(tree));
  const leftovers = plan.leftovers.filter(({ leftover }) => leftover.removable);
  const section = (label: string, items: readonly Choice[]): Choice[] =>
    items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
  return [
    ...section(
      t('Orphans: their launcher has ended'),
      orphans.map((tree) => treeChoice(tree, true)),
    ),
    ...section(
      t('Not certain: look before you tick'),
      doubtful.map((tree) => treeChoice(tree, false)),
    ),
    ...section(
      t('Servers that have lost their client, without a browser'),
      servers.map((tree) => treeChoice(tree, false)),
    ),
    ...section(
      t('Leftover files'),
      leftovers.map((planned) => ({ ...leftoverItem(planned.leftover), picked: true, leftover: planned })),
    ),
  ];
}

/** Also one whose owner lives and has left it idle for long. */
function isDoubtful({ owned: { status, idle } }: PlannedTree): boolean {
  return (
    status === 'unknown' ||
    status === 'abandoned' ||
    (status === 'owned' && idle !== undefined && idle.forMs >= IDLE_MS)
  );
}

function treeChoice(planned: PlannedTree, picked: boolean): Choice {
  const { tree, owner, evidence, idle, status } = planned.owned;
  const major = tree.version?.split('.')[0] ?? '';
  return {
    label: plainText(`${tree.product} ${major} (pid ${tree.root.pid})`),
    // What is typed into the list selects by these, too.
    description: [
      t('{0} processes', tree.processes.length),
      formatBytes(planned.memoryBytes),
      formatDuration(Date.now() - tree.root.startedAtMs),
      ...(tree.automatedBy === undefined || tree.automatedBy === 'unknown tool' ? [] : [tree.automatedBy]),
    ].join(', '),
    // The deciding facts are last; the strongest of them first, since a narrow list cuts the rest.
    detail: plainText(
      [
        owner?.name,
        ...(status === 'owned' && idle ? [idle.evidence.fact] : []),
        ...evidence
          .slice(-2)
          .reverse()
          .map(({ fact }) => fact),
      ]
        .filter(Boolean)
        .join(' · '),
      240,
    ),
    picked,
    tree: planned,
  };
}
