import assert from 'node:assert/strict';
import { explainFinding } from '../../../src/agents/checks/checkAnswer.ts';
import { panelFinding } from '../reports/sampleResult.ts';

describe('A finding that an agent has explained', () => {
  it('is told with what survived, both places, what holds it and what ends it', () => {
    const text = explainFinding({ check: 'shop', finding: panelFinding });
    assert.match(text, /survivors by iteration 1 1 1/);
    assert.match(text, /Made at .*\nPut into what keeps it at .*\nHeld by: .*closedPanels/);
    assert.match(text, /^.*\nUsual fix: Remove it from closedPanels/);
  });

  it('is told in whole sentences where nothing is counted one by one, as of pages left open', () => {
    const { allocatedAt: _made, keptAt: _kept, holder: _holder, ...rest } = panelFinding;
    const finding = {
      ...rest,
      kind: 'page',
      name: 'page http://localhost/print',
      survivors: [],
      retainedBy: [],
    } as const;
    const lines = explainFinding({ check: 'shop', finding }).split('\n');
    assert.deepEqual(lines.slice(1), [
      'Usual fix: Close the page in the step that opens it, or in one after it.',
      'It is a leak because something made in every iteration is still there at the end.',
    ]);
  });
});
