import assert from 'node:assert/strict';
import type { Leftover } from '../../../src/browsers/index.ts';
import type { SessionInfo } from '../../../src/sessions/index.ts';
import { openPages } from '../../../src/editor/start/openPages.ts';
import { buildRows } from '../../../src/editor/processTree/buildRows.ts';
import { leftoverFacts } from '../../../src/editor/processTree/leftoverText.ts';
import { filterRows } from '../../../src/editor/processTree/filterRows.ts';
import { factsTable } from '../../../src/editor/processTree/factsTable.ts';
import { NodeStore } from '../../../src/editor/processTree/nodeStore.ts';
import type { GroupRow, ProcessRow, ShownTree } from '../../../src/editor/processTree/row.ts';
import { programFacts } from '../../../src/editor/processTree/programText.ts';
import { processFacts } from '../../../src/editor/processTree/rowText.ts';
import { nameOfSession } from '../../../src/editor/processTree/sessionText.ts';
import { SteadyNumbers } from '../../../src/editor/processTree/steadyNumbers.ts';
import { MIB, type Sketch, memory, program, renderer, shown } from './support/shownTrees.ts';

function text(groups: readonly GroupRow[]): string {
  const lines: string[] = [];
  for (const group of groups) {
    lines.push(`${group.look.label} | ${group.look.description}`);
    for (const tree of group.children) {
      lines.push(`  ${tree.look.label} | ${tree.look.description}`);
      for (const process of tree.children) lines.push(`    ${process.look.label} | ${process.look.description}`);
    }
  }
  return lines.join('\n');
}

