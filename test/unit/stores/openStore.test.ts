import assert from 'node:assert/strict';
import { openStore } from '../../../src/stores/index.ts';
import { LeakwrightError } from '../../../src/support/index.ts';

describe('a place to store in', () => {
  // "Invalid URL" helps nobody, and the address in a CI log is a password lost.
  it('that is no address is refused with what to do, and without the password in it', async () => {
    await assert.rejects(openStore('redis://ann:pa#ss@localhost:6379/0'), (error: unknown) => {
      assert.ok(error instanceof LeakwrightError && error.code === 'stores.unavailable', String(error));
      assert.match(error.hint ?? '', /%23/);
      assert.doesNotMatch(`${error.message} ${error.hint} ${String(error.cause)}`, /ann:pa/);
      return true;
    });
  });
});
