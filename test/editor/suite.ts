import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type MochaClass from 'mocha';

/**
 * What the editor's extension host runs: all bundled `*.test.js` beside this file. Counts go to
 * `LEAKWRIGHT_TEST_COUNTS`, as in all steps of `npm test`; every test's outcome to `LEAKWRIGHT_EDITOR_RESULTS`.
 */
export async function run(): Promise<void> {
  const repository = process.env['LEAKWRIGHT_REPOSITORY'];
  if (!repository) throw new Error('LEAKWRIGHT_REPOSITORY is not set: start this with `npm run test:editor`.');
  const require = createRequire(join(repository, 'package.json'));
  const Mocha = require('mocha') as typeof MochaClass;
  const grep = process.env['LEAKWRIGHT_TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    color: process.env['LEAKWRIGHT_TEST_COLOUR'] === '1',
    forbidOnly: true,
    // As in .mocharc.json, which only mocha's program reads.
    timeout: 600_000,
    retries: Number(process.env['LEAKWRIGHT_TEST_RETRIES'] ?? 0),
    slow: 2_000,
    reporter: join(repository, 'test', 'tools', 'editorReporter.cjs'),
    ...(grep ? { grep } : {}),
  });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  // What ends the extension comes after what uses it.
  const isLast = (name: string) => Number(name.endsWith('.last.test.js'));
  for (const name of files.sort((a, b) => isLast(a) - isLast(b) || (a < b ? -1 : 1))) {
    mocha.addFile(join(__dirname, name));
  }
  const failures = await new Promise<number>((done) => mocha.run(done));
  if (failures > 0) throw new Error(`${failures} in-editor ${failures === 1 ? 'test' : 'tests'} failed.`);
}
