import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findConfig, loadConfig, selectProjects } from '../../../src/checks/index.ts';
import { planChecks } from '../../../src/terminal/planChecks.ts';

describe('leakwright.config', () => {
  let folder: string;
  const former = process.cwd();
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-config-')));
    mkdirSync(join(folder, '.git'));
    mkdirSync(join(folder, 'app', 'src'), { recursive: true });
  });
  afterEach(() => {
    process.chdir(former);
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const scenario = `export default { url: '/a', iteration: (page) => page.click('#a') };`;

  it('is found in a folder above, up to the repository, in TypeScript as in JSON', async () => {
    const file = write(
      'leakwright.config.ts',
      `const timeout: number = 9; export default { timeout, reporter: 'json=out/r.json' };`,
    );
    assert.equal(findConfig(join(folder, 'app', 'src')), file);
    const { shared } = await loadConfig(file);
    assert.deepEqual(shared.settings, { timeout: 9, reporter: [`json=${join(folder, 'out', 'r.json')}`] });
    rmSync(file);
    const json = write(
      'leakwright.config.json',
      '{ "$schema": "x", "headed": true, "storageState": "app/state.json" }',
    );
    assert.equal(findConfig(folder), json);
    assert.deepEqual((await loadConfig(json)).shared.settings, {
      headed: true,
      storageState: join(folder, 'app/state.json'),
    });
  });

  const wrong: readonly (readonly [config: string, says: RegExp])[] = [
    [`{ iterartions: 9 }`, /it has no 'iterartions': did you mean 'iterations'/],
    [`{ ignore: [{ reason: 'x', hodler: 'y' }] }`, /'ignore\[0\]' has no 'hodler': did you mean 'holder'/],
    [`{ projects: [{ name: 'a', warmUp: 1 }] }`, /'projects\[0\]' has no 'warmUp': did you mean 'warmup'/],
    [`{ projects: [{ name: 'a' }, { name: 'a' }] }`, /two projects named 'a'/],
    [`{ failOn: 'major' }`, /'failOn' must be one of minor, moderate, critical/],
    [`{ thresholds: { minor: 1 } }`, /'thresholds' has no 'minor'/],
    [`{ executablePath: '/bin/sh' }`, /it has no 'executablePath'/],
    [`{ workers: 0 }`, /'workers' must be a whole number of 1 or more/],
    [`{ scenarios: 5 }`, /'scenarios' must be/],
    [`[]`, /it must be a configuration/],
  ];
  for (const [config, says] of wrong) {
    it(`refuses ${config} and names what is right`, async () => {
      await assert.rejects(loadConfig(write('leakwright.config.mjs', `export default ${config};`)), { message: says });
    });
  }

  it('gives scenarios their settings, rules and thresholds; the command line wins', async () => {
    write('one.leak.mjs', scenario);
    write('two.leak.mjs', scenario.replace("url: '/a'", "url: '/b', thresholds: { minorBytes: 5 }"));
    write('playwright.config.mjs', `export default { use: { baseURL: 'http://localhost:5/' } };`);
    write(
      'leakwright.config.mjs',
      `export default { scenarios: ['*.leak.mjs', { name: 'mine', url: 'http://a/', iteration: (page) => page.click('#b') }],
         iterations: 9, workers: 2, ignore: [{ reason: 'known', name: /^X/ }], thresholds: { minorBytes: 1, moderateBytes: 2 },
         projects: [{ name: 'fast' }, { name: 'slow', iterations: 20, ignore: [{ reason: 'slow', holder: 'y' }] }] };`,
    );
    process.chdir(folder);
    const { jobs, options } = await planChecks({ files: [], warmup: 1 });
    assert.equal(options.workers, 2);
    assert.equal(jobs.length, 6);
    const facts = jobs.map(({ found, settings }) => {
      assert.ok('scenario' in found);
      const { scenario: one } = found;
      return `${one.project} ${one.url} ${settings.iterations}/${settings.warmup} ${one.ignore?.length} ${one.thresholds?.minorBytes}/${one.thresholds?.moderateBytes}`;
    });
    assert.deepEqual(facts.slice(0, 3), [
      'fast http://localhost:5/a 9/1 1 1/2',
      'fast http://localhost:5/b 9/1 1 5/2',
      'fast http://a/ 9/1 1 1/2',
    ]);
    assert.equal(facts[5], 'slow http://a/ 20/1 2 1/2');
    const slow = await planChecks({ files: ['one.leak.mjs'], project: 'slow', iterations: 4 });
    assert.deepEqual(
      slow.jobs.map(({ settings }) => settings.iterations),
      [4],
    );
    const page = await planChecks({ files: [], url: 'http://other/', click: ['#a'], project: 'fast' });
    assert.equal(page.jobs.length, 1);
    await assert.rejects(planChecks({ files: [], project: 'slo' }), /no project 'slo'.*/);
    assert.equal(
      (await planChecks({ files: ['one.leak.mjs'], config: false, url: 'http://a/' })).jobs[0]!.settings.iterations,
      undefined,
    );
  });

  // Both were passed over: the check ran with the defaults.
  it('may have another name as JSON, and is there where a project is named', async () => {
    process.chdir(folder);
    const config = write('nightly.json', '{ "iterations": 12 }');
    const { jobs } = await planChecks({ files: [], url: 'http://a/', config });
    assert.equal(jobs[0]!.settings.iterations, 12);
    await assert.rejects(planChecks({ files: [], url: 'http://a/', project: 'slow' }), /no configuration .*'slow'/);
  });

  it('names the project that was meant', async () => {
    const config = await loadConfig(
      write('leakwright.config.mjs', `export default { projects: [{ name: 'desktop' }] };`),
    );
    assert.throws(() => selectProjects(config, 'dekstop'), { hint: "Did you mean 'desktop'?" });
  });
});
