/**
 * The recipes of docs/api.md in the test runners that people have: installs our package and the runner from the npm registry into an
 * empty folder, and runs the same test on a page that leaks and on its mended twin. It is no part of the suite.
 *
 *   npm run recipes                  Vitest, Jest and Mocha
 *   npm run recipes -- jest          one of them
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveShop } from '../test/demo/shop/serve.ts';
import { packNpm } from '../test/tools/packNpm.ts';

interface Recipe {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/** As docs/api.md has it, with the page of the environment. */
const check = `const { checks } = await checkLeaks(process.env.PAGE, { click: ['.open', '.close'] });`;

const recipes: readonly Recipe[] = [
  {
    name: 'vitest',
    dependencies: ['vitest'],
    files: {
      'cart.test.ts': `import { expect, test } from 'vitest';
import { checkLeaks } from 'leakwright';

test('the cart leaks nothing', async () => {
  ${check}
  expect(checks[0].findings).toEqual([]);
}, 180_000);
`,
    },
    command: ['vitest', 'run'],
  },
  {
    name: 'jest',
    dependencies: ['jest'],
    files: {
      'cart.test.js': `const { checkLeaks } = require('leakwright');

test('the cart leaks nothing', async () => {
  ${check}
  expect(checks[0].findings).toEqual([]);
}, 180_000);
`,
    },
    command: ['jest'],
  },
  {
    name: 'mocha',
    dependencies: ['mocha'],
    files: {
      'cart.test.mjs': `import assert from 'node:assert/strict';
import { checkLeaks } from 'leakwright';

it('the cart leaks nothing', async function () {
  this.timeout(180_000);
  ${check}
  assert.deepEqual(checks[0].findings, []);
});
`,
    },
    command: ['mocha', 'cart.test.mjs'],
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !recipes.some((recipe) => recipe.name === name));
if (unknown !== undefined) throw new Error(`There is no recipe '${unknown}'.`);
const around = mkdtempSync(join(tmpdir(), 'lw-recipes-'));
const shop = await serveShop();
let right = 0;
let all = 0;
try {
  const tarball = packNpm(around);
  for (const { name, dependencies, files, command } of recipes) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const folder = mkdtempSync(join(around, `${name}-`));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const installed = await run(['npm', 'install', '--no-audit', '--no-fund', tarball, ...dependencies], folder, '');
    if (installed.code !== 0) throw new Error(installed.output);
    for (const [page, expected] of [
      ['', false],
      ['fixed.html', true],
    ] as const) {
      const { code, output } = await run(['npx', ...command], folder, `${shop.url}${page}`);
      const isRight = expected ? code === 0 : code !== 0 && output.includes('closedPanels');
      all += 1;
      if (isRight) right += 1;
      console.log(`${isRight ? 'right' : 'WRONG'}  ${name}, ${expected ? 'mended: passes' : 'leaks: fails'}`);
      if (!isRight) console.log(output.slice(-3000));
    }
  }
} finally {
  await shop.close();
  rmSync(around, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`${right} of ${all} right`);
process.exitCode = right === all ? 0 : 1;

async function run(
  [program = '', ...args]: readonly string[],
  cwd: string,
  page: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const env = { ...process.env, PAGE: page, CI: '1', NO_COLOR: '1' };
  const child = spawn(program, args, { cwd, env, shell: process.platform === 'win32' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}
