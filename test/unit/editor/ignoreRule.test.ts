import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insertRule, ruleFor } from '../../../src/editor/checks/ignoreRule.ts';
import { type Finding } from '../../../src/leaks/index.ts';
import { loadScenarioFile } from '../../../src/scenarios/index.ts';

const finding = {
  kind: 'object',
  name: "Bob's Panel",
  holder: 'closedPanels',
  fingerprint: 'f00',
} as unknown as Finding;
const rule = ruleFor(finding, "it's\nbounded");

// A rule in the wrong place would break the scenario, or do nothing while the editor says that it is ignored.
describe('An ignore rule in a scenario file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lw-ignore-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const files: Readonly<Record<string, { readonly name: string; readonly text: string; readonly before?: number }>> = {
    'an object': {
      name: 'a.leak.mjs',
      text: `export default {\n  url: 'http://a/',\n  iteration: (page) => page.click('#a'),\n};\n`,
    },
    'an object in a line': {
      name: 'a.leak.mjs',
      text: `export default { url: 'http://a/', iteration: (page) => page.click('#a') };`,
    },
    TypeScript: {
      name: 'a.leak.ts',
      text: `interface A { b: string }\nconst s = {\r\n  url: 'http://a/' as string,\r\n  async iteration(page: unknown): Promise<void> { void page; },\r\n};\r\nexport default s;`,
    },
    'a list that is there': {
      name: 'a.leak.mjs',
      text: `export default {\n  ignore: [{ reason: 'x', holder: 'y' }],\n  url: 'http://a/',\n  iteration: (page) => page.click('#a'),\n};\n`,
      before: 1,
    },
    'an empty list': {
      name: 'a.leak.mjs',
      text: `export default { ignore: [ ], url: 'http://a/', iteration: (page) => page.click('#a') };`,
    },
    'parts that are exported': {
      name: 'a.leak.mjs',
      text: `export const url = 'http://a/';\nexport async function iteration(page) { await page.click('#a'); }`,
    },
    'CommonJS parts': {
      name: 'a.leak.cjs',
      text: `exports.url = 'http://a/';\nexports.iteration = (page) => page.click('#a');\n`,
    },
  };
  for (const [what, { name, text, before = 0 }] of Object.entries(files)) {
    it(`goes into ${what}, which can still be loaded`, async () => {
      const insertion = insertRule(text, rule);
      assert.ok(insertion);
      const file = join(folder, name);
      writeFileSync(file, text.slice(0, insertion.offset) + insertion.text + text.slice(insertion.offset));
      const { ignore } = await loadScenarioFile(file);
      assert.equal(ignore?.length, before + 1);
      assert.deepEqual(
        { ...ignore[0] },
        { reason: "it's bounded", name: "Bob's Panel", holder: 'closedPanels', fingerprint: 'f00' },
      );
    });
  }

  it('goes nowhere when the list is made elsewhere, or the file is none', () => {
    assert.equal(
      insertRule(`export default { ignore: rules, iteration: (page) => page.click('#a') };`, rule),
      undefined,
    );
    assert.equal(insertRule(`const a = 1;`, rule), undefined);
  });
});
