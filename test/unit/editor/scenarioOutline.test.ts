import assert from 'node:assert/strict';
import { maskCode } from '../../../src/editor/testExplorer/maskCode.ts';
import { isScenarioPath, scenarioName } from '../../../src/editor/testExplorer/scenarioFiles.ts';
import { outlineScenario } from '../../../src/editor/testExplorer/scenarioOutline.ts';

/** The line, from 1, at which the outline sees the iteration. */
function iterationLine(text: string): number | undefined {
  const { iteration } = outlineScenario(text);
  return iteration && text.slice(0, iteration.start).split('\n').length;
}

// The play button, the CodeLens and a failed test all stand where this says.
describe('The outline of a scenario', () => {
  const forms: Readonly<Record<string, string>> = {
    'a method': `export default {\n  url: 'http://a/',\n  async iteration(page) {},\n};`,
    'an arrow function': `export default {\n  url: "x",\n  iteration: async (page) => {},\n};`,
    'a generator of a variable': `const scenario: Scenario = {\n  url: 'x',\n  iteration,\n};\nexport default scenario;`,
    'what a helper wraps': `export default defineScenario({\n  url: 'x',\n  iteration() {},\n});`,
    CommonJS: `module.exports = {\n  url: 'x',\n  iteration() {},\n};`,
    "fuite's exports": `export const url = 'x';\n\nexport async function iteration(page) {}\n`,
    "memlab's exports": `function url() { return ''; }\n\nconst x = { action: 1 }; exports.action = async () => {};\n`,
    "memlab's object": `const s = {\n  url: () => 'x',\n  action: async (page) => {},\n  back() {},\n};\nmodule.exports = s;`,
  };
  for (const [what, text] of Object.entries(forms)) {
    it(`finds the iteration of ${what}`, () => assert.equal(iterationLine(text), 3));
  }

  it('is not fooled by comments, strings, templates and patterns', () => {
    const text = [
      `// export default { iteration() {} }`,
      `/* iteration( { */ const open = "export default {"; const a = 4 / 2; const b = 1 / a;`,
      `const pattern = /[/'"{]/g; const t = \`{ \${open ? \`}\` : '{'} \`;`,
      `export default {`,
      `  url: 'http://a/{iteration}', // }`,
      `  setup: async (page) => { const iteration = { iteration: 1 }; },`,
      `  iteration(page) {},`,
      `};`,
    ].join('\n');
    assert.equal(iterationLine(text), 7);
  });

  it('gives the name where it is written out', () => {
    assert.equal(outlineScenario(`export default { name: 'It\\'s a menu', iteration() {} }`).name, "It's a menu");
    assert.equal(outlineScenario(`export default { name: makeName(), iteration() {} }`).name, undefined);
    assert.equal(outlineScenario(`export const name = "menu"; export function iteration() {}`).name, 'menu');
  });

  it('knows where an ignore rule can be put', () => {
    const text = `export default { ignore: [{ reason: 'x', holder: 'y' }], iteration() {} }`;
    assert.equal(text.slice(outlineScenario(text).ignoreList! - 1)[0], '[');
    const without = outlineScenario(`export default { iteration() {} }`);
    assert.equal(without.ignoreList, undefined);
    assert.equal(without.object, 'export default {'.length);
    assert.equal(outlineScenario(`export default { ignore: rules, iteration() {} }`).ignoreList, undefined);
    assert.ok(outlineScenario(`export function iteration() {}`).named);
  });

  it('says nothing of a file that is no scenario, or is being typed', () => {
    for (const text of ['', 'export default {', `export default {\n  iteration: '`, '`${`', '/', 'const a = {{{']) {
      assert.doesNotThrow(() => outlineScenario(text), text);
    }
    assert.equal(outlineScenario(`export const helper = 1;`).iteration, undefined);
  });

  it('masks without moving anything', () => {
    const text = `a('x{', /[/]{/, \`\${b}\`); // {\nc / d;`;
    const masked = maskCode(text);
    assert.equal(masked.length, text.length);
    assert.ok(!masked.includes('{'));
    assert.ok(masked.endsWith('\nc / d;'));
  });
});

describe('A scenario file', () => {
  it('is one by its name, unless it is a dependency’s or a copy', () => {
    for (const path of ['a.leak.ts', 'x/y.leak.mjs', 'a.leak.cjs', 'a.leak.js', 'a.leak.mts'])
      assert.ok(isScenarioPath(path), path);
    for (const path of ['a.leak.tsx', 'leak.ts', 'node_modules/p/a.leak.js', 'x/dist/a.leak.js', 'a.leak.ts.map'])
      assert.ok(!isScenarioPath(path), path);
    assert.equal(scenarioName('leaks/checkout.leak.ts'), 'checkout');
  });
});
