import type { BrowserProcess, BrowserTree, ProcessRole, TreeSample } from '../../../../src/browsers/index.ts';
import type { ShownRenderer, ShownTree } from '../../../../src/editor/processTree/row.ts';
import type { NodeProgram } from '../../../../src/machine/index.ts';
import type { OwnedTree, OwnershipStatus } from '../../../../src/orphans/index.ts';
import type { ProcessInfo, ProcessMemory } from '../../../../src/processes/index.ts';

export const MIB = 1024 * 1024;

function info(pid: number, overrides: Partial<ProcessInfo> = {}): ProcessInfo {
  return {
    pid,
    startTime: pid * 10,
    ppid: 1,
    groupId: pid,
    sessionId: pid,
    state: 'running',
    name: 'chrome',
    commandLine: ['chrome'],
    uid: 1000,
    startedAtMs: 0,
    cpuMs: 0,
    rssBytes: 0,
    threads: 1,
    ...overrides,
  };
}

export function memory(mb: number): ProcessMemory {
  return { pssBytes: mb * MIB, ussBytes: mb * MIB, anonBytes: mb * MIB, rssBytes: mb * MIB, exact: true };
}

export interface Sketch {
  readonly pid: number;
  readonly status?: OwnershipStatus;
  readonly owner?: OwnedTree['owner'];
  readonly roles?: readonly ProcessRole[];
  /** Megabytes of each process. */
  readonly mb?: number;
}

/** A browser tree as a view gets it. */
export function shown({ pid, status = 'owned', owner, roles = ['browser', 'renderer'], mb = 50 }: Sketch): ShownTree {
  const processes = roles.map((role, index): BrowserProcess => ({ info: info(pid + index), role }));
  const tree: BrowserTree = {
    root: processes[0]!.info,
    family: 'chromium',
    product: 'Chromium',
    version: '156.0.1.2',
    headless: true,
    transport: { kind: 'pipe' },
    automatedBy: 'playwright',
    evidence: [{ source: 'command-line', fact: '--remote-debugging-pipe is on the command line' }],
    processes,
  };
  const total = memory(mb * processes.length);
  const sample: TreeSample = {
    key: `${pid}@${pid * 10}`,
    tree,
    processes: processes.map((process) => ({
      key: `${process.info.pid}@${process.info.startTime}`,
      process,
      cpuPercent: 0,
      memory: memory(mb),
      trend: undefined,
    })),
    cpuPercent: 0,
    memory: { ...total, processes: new Map() },
    trend: undefined,
  };
  return {
    sample,
    owned: { tree, status, evidence: tree.evidence, ...(owner ? { owner } : {}) },
    session: undefined,
    ending: false,
    pages: new Map(),
  };
}

/** A program on Node as a view gets it. */
export function program(
  pid: number,
  overrides: Partial<NodeProgram> & { readonly commandLine?: readonly string[] } = {},
): NodeProgram {
  const { commandLine = ['node', 'server.mjs'], ...rest } = overrides;
  return {
    key: `${pid}@${pid * 10}`,
    info: info(pid, { name: 'node', commandLine }),
    name: 'server',
    within: '',
    memory: memory(80),
    trend: undefined,
    ...rest,
  };
}

/** A renderer with one page in it; 1 MB of its heap is garbage. */
export function renderer(page: {
  readonly title: string;
  readonly heapMb: number;
  readonly nodes: number;
  readonly listeners: number;
}): ShownRenderer {
  const { title, heapMb, nodes, listeners } = page;
  return {
    label: title,
    parts: [{ kind: 'page', id: 'A', url: 'http://shop.test/', title }],
    metrics: {
      jsHeapUsedBytes: (heapMb + 1) * MIB,
      jsHeapTotalBytes: 50 * MIB,
      nodes,
      listeners,
      documents: 1,
      frames: 1,
      workers: 0,
    },
    least: { jsHeapBytes: heapMb * MIB, nodes, listeners },
    heapTrend: undefined,
  };
}
