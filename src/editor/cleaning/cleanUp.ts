import { ProgressLocation, window } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import type { LeftoverWatch } from '../../machine/index.ts';
import type { CleanUpPlan, CleanUpResult, OwnedTree, PlannedTree } from '../../orphans/index.ts';
import { identityKey } from '../../processes/index.ts';
import { type Log, formatBytes } from '../../support/index.ts';
import { engine } from '../lazyBundles.ts';
import type { ProcessWatch } from '../processTree/processWatch.ts';
import { t } from '../translate.ts';
import { logEnding } from './endingLog.ts';

/** What every clean-up in the editor needs. */
export interface CleanUpContext {
  readonly watch: ProcessWatch;
  readonly leftovers: LeftoverWatch;
  readonly log: Log;
}

/** `quiet`: writes to the log only, unless something failed. */
export interface CleanUpManner {
  readonly quiet?: boolean;
}

/** Ends these trees without asking again, with what they leave; says what was done. */
export async function endTrees(
  context: CleanUpContext,
  trees: readonly OwnedTree[],
  manner: CleanUpManner = {},
): Promise<CleanUpResult> {
  return await carryOut(context, { trees: toEnd(trees, context), leftovers: [], issues: [] }, manner);
}

/** Removes these leftovers without asking again, each after its rules were asked once more; says what was done. */
export async function removeLeftovers(context: CleanUpContext, leftovers: readonly Leftover[]): Promise<CleanUpResult> {
  const planned = leftovers.map((leftover) => ({ leftover, action: 'remove' as const }));
  return await carryOut(context, { trees: [], leftovers: planned, issues: [] });
}

/**
 * Ends these trees and removes the folders named with them: those of browsers that are gone already (their trees are given
 * as well) need not grow old first.
 */
export async function cleanUpAfter(
  context: CleanUpContext,
  trees: readonly OwnedTree[],
  named: readonly Leftover[],
): Promise<CleanUpResult> {
  const paths = new Set(named.map(({ path }) => path));
  const leftovers = (await context.leftovers.refresh()).filter(({ path, removable }) => removable && paths.has(path));
  return await carryOut(context, {
    trees: toEnd(trees, context),
    leftovers: leftovers.map((leftover) => ({ leftover, action: 'remove' })),
    issues: [],
  });
}

const toEnd = (trees: readonly OwnedTree[], { watch }: CleanUpContext): PlannedTree[] =>
  trees.map((owned) => ({ owned, memoryBytes: memoryOf(owned, watch), action: 'end' }));

/** Does what the plan says. The rows of its trees say "ending…" until it is verified that they are gone, or are not. */
export async function carryOut(
  { watch, leftovers, log }: CleanUpContext,
  plan: CleanUpPlan,
  { quiet = false }: CleanUpManner = {},
): Promise<CleanUpResult> {
  const keys = plan.trees.filter(({ action }) => action === 'end').map(({ owned }) => identityKey(owned.tree.root));
  for (const key of keys) watch.setEnding(key, true);
  try {
    const result = await window.withProgress(
      { location: quiet ? ProgressLocation.Window : ProgressLocation.Notification, title: t('Cleaning up…') },
      () =>
        engine().cleanUp(plan, {
          reader: watch.reader,
          observations: watch.observations,
          onEvent: (event) => logEnding(log, event),
        }),
    );
    say(result, log, quiet);
    return result;
  } finally {
    // First the look that shows them gone: a row that says "ending…" must not for a moment be as before.
    await watch.refresh().catch(() => {});
    for (const key of keys) watch.setEnding(key, false);
    leftovers.look();
  }
}

export function memoryOf(owned: OwnedTree, watch: ProcessWatch): number {
  const key = identityKey(owned.tree.root);
  return watch.trees.find(({ sample }) => sample.key === key)?.sample.memory?.pssBytes ?? 0;
}

function endedText({ trees }: CleanUpResult, ended: number): string {
  const isBrowser = trees.some(({ action, owned }) => action === 'end' && owned.tree.family !== 'none');
  if (!isBrowser) return ended === 1 ? t('1 server ended') : t('{0} servers ended', ended);
  return ended === 1 ? t('1 browser ended') : t('{0} browsers ended', ended);
}

/** What was done, and with the same weight what was not. */
function say(result: CleanUpResult, log: Log, quiet: boolean): void {
  const summary = engine().summarize(result);
  const done =
    [
      summary.ended === 0 ? '' : endedText(result, summary.ended),
      summary.memoryBytesFreed > 0 ? t('{0} of memory freed', formatBytes(summary.memoryBytesFreed)) : '',
      summary.removed === 0
        ? ''
        : summary.removed === 1
          ? t('1 leftover folder removed ({0})', formatBytes(summary.bytesFreed))
          : t('{0} leftover folders removed ({1})', summary.removed, formatBytes(summary.bytesFreed)),
    ]
      .filter(Boolean)
      .join(', ') || t('nothing');
  log.info(`Clean-up: ${done}; ${summary.effectivenessPercentage} % of the findings are gone.`);
  for (const error of summary.errors) log.warn(`Clean-up: ${error}`);
  if (summary.errors.length === 0) {
    if (!quiet) void window.showInformationMessage(t('Cleaned up: {0}.', done));
    return;
  }
  void window.showWarningMessage(t('Cleaned up: {0}. Not done: {1}', done, summary.errors.join('; ')));
}
