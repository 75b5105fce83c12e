import assert from 'node:assert/strict';
import type { Explained } from '../../../../../src/leaks/explain/explained.ts';
import { asWhole } from '../../../../../src/leaks/explain/whole.ts';
import type { SourceSite } from '../../../../../src/leaks/model.ts';

function site(functionName: string, line: number, library?: string): SourceSite {
  const own = { file: 'src/list.js', line, column: 3, function: functionName };
  const inside =
    library === undefined ? [] : [{ file: `node_modules/${library}/index.js`, line: 1, column: 1, function: 'create' }];
  return { ...own, precision: 'line', stack: [...inside, own] };
}

const listener: Explained = {
  leak: {
    kind: 'event-listener',
    name: 'scroll listener on window',
    perIteration: 1,
    bytesPerIteration: 100,
    retainedBytes: 700,
    survivors: [1, 1, 1],
    because: { rule: 'every iteration', reason: 'it stays', numbers: {} },
  },
  allocatedAt: site('showList', 9, 'sortablejs'),
  keptAt: undefined,
  holder: undefined,
};
const whole = {
  className: 'Sortable',
  perIteration: 1,
  ending: { method: 'destroy', ran: false },
  stack: [{ scriptId: 5, url: 'app.js', line: 1, column: 1, functionName: 'create' }],
};

describe('what a listener of a library is told by', () => {
  const made = site('showList', 9, 'sortablejs');

  it('is what the same call made, by its name or, where that is a minifier’s, by the line', () => {
    const { leak, ending, parts } = asWhole(listener, whole, 'Sortable', made);
    assert.deepEqual([leak.kind, leak.name, ending?.on], ['object', 'Sortable', 'the Sortable']);
    assert.deepEqual(
      parts?.map((part) => part.leak.name),
      ['scroll listener on window'],
    );
    assert.equal(asWhole(listener, whole, 'e.ic', made).ending?.on, 'what src/list.js:9 made');
  });

  it('is itself where another call made that', () => {
    assert.equal(asWhole(listener, whole, 'Sortable', site('other', 20, 'sortablejs')), listener);
  });
});