describe('Rows of the Processes view', () => {
  it('groups browsers by whose they are, and puts what is orphaned before what is personal', () => {
    const groups = buildRows(
      [
        shown({ pid: 100, status: 'personal' }),
        shown({ pid: 200, owner: { kind: 'debug', name: 'Launch e2e', alive: true } }),
        shown({ pid: 300, status: 'orphan', owner: { kind: 'process', name: 'node run.js (pid 9)', alive: false } }),
        shown({ pid: 400, owner: { kind: 'process', name: 'node watch.js (pid 8)', alive: true }, roles: ['browser'] }),
      ],
      new SteadyNumbers(),
    );
    assert.equal(
      text(groups),
      [
        'Debug sessions, tasks and terminals | 1',
        '  Chromium 156 | 100 MB · Launch e2e',
        '    Browser | 50 MB',
        '    Renderer | 50 MB',
        'Other automation | 1',
        '  Chromium 156 | 50 MB · node watch.js (pid 8)',
        '    Browser | 50 MB',
        'Orphans | 1',
        '  Chromium 156 | 100 MB · left by node run.js (pid 9)',
        '    Browser | 50 MB',
        '    Renderer | 50 MB',
        'Personal browsers | 1',
        '  Chromium 156 | 100 MB · Playwright',
        '    Browser | 50 MB',
        '    Renderer | 50 MB',
      ].join('\n'),
    );
    assert.equal(groups.at(-1)?.expanded, false);
  });

  it('lists what browsers left on the disk last and closed, with what may not go', () => {
    const leftovers: Leftover[] = [
      {
        path: '/tmp/puppeteer_dev_chrome_profile-a1B2c3',
        kind: 'profile',
        createdBy: 'puppeteer',
        bytes: 12 * MIB,
        ageMs: 3 * 60_000 + 400,
        removable: true,
      },
      {
        path: '/home/me/.cache/ms-playwright/mcp-chrome-1a2b3c4',
        kind: 'mcp-profile',
        createdBy: 'mcp',
        bytes: 30 * MIB,
        ageMs: 50 * 60 * 60_000,
        removable: false,
        reason: 'it holds the logins of an agent’s browser, which comes back to it',
      },
    ];
    const groups = buildRows([], new SteadyNumbers(), leftovers);
    assert.equal(
      text(groups),
      [
        'Leftover files | 2 · 42 MB',
        '  puppeteer_dev_chrome_profile-a1B2c3 | 12 MB · 3 min old',
        '  mcp-chrome-1a2b3c4 | 30 MB · 2 days old · stays',
      ].join('\n'),
    );
    assert.deepEqual(
      groups[0]!.children.map(({ look }) => look.context),
      ['leftover removable', 'leftover'],
    );
    assert.equal(groups[0]!.expanded, false);
    // A row that counts seconds would be drawn anew with every look.
    const later = leftovers.map((leftover) => ({ ...leftover, ageMs: leftover.ageMs + 30_000 }));
    const store = new NodeStore();
    store.update(groups);
    assert.equal(store.update(buildRows([], new SteadyNumbers(), later)), undefined);
    assert.match(leftoverFacts(leftovers[1]!).join('\n'), /It stays: it holds the logins/);
  });

  it('has a tooltip of names and values, the evidence last, in which nothing is read as Markdown', () => {
    assert.equal(
      factsTable(['Chromium 156', '· It was launched by [a](command:x)', 'Memory: 12 MB', 'Page: <img src=x> | **b**']),
      [
        '| | |',
        '|---|---|',
        '| | Chromium 156 |',
        '| Memory | 12 MB |',
        String.raw`| Page | \<img src=x\> \| \*\*b\*\* |`,
        '',
        String.raw`- It was launched by \[a\]\(command:x\)`,
      ].join('\n'),
    );
  });

  // One folder of 4 KB that must stay took the place of the first words a new user reads.
  it('shows no folder that must stay where nothing else is, so that the view says how to begin', () => {
    const kept: Leftover = {
      path: '/home/me/mcp',
      kind: 'mcp-profile',
      bytes: 4096,
      ageMs: 1000,
      removable: false,
      reason: 'kept',
    };
    assert.deepEqual(buildRows([], new SteadyNumbers(), [kept]), []);
    assert.equal(buildRows([shown({ pid: 100 })], new SteadyNumbers(), [kept]).length, 2);
    assert.equal(buildRows([], new SteadyNumbers(), [{ ...kept, removable: true }]).length, 1);
  });

  it('puts what serves a browser into one row, and each for itself where the largest is looked for', () => {
    const roles = ['browser', 'renderer', 'gpu', 'utility', 'zygote', 'crashpad'] as const;
    const sketch = shown({ pid: 100, status: 'orphan', roles: [...roles] });
    const [group] = buildRows([sketch], new SteadyNumbers());
    assert.equal(
      text([group!]).split('\n').slice(2).join('\n'),
      ['    Browser | 50 MB', '    Renderer | 50 MB', '    Helpers | 200 MB · 4 processes'].join('\n'),
    );
    const helpers = group!.children[0]!.children.at(-1)!;
    assert.deepEqual(
      helpers.children.map(({ look }) => look.label),
      ['GPU', 'Utility', 'Zygote', 'Crash handler'],
    );
    const [largest] = buildRows([sketch], new SteadyNumbers(), [], [], 'memory');
    assert.equal(largest!.children[0]!.children.length, roles.length);
  });

  // One click on the wrong row must never end the browser a person is reading in.
  it("offers to end an orphan, and never a person's own browser", () => {
    const [orphans, personal] = buildRows(
      [shown({ pid: 100, status: 'orphan' }), shown({ pid: 200, status: 'personal' })],
      new SteadyNumbers(),
    );
    assert.match(orphans!.children[0]!.look.context, /\bendable\b/);
    assert.doesNotMatch(personal!.children[0]!.look.context, /\bendable\b/);
  });

  it('speaks a sentence where the row shows signs', () => {
    const [group] = buildRows([shown({ pid: 100, status: 'orphan' })], new SteadyNumbers());
    assert.equal(group!.look.spoken, 'Orphans, 1 browser');
    assert.equal(group!.children[0]!.children[1]!.look.spoken, 'Renderer, 50 MB');
  });

  // Page titles and command lines are whatever a page or a script says.
  it('strips control characters from names', () => {
    const [group] = buildRows(
      [shown({ pid: 100, owner: { kind: 'process', name: 'evil\u001b[31m\n\u202ename', alive: true } })],
      new SteadyNumbers(),
    );
    assert.equal(group!.children[0]!.look.description, '100 MB · evil [31m name');
  });
});

