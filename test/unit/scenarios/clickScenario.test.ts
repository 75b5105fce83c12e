import assert from 'node:assert/strict';
import { clickScenario } from '../../../src/scenarios/index.ts';

describe('steps to click', () => {
  it('that are empty are refused before a browser starts, with what to write', () => {
    for (const steps of [[''], ['#open', '  ']])
      assert.throws(() => clickScenario('http://localhost:5173/', steps), {
        code: 'usage',
        hint: /--click "#open"/,
      });
    assert.equal(clickScenario('http://localhost:5173/', ['#open']).steps?.length, 1);
  });
});
