import assert from 'node:assert/strict';
import { testsReaching } from '../../tools/affectedTests.ts';

describe('The unit tests that a change reaches', () => {
  const ring = 'test/unit/support/ringBuffer.test.ts';
  const options = 'test/unit/terminal/options.test.ts';
  const translations = 'test/unit/editor/translations.test.ts';
  const all = [ring, options, translations];

  it('are those that import it, directly or through others', async () => {
    assert.deepEqual(await testsReaching(['src/support/ringBuffer.ts'], [ring]), [ring]);
    assert.ok((await testsReaching(['src/checks/options.ts'], all)).includes(options));
    assert.ok(!(await testsReaching(['src/checks/options.ts'], all)).includes(ring));
  });

  it('are those that name it, where it is data, and a changed test itself', async () => {
    assert.deepEqual(await testsReaching(['package.nls.json'], [ring, translations]), [translations]);
    assert.deepEqual(await testsReaching([ring], all), [ring]);
  });
});
