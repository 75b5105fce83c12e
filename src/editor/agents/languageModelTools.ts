import {
  type Disposable,
  type LanguageModelTool,
  LanguageModelTextPart,
  LanguageModelToolResult,
  MarkdownString,
  lm,
  tasks,
  workspace,
} from 'vscode';
import type { PlannedTree } from '../../orphans/index.ts';
import { formatBytes, plainText } from '../../support/index.ts';
import type { CheckTasks } from '../checks/checkTasks.ts';
import { type CleanUpContext, carryOut } from '../cleaning/cleanUp.ts';
import { AGENT_TOOLS, TASK_TYPE } from '../contributions.ts';
import { engine } from '../lazyBundles.ts';
import { t } from '../translate.ts';
import { runToEnd } from './runToEnd.ts';

interface CheckInput {
  readonly url: string;
  readonly click?: readonly string[];
}

interface CleanInput {
  /** Process ids of orphans, as the list gave them; none: only say what there is. */
  readonly pids?: readonly number[];
}

/** The tools for the editor's agents. A tool that ends processes names them, and asks the user first. */
export function offerTools(context: CleanUpContext, checks: CheckTasks): Disposable[] {
  return [
    lm.registerTool(AGENT_TOOLS.listBrowsers, listTool(context)),
    lm.registerTool<CheckInput>(AGENT_TOOLS.checkPage, checkTool(checks)),
    lm.registerTool<CleanInput>(AGENT_TOOLS.cleanOrphans, cleanTool(context)),
  ];
}

function listTool(context: CleanUpContext): LanguageModelTool<object> {
  return {
    async invoke() {
      const { trees } = await plan(context);
      if (trees.length === 0) return say('No browser runs.');
      return say(trees.map((tree) => describeTree(tree)).join('\n'));
    },
  };
}

function checkTool(checks: CheckTasks): LanguageModelTool<CheckInput> {
  return {
    prepareInvocation({ input }) {
      return {
        invocationMessage: t('Checking {0} for leaks', plainText(input.url, 100)),
        confirmationMessages: {
          title: t('Check a page for leaks'),
          message: t('A browser opens {0} and repeats the steps.', plainText(input.url, 200)),
        },
      };
    },
    async invoke({ input }, token) {
      if (!workspace.isTrusted) return say('This folder is not trusted: checks run its code. The user can trust it.');
      if (!/^https?:\/\//.test(input.url)) return say('Only http and https addresses are checked.');
      const task = checks.createTask(
        {
          type: TASK_TYPE,
          url: input.url,
          ...(input.click && input.click.length > 0 ? { click: [...input.click] } : {}),
        },
        t('Check {0}', input.url),
        workspace.workspaceFolders?.[0],
      );
      // As a task: where the user sees it.
      const results = await runToEnd(() => tasks.executeTask(task), checks.onDidEnd, token);
      if (results.length === 0) return say('The check ended without a result: its terminal says why.');
      return say(engine().renderChecks(results));
    },
  };
}

function cleanTool(context: CleanUpContext): LanguageModelTool<CleanInput> {
  return {
    async prepareInvocation({ input }) {
      const named = new Set(input.pids ?? []);
      if (named.size === 0) return { invocationMessage: t('Looking for orphans…') };
      const trees = (await plan(context)).trees.filter((tree) => isNamedOrphan(tree, named));
      if (trees.length === 0) return { invocationMessage: t('Looking for orphans…') };
      const message = new MarkdownString(t('These are ended, with the files they left:'));
      for (const tree of trees) message.appendMarkdown('\n- ').appendText(describeTree(tree));
      return {
        invocationMessage: t('Cleaning up…'),
        confirmationMessages: { title: t('End orphaned browsers'), message },
      };
    },
    async invoke({ input }) {
      const found = await plan(context);
      const orphans = found.trees.filter(({ action }) => action === 'end');
      const named = new Set(input.pids ?? []);
      if (named.size === 0) {
        if (orphans.length === 0) return say('No orphan.');
        return say(`Orphans (nothing was ended):\n${orphans.map((tree) => describeTree(tree)).join('\n')}`);
      }
      const trees = orphans.filter((tree) => isNamedOrphan(tree, named));
      const others = [...named].filter((pid) => !trees.some(({ owned }) => owned.tree.root.pid === pid));
      const lines: string[] = [];
      if (trees.length > 0) {
        const { trees: cleaned } = await carryOut(context, { trees, leftovers: [], issues: [] }, { quiet: true });
        for (const { owned, outcome, reason } of cleaned)
          lines.push(`pid ${owned.tree.root.pid}: ${outcome}${reason === undefined ? '' : `, ${reason}`}`);
      }
      for (const pid of others) lines.push(`pid ${pid}: no orphan, not touched`);
      return say(lines.join('\n'));
    },
  };
}

async function plan(context: CleanUpContext) {
  return await engine().planCleanUp({ reader: context.watch.reader, observations: context.watch.observations });
}

function isNamedOrphan({ owned, action }: PlannedTree, named: ReadonlySet<number>): boolean {
  return action === 'end' && named.has(owned.tree.root.pid);
}

function describeTree({ owned, memoryBytes }: PlannedTree): string {
  const { tree, status, owner, evidence } = owned;
  const whose = owner === undefined ? '' : `, ${owner.name}`;
  const why = evidence.at(-1)?.fact ?? '';
  return plainText(
    `${tree.product} ${tree.version ?? ''} (pid ${tree.root.pid}): ${status}${whose}, ${tree.processes.length} processes, ${formatBytes(memoryBytes)}. ${why}`,
    500,
  );
}

function say(text: string): LanguageModelToolResult {
  return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
}
