import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { type OwnedTree, cleanUp, describePlan, planCleanUp, survey, toReport } from '../../orphans/index.ts';
import { measureTree } from '../../browsers/index.ts';
import { identityKey, identityOf } from '../../processes/index.ts';
import { count, formatBytes, plainText } from '../../support/index.ts';
import { answerWithData, orRefuse } from '../answer.ts';
import type { Workbench } from '../workbench.ts';

const root = z.object({
  pid: z.number().int().min(2),
  startTime: z
    .number()
    .describe('As list_browsers and the dry run give it: a pid alone may be another process by now.'),
});

/** Lists the browsers that run, and cleans up those without an owner. */
export function addBrowserTools(server: McpServer, workbench: Workbench): void {
  server.registerTool(
    'list_browsers',
    {
      title: 'List browsers',
      description:
        'Lists the browser process trees on this machine: what each is, whose it is (managed, owned, abandoned, orphan, personal, unknown) with the evidence, and what it costs; and servers (MCP, CLI daemons) that have lost their client.',
      inputSchema: {},
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    orRefuse(async () => {
      const { trees, servers, issues } = await survey({
        reader: workbench.reader,
        withIdle: true,
        withServers: true,
      });
      const browsers = await Promise.all(trees.map(async (owned) => await describeTree(owned, workbench)));
      const lines = browsers.map(
        ({ product, root: { pid }, status, owner, memoryBytes, processes }) =>
          `${product} (pid ${pid}): ${status}${owner === undefined ? '' : `, ${owner}`}, ${formatBytes(memoryBytes)} in ${count(processes, 'process', 'processes')}`,
      );
      const left = servers.map(({ process: info, name, browsers: pids, evidence }) => ({
        process: identityOf(info),
        name,
        browsers: pids,
        evidence,
        rssBytes: info.rssBytes,
      }));
      const lost = left.map(({ name, process: { pid }, evidence }) => `${name} (pid ${pid}): ${evidence.at(-1)!.fact}`);
      const text = [...(lines.length === 0 ? ['No browser runs.'] : lines), ...lost].join('\n');
      return answerWithData(text, { browsers, servers: left, issues });
    }),
  );

  server.registerTool(
    'clean_orphans',
    {
      title: 'Clean up orphaned browsers',
      description:
        'Ends browser trees whose owner is provably gone and removes the files they left. Call it with dryRun first (the default) to see what there is; then with dryRun false and exactly the trees and files to clean, as the dry run named them. Ownership is checked again before anything is ended; browsers with an owner and personal browsers are never touched.',
      inputSchema: {
        dryRun: z.boolean().default(true).describe('Only say what could be cleaned.'),
        trees: z.array(root).max(100).default([]).describe('The orphans to end.'),
        leftovers: z.array(z.string()).max(1000).default([]).describe('The folders to remove.'),
      },
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    orRefuse(async ({ dryRun, trees, leftovers }) => {
      const options = { reader: workbench.reader };
      const plan = await planCleanUp(options);
      if (dryRun) {
        const { trees: found, leftovers: files, summary } = toReport(describePlan(plan));
        const ends = found.filter(({ action }) => action === 'end');
        const removes = files.filter(({ action }) => action === 'remove');
        const text =
          summary.found === 0
            ? 'Nothing to clean up.'
            : `${count(ends.length, 'orphan')} to end, ${count(removes.length, 'folder')} to remove. Nothing was touched.`;
        return answerWithData(text, { trees: ends, leftovers: removes, summary });
      }
      const named = new Set(trees.map(identityKey));
      const paths = new Set(leftovers);
      const known = new Set(plan.trees.map(({ owned }) => identityKey(owned.tree.root)));
      const unknown = trees.filter((tree) => !known.has(identityKey(tree)));
      const result = await cleanUp(
        {
          issues: plan.issues,
          trees: plan.trees.map((planned) => ({
            ...planned,
            action: named.has(identityKey(planned.owned.tree.root)) ? planned.action : 'leave',
          })),
          leftovers: plan.leftovers.map((planned) => ({
            ...planned,
            action: paths.has(planned.leftover.path) ? planned.action : 'leave',
          })),
        },
        options,
      );
      const report = toReport(result);
      const touched = {
        trees: report.trees.filter(({ root: { pid, startTime } }) => named.has(identityKey({ pid, startTime }))),
        leftovers: report.leftovers.filter(({ path, outcome }) => paths.has(path) || outcome === 'removed'),
        gone: unknown,
        summary: report.summary,
      };
      const { ended, removed, memoryBytesFreed } = report.summary;
      const left = touched.trees.filter(({ outcome }) => outcome !== 'ended' && outcome !== 'gone');
      const text = [
        `${count(ended, 'tree')} ended (${formatBytes(memoryBytesFreed)}), ${count(removed, 'folder')} removed.`,
        ...left.map(({ product, root: { pid }, status, outcome, reason }) =>
          outcome === 'left'
            ? `${product} (pid ${pid}) was not touched: it is no orphan (${status}).`
            : `${product} (pid ${pid}): ${outcome}${reason === undefined ? '' : `, ${reason}`}.`,
        ),
        ...unknown.map(({ pid }) => `pid ${pid}: no such browser any more.`),
      ].join('\n');
      return answerWithData(text, touched);
    }),
  );
}

async function describeTree(owned: OwnedTree, workbench: Workbench) {
  const { tree, status, owner, evidence, idle } = owned;
  const memory = await measureTree(workbench.reader, tree);
  return {
    root: identityOf(tree.root),
    product: tree.version === undefined ? tree.product : `${tree.product} ${tree.version}`,
    family: tree.family,
    headless: tree.headless,
    automatedBy: tree.automatedBy,
    status,
    idle: idle && { forSeconds: Math.floor(idle.forMs / 1000), evidence: plainText(idle.evidence.fact, 300) },
    owner: owner === undefined ? undefined : plainText(owner.name, 200),
    evidence: evidence.map(({ source, fact }) => ({ source, fact: plainText(fact, 300) })),
    processes: tree.processes.length,
    memoryBytes: memory.pssBytes,
  };
}
