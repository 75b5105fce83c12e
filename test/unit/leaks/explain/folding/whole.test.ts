import assert from 'node:assert/strict';
import type { Explained } from '../../../../../src/leaks/explain/explained.ts';
import { asWhole, calledOn, calledOnMade, wholesOf } from '../../../../../src/leaks/explain/whole.ts';
import type { LeakCandidate } from '../../../../../src/leaks/judge/leakCandidate.ts';
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
    const clicked = { ...listener, allocatedAt: { ...made, function: 'HTMLButtonElement.<anonymous>' } };
    assert.equal(asWhole(clicked, whole, 'Sortable', site('', 7, 'sortablejs')).leak.name, 'Sortable');
    const method = { ...listener, allocatedAt: { ...made, function: 'List.showList' } };
    assert.equal(asWhole(method, whole, 'Sortable', { ...made, line: 7 }).leak.name, 'Sortable');
    assert.equal(asWhole(listener, whole, 'e.ic', made).ending?.on, 'what src/list.js:9 made');
  });

  it('is none of which only the innermost functions are known', () => {
    const frame = { scriptId: 5, url: 'app.js', line: 1, column: 1, functionName: 'x' };
    const part = (className: string, length: number, callersDiffer?: true): LeakCandidate => ({
      ...listener.leak,
      kind: 'object',
      name: className,
      group: {
        key: className,
        className,
        nodeType: 'object',
        survivors: [1],
        ageless: 0,
        bytes: [1],
        holder: { name: '', heapObjectId: 1, className: '', nodeType: 'object', isSlot: false, retainedBy: [] },
        stack: Array.from({ length }, () => frame),
        ending: { method: 'destroy', ran: false },
        ...(callersDiffer ? { callersDiffer } : {}),
      },
    });
    const parts = [part('Clone', 1, true), part('Core', 3)];
    assert.equal(wholesOf({ ...listener.leak, parts })[0]?.className, 'Core');
  });

  it('is told by the line where what was made has no name', () => {
    assert.equal(calledOn('Object', made), 'what src/list.js:9 made');
    assert.equal(calledOn('{state, query, …}', made), 'what src/list.js:9 made');
    assert.equal(calledOn('ui.Chart', made), 'the ui.Chart');
    assert.equal(calledOn('Object', undefined), 'the Object');
  });

  // Of `autorun()` its user has a function, and no Reaction.
  it('is told with the call that made it inside', () => {
    const on = (name: string, calls: string): string => calledOnMade(name, { ...made, calls });
    assert.equal(on('Reaction', 'autorun'), 'the Reaction that autorun() made');
    assert.equal(on('Sortable', 'Sortable.create'), 'the Sortable');
    assert.equal(on('Chart', 'new Chart'), 'the Chart');
    assert.equal(calledOnMade('Panel', site('open', 4)), 'the Panel');
  });

  it('is told by the call that made it where that is a plain object, and keeps its fingerprint', () => {
    const called: Explained = { ...listener, allocatedAt: { ...listener.allocatedAt!, calls: 'createPopper' } };
    const inFunction: SourceSite = { ...made, line: 4, precision: 'function' };
    const { leak, knownAs, ending } = asWhole(called, whole, '{state, destroy, update, …}', inFunction);
    assert.deepEqual([leak.kind, leak.name], ['object', 'object of createPopper()']);
    assert.equal(ending?.on, 'what createPopper() in src/list.js:9 made');
    assert.equal(knownAs?.name, 'scroll listener on window');
    const unknown = asWhole(listener, whole, '{state, destroy, update, …}', made);
    assert.deepEqual([unknown.leak, unknown.ending?.on], [listener.leak, 'what src/list.js:9 made']);
  });

  // A cropper listens once its image is there: no code of the user's is on that stack.
  it('is what a call into the package made before, where the package alone registered it', () => {
    const inside = { file: 'node_modules/cropper/index.js', line: 660, column: 1, function: 'bind' };
    const later: Explained = { ...listener, allocatedAt: { ...inside, precision: 'line', stack: [inside] } };
    const { leak, allocatedAt, ending } = asWhole(later, whole, 'Cropper', site('open', 20, 'cropper'));
    assert.deepEqual([leak.name, allocatedAt?.line, ending?.on], ['Cropper', 20, 'the Cropper']);
    assert.equal(asWhole(later, whole, 'Chart', site('open', 20, 'charts')), later, 'another package’s');
  });

  it('is itself where another call made that', () => {
    assert.equal(asWhole(listener, whole, 'Sortable', site('other', 20, 'sortablejs')), listener);
  });
});

// Sortable's list of elements: a developer who reads `<ul>` in `sortables` does not know that it is the Sortable to be destroyed.
describe('an element that a library keeps', () => {
  const element: Explained = {
    ...listener,
    leak: { ...listener.leak, kind: 'dom-node', name: '<ul> (detached)' },
    allocatedAt: site('box', 4),
    keptAt: site('showList', 9, 'sortablejs'),
    holder: 'sortables',
  };

  it('is told by what the library made for it in the call that keeps it', () => {
    const { leak, allocatedAt, ending } = asWhole(element, whole, 'Sortable', site('showList', 9, 'sortablejs'));
    assert.deepEqual([leak.kind, leak.name, allocatedAt?.line], ['object', 'Sortable', 9]);
    assert.deepEqual(ending, { method: 'destroy', ran: false, on: 'the Sortable' });
  });

  it('is told by itself where another call made that, or the user’s own code keeps it', () => {
    assert.equal(asWhole(element, whole, 'Sortable', site('other', 20, 'sortablejs')), element);
    const own = { ...element, keptAt: site('showList', 9) };
    assert.equal(asWhole(own, whole, 'Sortable', site('showList', 9, 'sortablejs')), own);
    const left: Explained = { ...element, keptAt: undefined };
    assert.equal(asWhole(left, whole, 'Sortable', site('showList', 9, 'sortablejs')), left);
  });
});
