import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { loadScenarioFile } from '../../../src/scenarios/index.ts';

describe('loadScenarioFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-scenario-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Stands for a page: says what was called on it. Only its calls matter here; real pages are in the real tests. */
  function recordingPage(): { page: Page; calls: string[] } {
    const calls: string[] = [];
    const page = {
      click: (selector: string) => calls.push(`click ${selector}`),
      isClosed: () => false,
      waitForTimeout: () => calls.push('wait'),
      context: () => ({
        addCookies: (cookies: { name: string; url: string }[]) =>
          calls.push(...cookies.map(({ name, url }) => `cookie ${name} of ${url}`)),
      }),
      $$: (selector: string) => (calls.push(`locate ${selector}`), []),
    };
    return { page: page as unknown as Page, calls };
  }

  it('reads ours in TypeScript, with types that only TypeScript understands', async () => {
    const file = write(
      'menu.leak.ts',
      `interface Menu { readonly id: string }
       const menu: Menu = { id: '#menu' };
       export default { url: 'http://localhost:1/', iterations: 9, async iteration(page: any) { await page.click(menu.id); } };`,
    );
    const scenario = await loadScenarioFile(file);
    const { page, calls } = recordingPage();
    await scenario.iteration(page);
    assert.deepEqual(calls, ['click #menu']);
    assert.equal(scenario.url, 'http://localhost:1/');
    assert.equal(scenario.iterations, 9);
    assert.equal(scenario.file, file);
  });

  it("runs fuite's form with the page from --url", async () => {
    const file = write(
      'fuite.leak.mjs',
      `export async function iteration(page) { await page.click('#a'); await page.click('#b'); }`,
    );
    const scenario = await loadScenarioFile(file, { url: 'http://localhost:2/' });
    const { page, calls } = recordingPage();
    await scenario.iteration(page);
    assert.deepEqual(calls, ['click #a', 'click #b']);
    assert.equal(scenario.url, 'http://localhost:2/');
  });

  it("runs memlab's form: action, then back; says that its leakFilter is not used", async () => {
    const file = write(
      'memlab.leak.cjs',
      `module.exports = { url: () => 'http://localhost:3/', action: async (page) => { await page.$x('//b'); },
        back: (page) => page.click('#back'), leakFilter: () => true };`,
    );
    const scenario = await loadScenarioFile(file);
    const { page, calls } = recordingPage();
    await scenario.iteration(page);
    assert.deepEqual(calls, ['locate xpath=//b', 'click #back']);
    assert.match(scenario.warnings?.join() ?? '', /leakFilter/);
  });

  it("runs fuite's setup on the loaded page, and makes a check of each test of createTests", async () => {
    const file = write(
      'tests.leak.mjs',
      `export const setup = (page) => page.click('#login');
       export const createTests = async () => [{ data: '#a' }, { data: '#b', description: 'second' }];
       export const iteration = (page, data) => page.click(data);
       export const waitForIdle = (page) => page.click('#idle');`,
    );
    const scenario = await loadScenarioFile(file, { url: 'http://localhost:2/' });
    const { page, calls } = recordingPage();
    const did = () => calls.splice(0).map((call) => call.slice('click '.length));
    assert.equal(scenario.setup, undefined, 'nothing runs before the page is loaded');
    assert.equal(scenario.parts!(), undefined, 'its tests are not known yet');
    await scenario.prepare!(page);
    await scenario.iteration(page);
    assert.deepEqual(did(), ['#idle', '#login', '#idle', '#a', '#idle']);
    const { label, others } = scenario.parts!()!;
    assert.equal(label, 'test 1');
    assert.equal(others.length, 1);
    await others[0]!.prepare!(page);
    await others[0]!.iteration!(page);
    assert.deepEqual(did(), ['#idle', '#login', '#idle', '#b', '#idle']);
    assert.deepEqual(others[0]!.parts!(), { label: 'second', others: [] });
  });

  // memlab's own advice for a page behind a login.
  it("asks memlab's url() again after beforeInitialPageLoad", async () => {
    const file = write(
      'late.leak.cjs',
      `let after = '';
       module.exports = { beforeInitialPageLoad: (page) => { after = 'http://localhost:3/members'; }, url: () => after,
         action: (page) => page.click('#action'), back: (page) => page.click('#back') };`,
    );
    const scenario = await loadScenarioFile(file);
    assert.throws(() => scenario.lateUrl!(), { code: 'leaks.scenarioInvalid' });
    await scenario.setup!(recordingPage().page);
    assert.equal(scenario.lateUrl!(), 'http://localhost:3/members');
  });

  it("runs memlab's cookies before the page is loaded, its setup after, and waits until it says that it is loaded", async () => {
    const file = write(
      'session.leak.cjs',
      `let asked = 0;
       module.exports = { url: () => 'http://localhost:3/', cookies: () => [{ name: 'a', value: '1' }],
         setup: (page) => page.click('#setup'), isPageLoaded: async () => ++asked % 2 === 0,
         action: (page) => page.click('#action'), back: (page) => page.click('#back') };`,
    );
    const scenario = await loadScenarioFile(file);
    const { page, calls } = recordingPage();
    await scenario.setup!(page);
    await scenario.prepare!(page);
    await scenario.iteration(page);
    assert.deepEqual(calls, [
      'cookie a of http://localhost:3/',
      'wait',
      'click #setup',
      'click #action',
      'wait',
      'click #back',
      'wait',
    ]);
  });

  it('takes a relative url from the base, and a signed-in state from beside the file', async () => {
    write('state.json', JSON.stringify({ cookies: [], origins: [] }));
    const file = write(
      'cart.leak.mjs',
      `export default { url: '/cart', storageState: 'state.json', use: { locale: 'de-DE', video: 'on', retries: 1 }, iteration: (page) => page.click('#a') };`,
    );
    const scenario = await loadScenarioFile(file, { baseUrl: 'http://localhost:5/shop/' });
    assert.equal(scenario.url, 'http://localhost:5/cart');
    assert.deepEqual(scenario.use, { locale: 'de-DE', storageState: { cookies: [], origins: [] } });
    assert.match(scenario.warnings?.join() ?? '', /use\.retries/);
    const base = await loadScenarioFile(write('b.leak.mjs', 'export default { iteration: (page) => page.click(1) };'), {
      baseUrl: 'http://localhost:5/',
    });
    assert.equal(base.url, 'http://localhost:5/');
  });

  it("names a call of Puppeteer's that Playwright does not have", async () => {
    const file = write('old.leak.mjs', `export const iteration = (page) => page.waitForFileChooser();`);
    const scenario = await loadScenarioFile(file, { url: 'http://localhost:4/' });
    await assert.rejects(async () => await scenario.iteration(recordingPage().page), {
      code: 'leaks.unsupported',
      message: /page\.waitForFileChooser\(\)/,
    });
  });

  const refused: readonly [what: string, name: string, text: string | undefined, says: RegExp][] = [
    ['a file that is not there', 'none.leak.js', undefined, /none\.leak\.js.*does not exist/],
    ['a syntax error', 'bad.leak.js', 'export default {', /bad\.leak\.js.*cannot be loaded/],
    ['no export', 'empty.leak.mjs', 'const a = 1;', /no function 'iteration'/],
    [
      'an iteration that is no function',
      'text.leak.mjs',
      `export default { url: 'http://a/', iteration: 1 };`,
      /'iteration' is not a function/,
    ],
    [
      'a url that is none',
      'url.leak.mjs',
      `export default { url: 'shop', iteration: (page) => page.click('#a') };`,
      /"shop" is not a URL/,
    ],
    ['no page at all', 'page.leak.mjs', `export const iteration = () => {};`, /names no page/],
    [
      'a memlab scenario without back',
      'back.leak.mjs',
      `export default { url: () => 'http://a/', action() {} };`,
      /no 'back'/,
    ],
    [
      'an ignore rule without a reason',
      'ignore.leak.mjs',
      `export default { url: 'http://a/', iteration: (page) => page.click('#a'), ignore: [{}] };`,
      /reason/,
    ],
    // A misspelt key would be silently without effect: a rule with one turned every leak green.
    ...(
      [
        [
          'a misspelt rule',
          `ignore: [{ reason: 'x', hodler: 'cache' }]`,
          /'ignore\[0\]' has no 'hodler': did you mean 'holder'/,
        ],
        ['a misspelt number', `iterartions: 20`, /has no 'iterartions': did you mean 'iterations'/],
        ['a misspelt step', `tearDown() {}`, /did you mean 'teardown'/],
        [
          'a misspelt threshold',
          `thresholds: { minorByte: 1 }`,
          /'thresholds' has no 'minorByte': did you mean 'minorBytes'/,
        ],
        ['a key of another tool', `timeout: 5`, /has no 'timeout': there are name, /],
        ['a rule that names nothing', `ignore: [{ reason: 'x' }]`, /'ignore\[0\]' needs one of/],
        [
          'a rule that matches everything',
          `ignore: [{ reason: 'x', holder: '' }]`,
          /'ignore\[0\].holder' must not be empty/,
        ],
        [
          'a pattern that matches everything',
          `ignore: [{ reason: 'x', name: new RegExp('') }]`,
          /'ignore\[0\].name' must be/,
        ],
        ['a kind that there is not', `ignore: [{ reason: 'x', kind: 'dom-nodes' }]`, /did you mean 'dom-node'/],
        ['too few iterations', `iterations: 1`, /'iterations' must be a whole number of 3 or more/],
        ['a number as a text', `warmup: '3'`, /'warmup' must be a whole number of 0 or more/],
        ['rules that are no list', `ignore: { reason: 'x', holder: 'y' }`, /'ignore' must be a list of rules/],
      ] as const
    ).map(
      ([what, part, says], at) =>
        [
          what,
          `wrong${at}.leak.mjs`,
          `export default { url: 'http://a/', ${part}, iteration: (page) => page.click('#a') };`,
          says,
        ] as [string, string, string, RegExp],
    ),
    [
      'an iteration that does nothing',
      'idle.leak.mjs',
      `export default { url: 'http://a/', async iteration(page) { /* await page.click('#a') */ } };`,
      /'iteration' does nothing/,
    ],
    [
      'a misspelt export of a module',
      'module.leak.mjs',
      `export const url = 'http://a/'; export const iteratons = 9; export const iteration = (page) => page.click('#a');`,
      /did you mean 'iterations'/,
    ],
    [
      'a misspelt part of a fuite scenario',
      'fuite.leak.mjs',
      `export const createTest = () => []; export const iteration = (page) => page.click('#a');`,
      /did you mean 'createTests'/,
    ],
    [
      'a misspelt part of a memlab scenario',
      'memlab.leak.cjs',
      `module.exports = { url: () => 'http://a/', action() {}, back() {}, beforeInitalPageLoad() {} };`,
      /did you mean 'beforeInitialPageLoad'/,
    ],
  ];
  it('lets a module have helpers of its own, and a class fields', async () => {
    const module = write(
      'helpers.leak.mjs',
      `export const url = 'http://a/'; export const helper = 1; export const iteration = (page) => page.click('#a');`,
    );
    assert.match((await loadScenarioFile(module)).warnings?.join() ?? '', /helper/);
    const written = write(
      'class.leak.mjs',
      `class Menu { url = 'http://a/'; selector = '#a'; iteration(page) { return page.click(this.selector); } }
       export default new Menu();`,
    );
    const { page, calls } = recordingPage();
    await (await loadScenarioFile(written)).iteration(page);
    assert.deepEqual(calls, ['click #a']);
  });

  for (const [what, name, text, says] of refused) {
    it(`refuses ${what} with the file's name and the reason`, async () => {
      const file = text === undefined ? join(folder, name) : write(name, text);
      await assert.rejects(loadScenarioFile(file), { code: 'leaks.scenarioInvalid', message: says });
    });
  }
});
