import assert from 'node:assert/strict';
import type { BrowserProcess, BrowserTree } from '../../../src/browsers/index.ts';
import { type ProcessInfo, identityKey } from '../../../src/processes/index.ts';
import { renderTrees, type TreeView } from '../../../src/terminal/treeText.ts';
import { defined } from '../../../src/support/index.ts';

const MB = 1024 * 1024;

function process(pid: number, ppid: number, role: BrowserProcess['role'], detail?: string): BrowserProcess {
  const info: ProcessInfo = {
    pid,
    startTime: pid,
    ppid,
    groupId: 100,
    sessionId: 100,
    state: 'running',
    name: 'chromium',
    commandLine: [],
    uid: 0,
    startedAtMs: 1000,
    cpuMs: 0,
    rssBytes: 90 * MB,
    threads: 1,
  };
  return { info, role, ...defined({ detail }) };
}

function view(owner: string, exact = true): TreeView {
  const processes = [process(100, 1, 'browser'), process(101, 100, 'zygote'), process(102, 101, 'renderer')];
  const tree: BrowserTree = {
    root: processes[0]!.info,
    family: 'chromium',
    product: 'Chromium',
    version: '156.0',
    headless: true,
    transport: { kind: 'pipe' },
    automatedBy: 'playwright',
    evidence: [],
    processes,
  };
  const memory = { pssBytes: 30 * MB, ussBytes: 20 * MB, anonBytes: 20 * MB, rssBytes: 90 * MB, exact };
  return {
    owned: { tree, status: 'orphan', owner: { kind: 'process', name: owner, alive: false }, evidence: [] },
    memory: {
      pssBytes: 90 * MB,
      ussBytes: 60 * MB,
      anonBytes: 60 * MB,
      exact,
      processes: new Map(
        processes.map(({ info }) => [identityKey(info), { ...memory, at: 0, cpuMs: 0, tableRssBytes: 0 }]),
      ),
    },
  };
}

describe('the tree in a terminal', () => {
  it('is aligned, and says whose each browser is and what each process costs', () => {
    assert.equal(
      renderTrees({ at: 6000, trees: [view('node e2e.js (pid 7)')], servers: [] }),
      `                PID  MEMORY  PRIVATE    AGE
Chromium 156.0 (headless)  90 MB  orphan, driven by playwright, owner node e2e.js (pid 7) (gone)
  browser       100   30 MB    20 MB  5.0 s
    zygote      101   30 MB    20 MB  5.0 s
      renderer  102   30 MB    20 MB  5.0 s

1 browser, 90 MB
`,
    );
  });

  it('says that a program drives a browser where its tool is not known', () => {
    const known = view('x');
    const { tree } = known.owned;
    const owned = { ...known.owned, tree: { ...tree, automatedBy: 'unknown tool' as const } };
    assert.match(renderTrees({ at: 6000, trees: [{ ...known, owned }], servers: [] }), /orphan, driven by a program,/);
  });

  it('marks figures that are not exact instead of pretending', () => {
    const text = renderTrees({ at: 6000, trees: [view('x', false)], servers: [] });
    assert.match(text, /about 90 MB/);
    assert.match(text, /~30 MB/);
  });

  it('has no escape sequences unless colour was asked for, whatever processes are called', () => {
    // eslint-disable-next-line no-control-regex -- that is what must not be there
    assert.doesNotMatch(renderTrees({ at: 0, trees: [view('\u001b[31mevil')], servers: [] }), /\u001b/);
    assert.ok(renderTrees({ at: 0, trees: [view('x')], servers: [] }, { colour: true }).includes('\u001b['));
  });

  it('says so when nothing runs', () => {
    assert.equal(renderTrees({ at: 0, trees: [], servers: [] }), 'No browser is running.\n');
    const { root } = view('x').owned.tree;
    const server = {
      process: { ...root, rssBytes: 90 << 20, startedAtMs: 0 },
      name: 'Playwright MCP',
      browsers: [],
      evidence: [{ source: 'connection', fact: 'Its client is gone' }],
    };
    assert.equal(
      renderTrees({ at: 7_200_000, trees: [], servers: [server] }),
      `No browser is running.

Servers that have lost their client:
  Playwright MCP (pid ${root.pid})  90 MB, 2 h old, no browser
    - Its client is gone
`,
    );
  });
});
