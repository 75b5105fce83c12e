import {
  type CleanUpOptions,
  type CleanUpPlan,
  type CleanUpResult,
  type Selection,
  checkoutOf,
  cleanUp,
  describePlan,
  planCleanUp,
  select,
  summarize,
  toReport,
} from '../orphans/index.ts';
import type { Automation } from '../browsers/index.ts';
import { createProcessReader } from '../processes/index.ts';
import { defined, count, jsonText } from '../support/index.ts';
import { describeResult, describeTrees, showPlan } from './cleanUpText.ts';
import type { TerminalIo } from './io.ts';

export interface CleanCommandOptions {
  readonly dryRun?: boolean;
  /** Do not ask. */
  readonly yes?: boolean;
  readonly json?: boolean;
  /** Only what is older than this, in ms. */
  readonly olderThan?: number;
  /** Only what this tool launched or left. */
  readonly tool?: string;
  /** Only browsers started in this checkout. */
  readonly here?: boolean;
  /** Also browsers with a living owner, idle for at least this long, in ms. */
  readonly idle?: number;
}

/** The values of `--tool`. */
export const TOOLS = ['playwright', 'puppeteer', 'selenium', 'js-debug', 'mcp', 'leakwright', 'other'] as const;

/** What the clean-up looks at and how it ends; the default is this machine. */
export type CleanUpScope = Partial<CleanUpOptions>;

/** All that was found is gone. */
const NOTHING_LEFT = 0;
/** Something survived, was refused, or was not to be touched (a dry run, no answer). */
export const SOMETHING_LEFT = 2;

/**
 * `leakwright clean`: ends browsers without an owner and removes the files they left. Without a person to ask and without
 * `--yes` it only says what it would do.
 *
 * @returns the exit code: 0 nothing is left, 2 something is
 * @throws LeakwrightError when processes cannot be read
 */
export async function runClean(
  options: CleanCommandOptions,
  io: TerminalIo,
  signal: AbortSignal,
  scope: CleanUpScope = {},
): Promise<number> {
  const engine: CleanUpOptions = {
    ...scope,
    ...defined({ withIdle: options.idle === undefined ? undefined : true }),
    reader: scope.reader ?? createProcessReader(),
  };
  const all = await planCleanUp(engine);
  const plan = await select(all, selectionOf(options), { reader: engine.reader, now: Date.now() });
  signal.throwIfAborted();
  return await carryOut(plan, options, io, signal, engine);
}

function selectionOf({ olderThan, tool, here, idle }: CleanCommandOptions): Selection {
  return {
    ...defined({
      olderThanMs: olderThan,
      tools: tool === undefined ? undefined : [tool === 'other' ? 'unknown tool' : (tool as Automation)],
    }),
    ...(here ? { folder: checkoutOf(process.cwd()) } : {}),
    ...defined({ idleMs: idle }),
  };
}

/** Shows the plan, asks, carries it out, and prints the result. */
export async function carryOut(
  plan: CleanUpPlan,
  options: CleanCommandOptions,
  io: TerminalIo,
  signal: AbortSignal,
  engine: CleanUpOptions,
): Promise<number> {
  const intended = describePlan(plan);
  const { found } = summarize(intended);
  if (!options.json) showPlan(plan, io);
  if (found === 0) return finish(intended, options, io);
  if (options.dryRun) {
    if (!options.json) io.out('\nNothing was ended or removed: this was a dry run.\n');
    return finish(intended, options, io);
  }
  if (!options.yes && !(await isAgreed(plan, io))) {
    io.err('Nothing was ended or removed. With --yes it is done without asking.\n');
    return finish(intended, options, io);
  }
  signal.throwIfAborted();
  const result = await cleanUp(plan, engine);
  if (!options.json) describeResult(result, io);
  return finish(result, options, io);
}

async function isAgreed(plan: CleanUpPlan, io: TerminalIo): Promise<boolean> {
  if (!io.isTty) return false;
  const trees = plan.trees.filter(({ action }) => action === 'end');
  const leftovers = plan.leftovers.filter(({ action }) => action === 'remove');
  const parts = [
    ...(trees.length > 0 ? [`end ${describeTrees(trees)}`] : []),
    ...(leftovers.length > 0 ? [`remove ${count(leftovers.length, 'folder')}`] : []),
  ];
  const question = parts.join(' and ');
  return await io.confirm(`${question[0]!.toUpperCase()}${question.slice(1)}?`);
}

function finish(result: CleanUpResult, options: CleanCommandOptions, io: TerminalIo): number {
  const report = toReport(result);
  if (options.json) io.out(`${jsonText(report, 2)}\n`);
  const { found, ended, removed } = report.summary;
  return ended + removed === found ? NOTHING_LEFT : SOMETHING_LEFT;
}
