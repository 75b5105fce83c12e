import type { CleanUpPlan, CleanUpResult, OwnedTree, PlannedTree } from '../orphans/index.ts';
import { summarize } from '../orphans/index.ts';
import { count, formatBytes, formatDuration, plainText } from '../support/index.ts';
import type { TerminalIo } from './io.ts';

/** The plan: what was found, its owner, and the evidence. */
export function showPlan(plan: CleanUpPlan, io: TerminalIo): void {
  const toEnd = plan.trees.filter(({ action }) => action === 'end');
  const others = plan.trees.filter(({ action }) => action === 'leave');
  const toRemove = plan.leftovers.filter(({ action }) => action === 'remove');
  const kept = plan.leftovers.filter(({ action, leftover }) => action === 'leave' && !leftover.removable);

  if (toEnd.length > 0) {
    io.out(`${countKinds(toEnd)} to end:\n`);
    for (const { owned, memoryBytes } of toEnd) {
      io.out(
        `  ${titleOf(owned)}, ${count(owned.tree.processes.length, 'process', 'processes')}, ${formatBytes(memoryBytes)}\n`,
      );
      io.out(`    ${ownership(owned)}\n`);
      if (owned.idle && owned.status !== 'orphan') io.out(`    - ${plainText(owned.idle.evidence.fact, 300)}\n`);
      for (const { fact } of deciding(owned)) io.out(`    - ${plainText(fact, 300)}\n`);
    }
  }
  if (toRemove.length > 0) {
    io.out(`${count(toRemove.length, 'leftover')} to remove:\n`);
    for (const { leftover } of toRemove)
      io.out(
        `  ${plainText(leftover.path, 300)}  ${formatBytes(leftover.bytes)}, unchanged for ${formatDuration(leftover.ageMs)}\n`,
      );
  }
  if (toEnd.length === 0 && toRemove.length === 0) io.out('Nothing was left behind.\n');
  const browsers = others.filter(({ owned }) => owned.tree.family !== 'none');
  if (browsers.length > 0) {
    io.out('Left alone:\n');
    for (const { owned } of browsers) {
      const why = owned.status === 'owned' ? '' : `: ${plainText(owned.evidence.at(-1)?.fact ?? '', 200)}`;
      io.out(`  ${titleOf(owned)}: ${ownership(owned)}${why}\n`);
    }
  }
  if (kept.length > 0) {
    io.out('Not removed:\n');
    for (const { leftover } of kept)
      io.out(
        `  ${plainText(leftover.path, 300)}  ${formatBytes(leftover.bytes)}: ${plainText(leftover.reason ?? '', 200)}\n`,
      );
  }
  for (const issue of plan.issues) io.err(`leakwright: ${plainText(issue, 500)}\n`);
}

/** The result of a clean-up, and the memory and space it freed. */
export function describeResult(result: CleanUpResult, io: TerminalIo): void {
  io.out('\n');
  for (const { owned, action, outcome, reason } of result.trees) {
    if (action !== 'end') continue;
    const why = reason === undefined ? '' : `: ${plainText(reason, 300)}`;
    const word = {
      ended: 'Ended',
      gone: 'Already gone',
      survived: 'SURVIVED',
      refused: 'Refused',
      left: 'Left',
      planned: 'Planned',
    };
    io.out(`${word[outcome]}: ${titleOf(owned)}${outcome === 'ended' ? '' : why}\n`);
  }
  for (const { leftover, action, outcome, reason } of result.leftovers) {
    if (action !== 'remove') continue;
    const word = {
      removed: 'Removed',
      gone: 'Already gone',
      failed: 'FAILED',
      refused: 'Refused',
      left: 'Left',
      planned: 'Planned',
    };
    io.out(
      `${word[outcome]}: ${plainText(leftover.path, 300)}${reason === undefined ? '' : `: ${plainText(reason, 300)}`}\n`,
    );
  }
  const summary = summarize(result);
  io.out(`Freed ${formatBytes(summary.memoryBytesFreed)} of memory and ${formatBytes(summary.bytesFreed)} on disk.\n`);
  const left = summary.found - summary.ended - summary.removed;
  if (left > 0) io.err(`${left} of ${summary.found} are still there.\n`);
}

/** `Chromium (pid 12) and Chrome (pid 34)`: a question that ends processes names them. */
export function describeTrees(trees: readonly PlannedTree[]): string {
  const names = trees.map(({ owned }) => titleOf(owned));
  const most = 6;
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function titleOf({ tree }: OwnedTree): string {
  const tool = tree.automatedBy === undefined || tree.automatedBy === 'unknown tool' ? '' : `, ${tree.automatedBy}`;
  return `${plainText(tree.product, 40)} (pid ${tree.root.pid}${tool})`;
}

/** `owned by node run.js (pid 12)`, `orphan, left behind by debug 'Launch e2e'`, `personal`. */
function ownership({ status, owner }: OwnedTree): string {
  if (!owner) return status;
  const word = owner.kind === 'process' || owner.kind === 'leakwright' ? '' : `${owner.kind} `;
  const name = plainText(`${word}${owner.name}`, 100);
  if (!owner.alive) return `${status}, left behind by ${name}`;
  return status === 'owned' ? `owned by ${name}` : `${status}, launched by ${name}`;
}

/** What decided comes last; the rest is in the JSON. */
function deciding(owned: OwnedTree): OwnedTree['evidence'] {
  return owned.evidence.slice(owned.tree.evidence.length);
}

/** `2 browsers and 1 driver`. */
function countKinds(trees: readonly PlannedTree[]): string {
  const kindOf = ({ owned: { tree } }: PlannedTree): string =>
    tree.family === 'none' ? 'server' : tree.driver && !tree.browser ? 'driver' : 'browser';
  const kinds = trees.map(kindOf);
  const counts = ['browser', 'driver', 'server'].flatMap((kind) => {
    const n = kinds.filter((one) => one === kind).length;
    return n === 0 ? [] : [count(n, kind)];
  });
  return counts.join(' and ');
}
