import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finding, type LeakEvent, durationProfiles } from '../../../src/leaks/index.ts';
import { checkArguments, treeArguments } from '../../../src/editor/checks/checkArguments.ts';
import { presets } from '../../../src/editor/checks/presets.ts';
import { EventTail } from '../../../src/checks/events.ts';
import { checkKey, toProblem } from '../../../src/editor/checks/problem.ts';

const defaults = { browser: 'auto', executablePath: '', timeout: 0, ignore: [] } as const;

describe('The arguments of a leakwright task', () => {
  it('are those of the command line, each its own string', () => {
    assert.deepEqual(
      checkArguments(
        {
          url: 'http://localhost:3000/?a=1&b=$(id)',
          click: ['.open', 'text=Close me'],
          iterations: 10,
          deep: true,
          failOn: 'moderate',
          reporter: 'json=report.json',
        },
        defaults,
      ),
      [
        '--url',
        'http://localhost:3000/?a=1&b=$(id)',
        '--click',
        '.open',
        '--click',
        'text=Close me',
        '--iterations',
        '10',
        '--deep',
        '--fail-on',
        'moderate',
        '--reporter',
        'json=report.json',
      ],
    );
  });

  it("keep a file's name from being read as an option", () => {
    assert.deepEqual(checkArguments({ file: ['--deep', 'a.leak.ts'] }, defaults), ['--', '--deep', 'a.leak.ts']);
  });

  it('take browser and program from the settings where the task names none', () => {
    const settings = { browser: 'msedge', executablePath: '/opt/edge', timeout: 0, ignore: [] } as const;
    assert.deepEqual(checkArguments({ url: 'http://a/' }, settings), [
      '--url',
      'http://a/',
      '--browser',
      'msedge',
      '--executable-path',
      '/opt/edge',
    ]);
    // The named program is another browser than the task wants.
    assert.deepEqual(checkArguments({ url: 'http://a/', browser: 'firefox' }, settings), [
      '--url',
      'http://a/',
      '--browser',
      'firefox',
    ]);
  });

  // `--browser` from the settings had `check` refuse every Node program.
  it('of a Node program say nothing of browsers, and need no page', () => {
    const settings = { ...defaults, browser: 'chrome', executablePath: '/opt/chrome' } as const;
    assert.deepEqual(checkArguments({ nodePid: 4711, evaluate: 'fill()' }, settings), [
      '--node-pid',
      '4711',
      '--evaluate',
      'fill()',
    ]);
    assert.deepEqual(checkArguments({ node: 'server.mjs', file: 'a.leak.mjs' }, settings), [
      '--node',
      'server.mjs',
      '--',
      'a.leak.mjs',
    ]);
  });

  // A preset that cannot be run would be the first thing somebody tries.
  it('are there for every task that is offered, and for a browser watch', () => {
    const all = presets().map(({ definition }) => definition);
    assert.ok(all.length >= 5);
    for (const one of all.filter(({ command }) => command !== 'tree')) checkArguments(one, defaults);
    assert.deepEqual(
      all.flatMap(({ profile }) => (profile === undefined ? [] : [profile])),
      Object.keys(durationProfiles),
    );
    assert.deepEqual(treeArguments({ command: 'tree', interval: 500 }), ['tree', '--watch', '--interval', '500']);
  });

  it('take what a Playwright configuration, a signed-in state and rules add', () => {
    const rule = { holder: 'cache', reason: 'bounded' };
    assert.deepEqual(
      checkArguments(
        { url: 'http://a/', config: false, storageState: 'auth.json', sandbox: false, ignore: [rule] },
        { ...defaults, ignore: [{ name: 'X', reason: 'y' }] },
      ),
      [
        '--url',
        'http://a/',
        '--no-sandbox',
        '--no-config',
        '--storage-state',
        'auth.json',
        '--ignore',
        JSON.stringify(rule),
        '--ignore',
        '{"name":"X","reason":"y"}',
      ],
    );
  });

  it('say what is wrong with a task that cannot mean anything', () => {
    assert.throws(() => checkArguments({}, defaults), /needs a 'url' or a 'file'/);
    assert.throws(() => checkArguments({ file: 'a.leak.ts', click: '.x' }, defaults), /needs the 'url'/);
    const wrong = { url: 'http://a/', iterations: 'many' } as unknown as Parameters<typeof checkArguments>[0];
    assert.throws(() => checkArguments(wrong, defaults), /'iterations' .* must be a number, not "many"/);
  });
});