describe('Rows of Node programs', () => {
  const rows = (...programs: ReturnType<typeof program>[]) =>
    buildRows([], new SteadyNumbers(), [], [], 'role', programs);

  it('are one group, folded, with what each costs and how it grows', () => {
    const growing = { slopePerSecond: (3 * MIB) / 60, correlation: 0.99, samples: 30, overMs: 120_000 };
    const groups = rows(
      program(10, { name: 'vite' }),
      program(11, { within: 'packages/api', memory: memory(210), trend: growing }),
    );
    assert.equal(
      text(groups),
      ['Node programs of this workspace | 2', '  vite | 80 MB', '  server | 210 MB ▲ 3 MB/min · packages/api'].join(
        '\n',
      ),
    );
    const [group] = groups;
    assert.equal(group!.expanded, false);
    assert.equal(group!.look.spoken, 'Node programs of this workspace, 2 programs');
    assert.equal(group!.children[1]!.look.spoken, 'server, 210 MB, growing by 3 MB a minute, packages/api');
    assert.match(group!.children[0]!.look.context, /\bprogram\b.*\bprocess\b/);
    assert.doesNotMatch(group!.children[0]!.look.context, /\bendable\b/);
  });

  it('come after what may need a person, and the largest first where that is asked for', () => {
    const trees = [shown({ pid: 100, status: 'personal' }), shown({ pid: 200, status: 'orphan' })];
    const programs = [program(10, { name: 'vite' }), program(11, { memory: memory(210) })];
    const groups = buildRows(trees, new SteadyNumbers(), [], [], 'memory', programs);
    assert.deepEqual(
      groups.map(({ group }) => group),
      ['orphans', 'programs', 'personal'],
    );
    assert.deepEqual(
      groups[1]!.children.map(({ look }) => look.label),
      ['server', 'vite'],
    );
  });

  it('say their command line without its secrets, and are found by it', () => {
    const secret = program(10, { commandLine: ['node', 'server.mjs', '--api-token=abc123'] });
    const facts = programFacts(secret, 60_000).join('\n');
    assert.match(facts, /^node server\.mjs --api-token=/);
    assert.doesNotMatch(facts, /abc123/);
    assert.match(facts, /Process 10, for 1 min\nMemory: 80 MB its share of all/);
    const groups = rows(secret, program(11, { name: 'vite', commandLine: ['node', 'vite.js'] }));
    assert.deepEqual(
      filterRows(groups, 'server.mjs')[0]!.children.map(({ id }) => id),
      ['program 10@100'],
    );
  });
});

describe('Rows of renderers', () => {
  const withPages = (
    ...entries: ShownTree['pages'] extends ReadonlyMap<infer K, infer V> ? [K, V][] : never
  ): ShownTree => ({
    ...shown({ pid: 100 }),
    pages: new Map(entries),
  });

  // Which page eats the memory, and of what: that is what the view is opened for.
  it('say what page is in it and what it holds', () => {
    const tree = withPages([101, renderer({ title: 'Checkout - Shop', heapMb: 42, nodes: 12_345, listeners: 87 })]);
    const [group] = buildRows([tree], new SteadyNumbers());
    const row = group!.children[0]!.children[1]!;
    assert.equal(row.look.label, 'Renderer · Checkout - Shop');
    assert.equal(row.look.description, '50 MB · JS 42 MB · 12k nodes · 87 listeners');
    assert.equal(
      row.look.spoken,
      'Renderer · Checkout - Shop, 50 MB, JavaScript heap 42 MB, 12000 DOM nodes, 87 listeners',
    );
    assert.deepEqual(row.children, [], 'one page alone is the row itself');
    const facts = processFacts((row as ProcessRow).sample, tree.pages, 0).join('\n');
    assert.match(facts, /Page · Checkout - Shop\nhttp:\/\/shop\.test\/\nJS heap: 43 MB of 50 MB; at least 42 MB/);
    assert.match(facts, /DOM nodes: 12345, listeners: 87/);
  });

  it('have a row for each thing that shares it', () => {
    const shared = renderer({ title: 'Shop', heapMb: 10, nodes: 100, listeners: 5 });
    const tree = withPages([
      101,
      {
        ...shared,
        label: 'Shop and 1 more page',
        parts: [
          ...shared.parts,
          { kind: 'page', id: 'B', url: 'http://shop.test/cart', title: 'Cart' },
          { kind: 'iframe', id: 'C', url: 'https://pay.test/form' },
          { kind: 'worker', id: 'D', url: 'http://shop.test/search.js' },
          { kind: 'service-worker', id: 'E', url: 'http://shop.test/sw.js' },
        ],
      },
    ]);
    const [group] = buildRows([tree], new SteadyNumbers());
    const row = group!.children[0]!.children[1]!;
    assert.deepEqual(
      row.children.map(({ look }) => `${look.label} | ${look.description}`),
      [
        'Page · Shop | shop.test',
        'Page · Cart | shop.test/cart',
        'Iframe · pay.test/form | ',
        'Worker · shop.test/search.js | ',
        'Service worker · shop.test/sw.js | ',
      ],
    );
    assert.match(processFacts((row as ProcessRow).sample, tree.pages, 0).join('\n'), /share one heap/);
    const ids = new NodeStore();
    ids.update([group!]);
    assert.ok(ids.get(row.children[2]!.id), 'each has an id of its own');
  });

  // Otherwise the row of a page that merely breathes is drawn anew every two seconds.
  it('look the same while a page only breathes', () => {
    const store = new NodeStore();
    const steady = new SteadyNumbers();
    const at = (round: number) =>
      withPages([
        101,
        renderer({ title: 'Shop', heapMb: 42 + (round % 2) * 0.4, nodes: 12_345 + (round % 3) * 150, listeners: 87 }),
      ]);
    store.update(buildRows([at(0)], steady));
    for (let round = 1; round < 20; round += 1) {
      assert.equal(store.update(buildRows([at(round)], steady)), undefined);
    }
  });
});

