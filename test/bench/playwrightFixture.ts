/**
 * What `leakwright/playwright` costs tests that do not ask for a check: the same suite with Playwright's own `test` and with ours,
 * turn by turn. Needs `npm run build`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { findBrowser, needsNoSandbox } from '../../src/browsers/index.ts';
import { packageFolder } from '../../src/support/index.ts';

const ROUNDS = Number(process.argv[2] ?? 7);
const TESTS = 40;

const root = packageFolder();
const folder = mkdtempSync(join(tmpdir(), 'lw-bench-fixture-'));
const suite = (library: string): string => `import { expect, test } from '${library}';
for (let number = 0; number < ${TESTS}; number += 1) {
  test('test ' + number, async ({ page }) => {
    await page.route('http://app.test/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<button>0</button><script>const b = document.querySelector("button"); b.onclick = () => { b.textContent = String(Number(b.textContent) + 1); };</script>' }),
    );
    await page.goto('http://app.test/');
    for (let click = 1; click <= 10; click += 1) {
      await page.click('button');
      await expect(page.locator('button')).toHaveText(String(click));
    }
  });
}
`;

interface Suite {
  readonly specs?: readonly {
    readonly tests: readonly { readonly results: readonly { readonly duration: number }[] }[];
  }[];
  readonly suites?: readonly Suite[];
}

/** Milliseconds of all tests of a run, and of the run. */
async function run(name: string): Promise<{ tests: number; wall: number }> {
  const report = join(folder, 'report.json');
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/@playwright/test/cli.js'), 'test', `${name}.spec.ts`],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, BENCH_REPORT: report },
    },
  );
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the ${name} suite failed`);
  const wall = performance.now() - began;
  const durations: number[] = [];
  const visit = ({ specs = [], suites = [] }: Suite): void => {
    for (const spec of specs) for (const { results } of spec.tests) durations.push(results[0]!.duration);
    suites.forEach(visit);
  };
  (JSON.parse(readFileSync(report, 'utf8')) as { suites: Suite[] }).suites.forEach(visit);
  if (durations.length !== TESTS) throw new Error(`${durations.length} tests ran`);
  return { tests: durations.reduce((sum, ms) => sum + ms, 0), wall };
}

try {
  mkdirSync(join(folder, 'node_modules', '@playwright'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules', 'leakwright'), 'junction');
  symlinkSync(join(root, 'node_modules/@playwright/test'), join(folder, 'node_modules/@playwright/test'), 'junction');
  writeFileSync(join(folder, 'plain.spec.ts'), suite('@playwright/test'));
  writeFileSync(join(folder, 'ours.spec.ts'), suite('leakwright/playwright'));
  const args = needsNoSandbox('chromium') ? ['--no-sandbox'] : [];
  const launchOptions = JSON.stringify({ executablePath: findBrowser().executablePath, args });
  writeFileSync(
    join(folder, 'playwright.config.ts'),
    `export default { workers: 1, outputDir: './out', reporter: [['json', { outputFile: process.env.BENCH_REPORT }]], use: { launchOptions: ${launchOptions} } };\n`,
  );
  const plain: { tests: number; wall: number }[] = [];
  const ours: { tests: number; wall: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // The order changes, so that neither always comes first.
    for (const name of round % 2 === 0 ? ['plain', 'ours'] : ['ours', 'plain']) {
      (name === 'plain' ? plain : ours).push(await run(name));
    }
  }
  for (const what of ['tests', 'wall'] as const) {
    const ratios = ours.map((one, index) => one[what] / plain[index]![what]);
    console.log(
      `${what.padEnd(6)} plain ${median(plain.map((one) => one[what])).toFixed(0)} ms, ours ${median(ours.map((one) => one[what])).toFixed(0)} ms, ratio ${median(ratios).toFixed(3)} (${TESTS} tests, ${ROUNDS} rounds)`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
