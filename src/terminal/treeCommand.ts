import { type TreeMemory, measureTree } from '../browsers/index.ts';
import { survey } from '../orphans/index.ts';
import { type ProcessReader, createProcessReader, identityKey, identityOf } from '../processes/index.ts';
import { defined, jsonText, systemClock } from '../support/index.ts';
import type { TerminalIo } from './io.ts';
import { renderTrees, type TreeSnapshot, type TreeView } from './treeText.ts';

export interface TreeOptions {
  readonly watch?: boolean;
  /** Milliseconds between samples. */
  readonly interval?: number;
  readonly json?: boolean;
}

const DEFAULT_INTERVAL_MS = 2000;

/**
 * Shows the browser trees once, or again and again until the signal aborts.
 *
 * @returns the exit code: 0
 */
export async function runTree(options: TreeOptions, io: TerminalIo, signal: AbortSignal): Promise<number> {
  const reader = createProcessReader();
  let memories = new Map<string, TreeMemory>();
  for (;;) {
    const snapshot = await takeSnapshot(reader, !options.watch, memories, signal);
    memories = new Map(snapshot.trees.map(({ owned, memory }) => [identityKey(owned.tree.root), memory]));
    show(snapshot, options, io);
    if (!options.watch) return 0;
    try {
      await systemClock.sleep(options.interval ?? DEFAULT_INTERVAL_MS, signal);
    } catch {
      // Ctrl-C is how a watch ends.
      return 0;
    }
  }
}

async function takeSnapshot(
  reader: ProcessReader,
  withIdle: boolean,
  former: ReadonlyMap<string, TreeMemory>,
  signal: AbortSignal,
): Promise<TreeSnapshot> {
  const { table, trees: owned, servers } = await survey({ reader, withIdle, withServers: true });
  const trees: TreeView[] = [];
  for (const one of owned) {
    const memory = await measureTree(reader, one.tree, {
      signal,
      ...defined({ previous: former.get(identityKey(one.tree.root)) }),
    });
    trees.push({ owned: one, memory });
  }
  return { at: table.at, trees, servers };
}

function show(snapshot: TreeSnapshot, options: TreeOptions, io: TerminalIo): void {
  if (options.json) {
    io.out(`${jsonText(toJson(snapshot), options.watch ? undefined : 2)}\n`);
    return;
  }
  // On a person's terminal a watch redraws in place; into a file or pipe one sample follows the other.
  if (options.watch && io.isTty) io.out('\u001b[H\u001b[2J');
  io.out(renderTrees(snapshot, { colour: io.colour }));
}

/** The JSON contract of `tree --json`; memory in bytes, `startTime` as the system stamps it. */
function toJson(snapshot: TreeSnapshot): unknown {
  return {
    schema: 1,
    at: new Date(snapshot.at).toISOString(),
    trees: snapshot.trees.map(({ owned: { tree, status, owner, evidence, idle }, memory }) => ({
      root: identityOf(tree.root),
      family: tree.family,
      product: tree.product,
      version: tree.version,
      channel: tree.channel,
      headless: tree.headless,
      profile: tree.profile,
      transport: tree.transport,
      automatedBy: tree.automatedBy,
      status,
      idleMs: idle?.forMs,
      owner,
      evidence,
      memoryBytes: memory.pssBytes,
      privateBytes: memory.ussBytes,
      exact: memory.exact,
      processes: tree.processes.map(({ info, role, detail }) => {
        const own = memory.processes.get(identityKey(info));
        return {
          ...identityOf(info),
          ppid: info.ppid,
          name: info.name,
          role,
          detail,
          state: info.state,
          startedAt: new Date(info.startedAtMs).toISOString(),
          cpuMs: info.cpuMs,
          threads: info.threads,
          rssBytes: info.rssBytes,
          pssBytes: own?.exact ? own.pssBytes : undefined,
          ussBytes: own?.exact ? own.ussBytes : undefined,
        };
      }),
    })),
    servers: snapshot.servers.map(({ process: info, name, browsers, evidence }) => ({
      process: identityOf(info),
      name,
      startedAt: new Date(info.startedAtMs).toISOString(),
      rssBytes: info.rssBytes,
      browsers,
      evidence,
    })),
  };
}