describe('Rows of sessions', () => {
  const session = (overrides: Partial<SessionInfo>): SessionInfo => ({
    id: 'abc1234567',
    name: 'Chromium',
    source: 'launch',
    state: 'ready',
    browser: { name: 'Chromium', version: '156.0.1.2', headless: true },
    urls: ['http://shop.example/'],
    endpoints: { playwright: 'ws://127.0.0.1:1/token' },
    folder: '/tmp/leakwright-abcdef',
    resources: {
      requests: 132,
      requestsDropped: 0,
      pages: 2,
      contexts: 1,
      videos: 0,
      downloads: 0,
      dialogs: 0,
      workers: 1,
      cursors: 0,
    },
    startedAt: '2026-01-01T00:00:00.000Z',
    idleMs: 5000,
    warnings: [],
    ...overrides,
  });

  it('say first what the session holds, then its processes', () => {
    const launched = shown({ pid: 100, status: 'managed', mb: 50 });
    const tree = { ...launched, session: session({ root: { pid: 100, startTime: 1000 } }) };
    const text_ = text(buildRows([tree], new SteadyNumbers(), [], [tree.session]));
    assert.match(
      text_,
      /^Managed sessions \| 1\n {2}shop\.example \| 100 MB · Chromium 156\n {4}Holds \| pages: 2 · contexts: 1 · workers: 1 · requests: 132\n {4}Browser/,
    );
  });

  it('are there for sessions whose browser runs elsewhere', () => {
    const groups = buildRows([], new SteadyNumbers(), [], [session({ source: 'grid', name: 'Nightly' })]);
    assert.match(text(groups), /^Managed sessions \| 1\n {2}Nightly \| on a Selenium Grid · shop\.example\n {4}Holds/);
    assert.match(groups[0]!.children[0]!.look.context, /\bsession\b/);
  });

  // Four rows that all say `Chromium 156` have to be opened to be told apart.
  it('are named by what they show: given name, page and host, host, browser', () => {
    const named = (urls: readonly string[], titles: readonly string[] = [], own = 'Chromium') =>
      nameOfSession(
        session({ name: own, urls }),
        new Map([
          [
            101,
            {
              ...renderer({ title: '', heapMb: 1, nodes: 1, listeners: 1 }),
              parts: titles.flatMap((title, index) => {
                const url = urls[index];
                return url === undefined ? [] : [{ kind: 'page' as const, id: String(index), url, title }];
              }),
            },
          ],
        ]),
      );
    assert.deepEqual(
      [
        named(['http://localhost:5173/checkout'], ['Checkout - Shop']),
        named(['http://localhost:5173/', 'http://localhost:5173/cart', 'about:blank'], ['Shop', 'Cart']),
        named(['about:blank', 'https://shop.example/'], ['', 'Shop']),
        named(['https://shop.example/a']),
        named(['https://shop.example/'], ['']),
        named(['file:///home/me/page.html'], ['Mine']),
        named([]),
        named(['about:blank', 'chrome://settings/'], ['', 'Settings']),
        named(['http://localhost:5173/'], ['Shop'], 'Nightly'),
        named(['http://[::1]:8080/'], [`evil\u001b[31m\n\u202e${'x'.repeat(100)}`]),
      ],
      [
        'Checkout - Shop · localhost:5173',
        'Shop · localhost:5173 +1',
        'Shop · shop.example',
        'shop.example',
        'shop.example',
        'Mine · page.html',
        'Chromium 156',
        'Chromium 156',
        'Nightly',
        `evil [31m ${'x'.repeat(29)}… · [::1]:8080`,
      ],
    );
  });

  it('offer a check of their pages, as browsers with a debugging port do', async () => {
    const launched = shown({ pid: 100, status: 'managed' });
    const withPort = shown({ pid: 200 });
    const tree = { ...withPort.sample.tree, transport: { kind: 'port', port: 9222 } as const };
    const contexts = (shownTree: ShownTree) =>
      buildRows([shownTree], new SteadyNumbers())[0]!.children[0]!.look.context;
    assert.match(contexts({ ...launched, session: session({}) }), /\bpages\b/);
    assert.doesNotMatch(contexts({ ...launched, session: session({ urls: ['about:blank'] }) }), /\bpages\b/);
    assert.match(contexts({ ...withPort, sample: { ...withPort.sample, tree } }), /\bpages\b/);
    assert.doesNotMatch(contexts(withPort), /\bpages\b/);
    const [group] = buildRows(
      [{ ...launched, session: session({ urls: ['about:blank', 'http://a.test/', 'http://a.test/'] }) }],
      new SteadyNumbers(),
    );
    assert.deepEqual(await openPages(group!.children[0]), [{ url: 'http://a.test/', title: '' }]);
  });
});

