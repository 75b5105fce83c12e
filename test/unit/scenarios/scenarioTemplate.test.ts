import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenarioFile, recordedSteps, renderScenario, scenarioFileName } from '../../../src/scenarios/index.ts';

describe('A scenario that is written for the user', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lw-template-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  // The first file somebody gets from us must run as it is.
  for (const typescript of [true, false]) {
    for (const typesFrom of ['playwright', undefined] as const) {
      it(`can be loaded: ${typescript ? 'TypeScript' : 'JavaScript'}, ${typesFrom ? 'with' : 'without'} Playwright's types`, async () => {
        const text = renderScenario({
          url: "http://localhost:3000/it's",
          clicks: [`[name='q']`, String.raw`text="\n"`],
          typescript,
          typesFrom,
        });
        const file = join(folder, typescript ? 'a.leak.ts' : 'a.leak.mjs');
        writeFileSync(file, text);
        const scenario = await loadScenarioFile(file);
        assert.equal(scenario.url, "http://localhost:3000/it's");
        const clicked: string[] = [];
        await scenario.iteration({ click: (selector: string) => clicked.push(selector) } as never);
        assert.deepEqual(clicked, [`[name='q']`, String.raw`text="\n"`]);
      });
    }
  }

  it('has steps to be changed where none are given', () => {
    const text = renderScenario({ url: 'http://a/', clicks: [], typescript: true, typesFrom: 'playwright' });
    assert.match(text, /page\.click\('#open'\)/);
  });

  it('gets a name from what it checks', () => {
    assert.equal(scenarioFileName('http://localhost:3000/shop/Checkout?x=1', []), 'checkout');
    assert.equal(scenarioFileName('http://localhost:3000/', ['.open-menu']), 'open-menu');
    assert.equal(scenarioFileName('http://localhost/', []), 'localhost');
    assert.equal(scenarioFileName('http://localhost/index.html', []), 'index');
  });
});

describe('What was recorded', () => {
  // As codegen of Playwright 1.65 writes it.
  const recording = `const { chromium } = require('playwright');

(async () => {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: false
  });
  const context = await browser.newContext({
    viewport: {
      height: 600,
      width: 800
    }
  });
  const page = await context.newPage();
  await page.goto('http://localhost:3000/');
  await page.getByRole('button', { name: 'Open' }).click();
  const page1Promise = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'More' }).click();
  const page1 = await page1Promise;
  await page1.close();
  await page.goto('http://localhost:3000/');
  await page.close();

  // ---------------------
  await context.close();
  await browser.close();
})();`;

  it('is the steps alone: a check launches and visits by itself', () => {
    assert.deepEqual(recordedSteps(recording), [
      `await page.getByRole('button', { name: 'Open' }).click();`,
      `const page1Promise = page.waitForEvent('popup');`,
      `await page.getByRole('link', { name: 'More' }).click();`,
      `const page1 = await page1Promise;`,
      `await page1.close();`,
      `await page.goto('http://localhost:3000/');`,
    ]);
  });

  it('is nothing when nothing was done', () => {
    assert.deepEqual(recordedSteps(''), []);
    assert.deepEqual(recordedSteps('// not a recording'), []);
  });
});
