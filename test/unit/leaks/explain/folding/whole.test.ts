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

const list: Explained = {
  leak: {
    kind: 'dom-node',
    name: '<ul> (detached)',
    perIteration: 1,
    bytesPerIteration: 100,
    retainedBytes: 700,
    survivors: [1, 1, 1],
    because: { rule: 'every iteration', reason: 'it stays', numbers: {} },
  },
  allocatedAt: site('box', 4),
  keptAt: site('showList', 9, 'sortablejs'),
  holder: 'sortables',
};
const whole = {
  className: 'Sortable',
  perIteration: 1,
  ending: { method: 'destroy', ran: false },
  stack: [{ scriptId: 5, url: 'app.js', line: 1, column: 1, functionName: 'create' }],
};

describe('an element that a library keeps', () => {
  it('is told by what the library made for it in the call that keeps it', () => {
    const { leak, allocatedAt, ending, parts } = asWhole(list, whole, 'Sortable', site('showList', 9, 'sortablejs'));
    assert.deepEqual([leak.kind, leak.name, allocatedAt?.line], ['object', 'Sortable', 9]);
    assert.deepEqual(ending, { method: 'destroy', ran: false, on: 'the Sortable' });
    assert.deepEqual(
      parts?.map((part) => part.leak.name),
      ['<ul> (detached)'],
    );
  });

  it('has the line that made it where its name is a minifier’s', () => {
    const made = site('showList', 9, 'sortablejs');
    assert.equal(asWhole(list, whole, 'e.ic', made).ending?.on, 'what src/list.js:9 made');
  });

  it('is told by itself where another call made that, or none keeps it', () => {
    assert.equal(asWhole(list, whole, 'Sortable', site('other', 20, 'sortablejs')), list);
    const { keptAt: _, ...free } = list;
    const left: Explained = { ...free, keptAt: undefined };
    assert.equal(asWhole(left, whole, 'Sortable', site('showList', 9, 'sortablejs')), left);
  });
});
