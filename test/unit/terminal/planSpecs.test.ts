import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSpecRun, specRunText } from '../../../src/checks/index.ts';
import type { CheckOptions } from '../../../src/terminal/checkOptions.ts';
import { planSpecs } from '../../../src/terminal/playwrightSpecs.ts';

// A team writes its reporters, rules and thresholds once, and expects them of every check.
describe('The options of check --playwright', () => {
  const former = process.cwd();
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-specs-')));
    mkdirSync(join(folder, '.git'));
    mkdirSync(join(folder, 'tests'));
    writeFileSync(
      join(folder, 'leakwright.config.mjs'),
      `export default {
        url: 'http://localhost:3000', workers: 4, browser: 'msedge', scenarios: ['a.leak.ts'],
        iterations: 9, deep: true, timeout: 60, failOn: 'moderate', reporter: ['text', 'junit=out/leaks.xml'],
        baseline: 'base.json', config: 'e2e/playwright.config.ts', thresholds: { minorBytes: 500 },
        ignore: [{ reason: 'vendor', name: /^Chart/i }, { reason: 'known', holder: 'cache' }],
      };`,
    );
    writeFileSync(join(folder, 'other.config.mjs'), 'export default { iterations: 30 };');
    writeFileSync(join(folder, 'leakwright.soak.mjs'), 'export default { iterations: 30 };');
    process.chdir(join(folder, 'tests'));
  });
  after(() => {
    process.chdir(former);
    rmSync(folder, { recursive: true, force: true });
  });

  const plan = async (said: Partial<CheckOptions> = {}) =>
    await planSpecs({ files: [], playwright: ['a.spec.ts'], ...said });

  it('are those of leakwright.config, but for what the Playwright configuration decides', async () => {
    const { options, ignore, thresholds } = await plan();
    assert.equal(options.iterations, 9);
    assert.equal(options.deep, true);
    assert.equal(options.timeout, 60);
    assert.equal(options.failOn, 'moderate');
    assert.deepEqual(options.reporter, ['text', `junit=${join(folder, 'out', 'leaks.xml')}`]);
    assert.equal(options.baseline, join(folder, 'base.json'));
    assert.equal(options.config, join(folder, 'e2e', 'playwright.config.ts'));
    assert.deepEqual(thresholds, { minorBytes: 500 });
    assert.deepEqual(
      ignore.map(({ reason }) => reason),
      ['vendor', 'known'],
    );
    for (const name of ['url', 'workers', 'browser'] as const) assert.equal(options[name], undefined, name);
  });

  it('are those of the command line first', async () => {
    const rule = JSON.stringify({ reason: 'mine', holder: 'x' });
    const { options, ignore } = await plan({ iterations: 5, config: 'mine.config.ts', ignore: [rule], project: 'web' });
    assert.equal(options.iterations, 5);
    assert.equal(options.config, 'mine.config.ts');
    assert.equal(options.project, 'web');
    assert.deepEqual(
      ignore.map(({ reason }) => reason),
      ['vendor', 'known', 'mine'],
    );
    assert.equal((await plan({ config: '../leakwright.soak.mjs' })).options.iterations, 30);
    assert.equal((await plan({ config: false })).options.iterations, undefined);
    await assert.rejects(plan({ workers: 2 }), /takes no 'workers'/);
  });

  it('keep the patterns of their rules on the way to Playwright', async () => {
    const { ignore } = await plan();
    const options = { ignore, deep: true };
    assert.deepEqual(parseSpecRun(specRunText({ records: 'r', options })), { records: 'r', options });
  });
});
