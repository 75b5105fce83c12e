import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { loadScenarioFile } from '../../../src/scenarios/index.ts';
import { errorPlace } from '../../../src/scenarios/errorPlace.ts';
import { LeakwrightError } from '../../../src/support/index.ts';

// Without it the editor could only say that a scenario failed, and the user would look for the step by hand.
describe('The place of a scenario that fails', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lw-place-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (text: string): string => {
    const file = join(folder, 'menu.leak.ts');
    writeFileSync(file, text);
    return file;
  };
  const failure = async (act: () => unknown): Promise<unknown> => {
    try {
      await act();
    } catch (error) {
      return error;
    }
    throw new Error('it did not fail');
  };

  it("is the step's own line, through the loader and what wraps the error", async () => {
    const file = write(
      `interface Menu { readonly id: string }\n\nexport default {\n  url: 'http://localhost:1/',\n  async iteration(page: unknown): Promise<void> {\n    const menu: Menu = { id: '#m' };\n    throw new Error(\`no \${menu.id}\`);\n  },\n};\n`,
    );
    const scenario = await loadScenarioFile(file);
    const cause = await failure(() => scenario.iteration({} as Page));
    const place = errorPlace(new LeakwrightError('leaks.scenarioFailed', 'failed', { cause }), file, folder);
    assert.deepEqual({ ...place, column: 0 }, { file: 'menu.leak.ts', line: 7, column: 0, function: 'iteration' });
  });

  it('is where the parser stopped in a file that cannot be read', async () => {
    const file = write(`export default {\n  url: 'http://localhost:1/',\n  iteration( {\n};\n`);
    const place = errorPlace(await failure(() => loadScenarioFile(file)), file, folder);
    assert.ok(place && place.line >= 3 && place.line <= 4, JSON.stringify(place));
  });

  it('is where a file throws while it is loaded', async () => {
    const file = write(`const a = 1;\nthrow new Error('not today');\nexport default {};\n`);
    assert.equal(errorPlace(await failure(() => loadScenarioFile(file)), file, folder)?.line, 2);
  });

  // A fresh clone has no node_modules: the first thing that goes wrong must say what to do.
  it('comes with what to do when a package is missing', async () => {
    const file = write(
      `import { open } from 'a-package-nobody-has';\nexport default { url: 'http://a/', iteration: open };\n`,
    );
    const error = (await failure(() => loadScenarioFile(file))) as LeakwrightError;
    assert.match(error.message, /a-package-nobody-has/);
    assert.match(error.hint ?? '', /npm install/);
  });

  it('is not known when no frame is in the file', () => {
    assert.equal(errorPlace(new Error('elsewhere'), join(folder, 'menu.leak.ts'), folder), undefined);
    assert.equal(errorPlace('text', join(folder, 'menu.leak.ts'), folder), undefined);
  });
});