describe('Following a check', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'leakwright-tail-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const warning = (message: string): LeakEvent => ({ type: 'warning', message });
  const line = (event: LeakEvent) => `${JSON.stringify(event)}\n`;

  it('reads what was added, also when a line arrives in parts', async () => {
    const tail = new EventTail(join(folder, 'events.ndjson'));
    assert.deepEqual(await tail.read(), []);
    writeFileSync(tail.file, line(warning('one')));
    assert.deepEqual(await tail.read(), [warning('one')]);
    const two = line(warning('zwei ä'));
    appendFileSync(tail.file, two.slice(0, 20));
    assert.deepEqual(await tail.read(), []);
    appendFileSync(tail.file, two.slice(20));
    assert.deepEqual(await tail.read(), [warning('zwei ä')]);
    assert.deepEqual(await tail.read(), []);
  });

  it('skips what is no event, and begins anew with the file', async () => {
    const tail = new EventTail(join(folder, 'events.ndjson'));
    writeFileSync(tail.file, `not json\n[1]\n${line(warning('kept'))}`);
    assert.deepEqual(await tail.read(), [warning('kept')]);
    writeFileSync(tail.file, line(warning('b')));
    assert.deepEqual(await tail.read(), [warning('b')]);
  });

  it('gives each event once when asked twice at the same time', async () => {
    const tail = new EventTail(join(folder, 'events.ndjson'));
    writeFileSync(tail.file, line(warning('once')));
    const [first, second] = await Promise.all([tail.read(), tail.read()]);
    assert.deepEqual([...first, ...second], [warning('once')]);
  });
});

describe('A finding as a Problem', () => {
  const frame = { file: 'src/shop.ts', line: 14, column: 16, function: 'openDetails' };
  const finding: Finding = {
    kind: 'object',
    name: 'DetailsPanel',
    perIteration: 1,
    bytesPerIteration: 4200,
    survivors: [1, 1, 1, 1, 1, 1, 1],
    severity: 'minor',
    allocatedAt: {
      ...frame,
      precision: 'line',
      stack: [frame, { file: 'src/productList.ts', line: 13, column: 5, function: 'onClick' }],
    },
    keptAt: { file: 'src/shop.ts', line: 20, column: 3, function: 'closeDetails', precision: 'line', stack: [] },
    holder: 'closedPanels',
    retainedBy: ['closedPanels', '[0]'],
    retainedBytes: 4200,
    fingerprint: 'f',
  };

  it('stands where what leaks is made, and leads to where it is kept and who called', () => {
    const problem = toProblem(finding, '/work');
    assert.ok(problem);
    assert.deepEqual(problem.place, { path: join('/work', 'src/shop.ts'), line: 14, column: 16 });
    assert.equal(problem.level, 'warning');
    assert.match(
      problem.message,
      /^minor leak: 1 DetailsPanel \(4\.1 KB\) survives each iteration, kept in closedPanels/,
    );
    assert.match(problem.message, /\nheld by closedPanels → \[0\]$/);
    assert.deepEqual(
      problem.related.map(({ place, message }) => `${place.line} ${message}`),
      ['20 kept in closedPanels', '13 called by onClick'],
    );
  });

  it('stands where it is kept when it was made in no file of the folder', () => {
    const madeInLibrary = { ...finding.allocatedAt!, file: 'https://cdn.example/lib.js', stack: [] };
    const problem = toProblem({ ...finding, allocatedAt: madeInLibrary }, '/work');
    assert.equal(problem?.place.line, 20);
    const inPackage = { ...madeInLibrary, file: 'node_modules/react-dom/client.js' };
    assert.equal(toProblem({ ...finding, allocatedAt: inPackage }, '/work')?.place.line, 20);
  });

  it('is none when neither place is a file', () => {
    const { allocatedAt: _made, keptAt: _kept, ...rest } = finding;
    assert.equal(toProblem(rest, '/work'), undefined);
    const url = { ...finding.allocatedAt!, file: 'webpack:///src/shop.ts', stack: [] };
    assert.equal(toProblem({ ...rest, allocatedAt: url }, '/work'), undefined);
  });

  it('says when only the function is known, and does not count what is ignored', () => {
    const vague = { ...finding.allocatedAt!, precision: 'function' as const };
    assert.match(toProblem({ ...finding, allocatedAt: vague }, '/w')!.message, /exact line is not known/);
    const ignored = toProblem({ ...finding, ignored: 'known, #12' }, '/w')!;
    assert.equal(ignored.level, 'information');
    assert.match(ignored.message, /ignored: known, #12$/);
  });

  // Otherwise a fixed leak would stay in Problems, or one check would clear another's.
  it('is replaced by the next run of the same check only', () => {
    const url = 'http://localhost:1/';
    const check = {
      name: url,
      url,
      steps: ['.open'],
      mode: 'iterations',
      browser: { name: 'Chromium', version: '1' },
    } as const;
    const elsewhere = { name: 'http://localhost:2/', url: 'http://localhost:2/' };
    assert.equal(checkKey(check, '/w'), checkKey({ ...check }, '/w'));
    // It failed before it had a browser: it is this one's failure.
    assert.equal(checkKey(check, '/w'), checkKey({ ...check, browser: { name: 'unknown', version: '' } }, '/w'));
    assert.notEqual(checkKey(check, '/w'), checkKey({ ...check, ...elsewhere }, '/w'));
    assert.notEqual(checkKey(check, '/w'), checkKey({ ...check, steps: ['.menu'] }, '/w'));
    assert.notEqual(checkKey(check, '/w'), checkKey(check, '/other'));
    // A scenario's page may be served at another port each time.
    const scenario = { ...check, file: 'shop.leak.ts', name: 'shop.leak.ts' };
    assert.equal(checkKey(scenario, '/w'), checkKey({ ...scenario, url: elsewhere.url }, '/w'));
  });
});
