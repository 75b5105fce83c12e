import assert from 'node:assert/strict';
import { recommend } from '../../../../src/leaks/explain/recommendations.ts';
import { panelFinding } from '../../reports/sampleResult.ts';

describe('advice', () => {
  it('is given once for each way out, and not for what is ignored', () => {
    const listener = { ...panelFinding, kind: 'event-listener', name: 'resize listener on window' } as const;
    assert.deepEqual(recommend([listener, listener, { ...panelFinding, ignored: 'by design' }]), [
      'resize listener on window: Remove the listener when its owner is closed: call removeEventListener with the same function, or give addEventListener an AbortSignal.',
    ]);
    assert.match(recommend([panelFinding])[0]!, /^DetailsPanel: Remove it from closedPanels/);
  });

  it('is to close a page that each iteration opens, which nothing of the page itself holds', () => {
    const { holder: _, ...held } = panelFinding;
    const [advice] = recommend([{ ...held, kind: 'page', name: 'page http://localhost/print' }]);
    assert.match(advice!, /^page http:\/\/localhost\/print: Close the page/);
  });

  it('says of nodes in the document that the scenario itself may not undo what it does', () => {
    const { holder: _, ...held } = panelFinding;
    const node = { ...held, kind: 'dom-node', name: '<li>' } as const;
    assert.match(recommend([node])[0]!, /an iteration must end where it began/);
    assert.match(recommend([{ ...node, name: '<li> (detached)' }])[0]!, /Drop the reference that holds it/);
  });
});
