import { resolve } from 'node:path';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { type Kept, type Piece, findSnapshotFiles } from '../../leaks/index.ts';
import { describeKept, describePlace, factsText, growthText } from '../../reports/index.ts';
import { LeakwrightError, count, formatBytes, plainText } from '../../support/index.ts';
import { answer, orRefuse } from '../answer.ts';
import type { Workbench } from '../workbench.ts';

/** Snapshots that one client may have open: an outline of each is held. */
const MAX_OPEN = 20;
/** Steps shown of a long path: the last ones, which name the user's objects. */
const MAX_LINKS = 40;

const snapshot = z.number().int().min(1).describe('Its number, as open_snapshots gave it.');
const page = {
  limit: z.number().int().min(1).max(50).default(10),
  cursor: z.string().regex(/^\d+$/).optional().describe('The next of the answer before, for what follows.'),
};
const readOnly = { readOnlyHint: true, openWorldHint: false };

/** Questions about heap snapshot files: read once, asked many times, answered in small pieces. */
export function addSnapshotTools(server: McpServer, workbench: Workbench): void {
  const { snapshots } = workbench;
  const tell = <Args extends readonly unknown[]>(work: (...args: Args) => Promise<CallToolResult>) =>
    orRefuse(async (...args: Args) => await workbench.during(work(...args)));

  server.registerTool(
    'open_snapshots',
    {
      title: 'Open heap snapshots',
      description:
        'Reads .heapsnapshot files of Chromium or Node (or a folder of them, as DevTools, fuite and memlab save them), in the order in which they were taken. Say them once; the other snapshot tools name them by number. 1 s for 40 MB.',
      inputSchema: { paths: z.array(z.string()).min(1).max(MAX_OPEN) },
      annotations: readOnly,
    },
    tell(async ({ paths }) => {
      const { files, note } = findSnapshotFiles(paths.map((path) => resolve(workbench.workspaceFolder, path)));
      if (snapshots.opened.length + files.length > MAX_OPEN) {
        throw new LeakwrightError(
          'usage',
          `At most ${MAX_OPEN} snapshots can be open; ${snapshots.opened.length} are.`,
          {
            hint: 'Ask about those that are open, or connect anew.',
          },
        );
      }
      const opened = [];
      for (const { path, name } of files) {
        const { snapshot: number, facts } = await snapshots.open(path, name);
        opened.push({ number: number + 1, ...facts });
      }
      const lines = opened.map((facts) => `${facts.number}. ${factsText(facts)}`);
      return answer([...(note === undefined ? [] : [note]), ...lines].join('\n'), { snapshots: opened });
    }),
  );

  server.registerTool(
    'snapshot_summary',
    {
      title: 'What a heap snapshot shows',
      description:
        'Suspects (collections, listeners, timers, detached trees, unmounted components, pending promises, repeated texts) and the largest objects of one snapshot, with lines where they are known. One snapshot proves no leak: compare_snapshots does.',
      inputSchema: { snapshot, limit: z.number().int().min(1).max(50).default(10) },
      annotations: readOnly,
    },
    tell(async ({ snapshot: number, limit }) => {
      const { suspects, largest, classes, ...facts } = await snapshots.summary(number - 1);
      const bySize = suspects.toSorted((a, b) => b.retainedBytes - a.retainedBytes).slice(0, limit);
      const shown = { ...facts, suspects: bySize, suspectsInAll: suspects.length, largest: largest.slice(0, limit) };
      const lines = [
        factsText(facts),
        ...bySize.map((found) => `${found.kind}: ${keptText(found)}; ${plainText(found.because)}`),
        'Largest:',
        ...shown.largest.map(keptText),
      ];
      return answer(lines.join('\n'), { ...shown, classes: classes.slice(0, limit) });
    }),
  );

  server.registerTool(
    'compare_snapshots',
    {
      title: 'What grew from snapshot to snapshot',
      description:
        'What grew from each of the snapshots to the next, most bytes first, with what keeps it and the line where it is known. Three snapshots with the same steps between them tell a leak from a cache that was filled.',
      inputSchema: {
        snapshots: z.array(z.number().int().min(1)).min(2).max(MAX_OPEN).describe('Numbers, first to last.'),
        ...page,
      },
      annotations: readOnly,
    },
    tell(async ({ snapshots: numbers, ...at }) => {
      const asked = numbers.map((number) => number - 1);
      const { comparison, piece, taken } = await snapshots.compare(asked, partOf(at));
      const isInOrder = taken.every((number, index) => number === asked[index]);
      const order = taken.map((number) => number + 1).join(', ');
      const lines = piece.items.map((growth) => `${keptText(growth)}; ${growthText(growth)}`);
      const nothing = 'Nothing grew every time.';
      return answerPiece(piece, lines, isInOrder ? nothing : `${nothing} They were taken in the order ${order}.`, {
        sameProcess: comparison.sameProcess,
      });
    }),
  );

  server.registerTool(
    'who_keeps',
    {
      title: 'Who keeps the objects of a class',
      description:
        'Objects of a class (Panel, function onResize, <div> (detached), {id, total}; a part of the name will do) by what keeps them.',
      inputSchema: { snapshot, class: z.string().min(1).max(300), ...page },
      annotations: readOnly,
    },
    tell(async ({ snapshot: number, class: name, ...at }) => {
      const piece = await snapshots.keeps(number - 1, name, partOf(at));
      return answerPiece(piece, piece.items.map(keptText), `There is no object of a class like '${plainText(name)}'.`);
    }),
  );

  server.registerTool(
    'retaining_path',
    {
      title: 'The retaining path of an object',
      description: 'Every step from a root to one object, with ids and retained sizes.',
      inputSchema: { snapshot, id: z.number().int().min(1).describe('The number after @.') },
      annotations: readOnly,
    },
    tell(async ({ snapshot: number, id }) => {
      const { links, ...report } = await snapshots.object(number - 1, id);
      const shown = links.slice(-MAX_LINKS);
      const lines = shown.map(
        (link) => `${plainText(link.edge)} → ${plainText(link.name)} @${link.id} (${formatBytes(link.retainedBytes)})`,
      );
      if (shown.length < links.length) lines.unshift(`… ${links.length - shown.length} steps`);
      return answer([keptText(report), ...lines].join('\n'), { ...report, links: shown, steps: links.length });
    }),
  );

  server.registerTool(
    'repeated_strings',
    {
      title: 'Texts that a heap has several times',
      description: 'By the bytes that all copies but one take; with `contains`, only texts that have it.',
      inputSchema: { snapshot, contains: z.string().max(300).optional(), ...page },
      annotations: readOnly,
    },
    tell(async ({ snapshot: number, contains, ...at }) => {
      const piece = await snapshots.strings(number - 1, contains, partOf(at));
      const lines = piece.items.map(
        ({ text, copies, wastedBytes, heldBy }) =>
          `${count(copies, 'time')}, ${formatBytes(wastedBytes)} too many: ${JSON.stringify(plainText(text, 80))}${heldBy === '' ? '' : ` in ${plainText(heldBy)}`}`,
      );
      return answerPiece(piece, lines, 'No text is there several times.');
    }),
  );
}

function partOf({ limit, cursor }: { limit: number; cursor?: string | undefined }): { offset: number; limit: number } {
  return { offset: cursor === undefined ? 0 : Number(cursor), limit };
}

function keptText(kept: Kept): string {
  const places = kept.places.map((place) => `; ${describePlace(place)}`).join('');
  return `${describeKept(kept)} (${count(kept.count, 'object')}, ${formatBytes(kept.retainedBytes)}, one is @${kept.id})${places}`;
}

function answerPiece(
  piece: Piece<object>,
  lines: readonly string[],
  nothing: string,
  more: Record<string, unknown> = {},
): CallToolResult {
  const rest = piece.next === undefined ? [] : [`${piece.total} in all; the cursor for what follows is ${piece.next}.`];
  return answer(lines.length === 0 ? nothing : [...lines, ...rest].join('\n'), { ...piece, ...more });
}