describe('What is drawn anew', () => {
  it('is everything at first and when a group comes or goes', () => {
    const store = new NodeStore();
    const steady = new SteadyNumbers();
    assert.deepEqual(store.update(buildRows([shown({ pid: 100 })], steady)), { all: true });
    const both = [shown({ pid: 100 }), shown({ pid: 200, status: 'orphan' })];
    assert.deepEqual(store.update(buildRows(both, steady)), { all: true });
  });

  it('is nothing when every row looks the same, even with other numbers behind it', () => {
    const store = new NodeStore();
    const steady = new SteadyNumbers();
    store.update(buildRows([shown({ pid: 100, mb: 50.2 })], steady));
    assert.equal(store.update(buildRows([shown({ pid: 100, mb: 50.4 })], steady)), undefined);
    // Back and forth across the edge between two roundings.
    for (const mb of [50.6, 50.4, 50.6, 50.4]) {
      assert.equal(store.update(buildRows([shown({ pid: 100, mb })], steady)), undefined, `at ${mb} MB`);
    }
  });

  it('is the leaf alone when only the leaf changed', () => {
    const store = new NodeStore();
    const steady = new SteadyNumbers();
    const before = shown({ pid: 100 });
    store.update(buildRows([before], steady));
    const processes = before.sample.processes.map((process, index) =>
      index === 1 ? { ...process, memory: memory(70) } : process,
    );
    const refresh = store.update(buildRows([{ ...before, sample: { ...before.sample, processes } }], steady));
    assert.ok(refresh && !refresh.all);
    assert.deepEqual(
      refresh.nodes.map(({ id }) => id),
      ['process 101@1010'],
    );
  });

  it('is the tree when a process came, and nothing above it', () => {
    const store = new NodeStore();
    const steady = new SteadyNumbers();
    store.update(buildRows([shown({ pid: 100 })], steady));
    const refresh = store.update(buildRows([shown({ pid: 100, roles: ['browser', 'renderer', 'gpu'] })], steady));
    assert.ok(refresh && !refresh.all);
    assert.deepEqual(
      refresh.nodes.map(({ id }) => id),
      ['tree 100@1000'],
    );
  });

  // The editor refuses the same row under two parents, and then shows neither.
  it('is everything when a tree becomes an orphan beside another', () => {
    const store = new NodeStore();
    const steady = new SteadyNumbers();
    const [a, b, c] = [100, 200, 300].map((pid) => ({ pid })) as [Sketch, Sketch, Sketch];
    const orphan = (sketch: Sketch) => shown({ ...sketch, status: 'orphan' });
    store.update(buildRows([shown(a), shown(b), orphan(c)], steady));
    assert.deepEqual(store.update(buildRows([shown(a), orphan(b), orphan(c)], steady)), { all: true });
  });

  it('keeps the node of a row for as long as the row is there, so that selection and expansion stay', () => {
    const store = new NodeStore();
    const steady = new SteadyNumbers();
    store.update(buildRows([shown({ pid: 100 })], steady));
    const node = store.get('tree 100@1000');
    assert.ok(node);
    for (let round = 0; round < 100; round += 1) {
      store.update(buildRows([shown({ pid: 100, mb: 50 + round * 3 }), shown({ pid: 500 + round })], steady));
    }
    assert.equal(store.get('tree 100@1000'), node);
    assert.equal(store.get('tree 500@5000'), undefined);
  });
});
