import assert from 'node:assert/strict';
import { SiteFinder } from '../../../../src/leaks/explain/siteFinder.ts';
import type { GeneratedFrame, SourceAnswers } from '../../../../src/leaks/explain/sources/index.ts';
import type { LeakCandidate } from '../../../../src/leaks/judge/leakCandidate.ts';
import type { PageSources } from '../../../../src/leaks/measure/pageSources.ts';
import type { SourceSite } from '../../../../src/leaks/model.ts';
import type { FunctionPosition } from '../../../../src/leaks/snapshot/heapGraph.ts';

const LIBRARY = 'node_modules/matter-js/matter.js';
const position = (url: string, line: number, functionName: string): FunctionPosition => ({
  scriptId: 7,
  url,
  line,
  column: 1,
  functionName,
});
const frame = ({ url, line, column, functionName }: FunctionPosition): GeneratedFrame => ({
  url,
  line,
  column,
  function: functionName,
});

const sources = {
  pageFrames: (stack: readonly FunctionPosition[]) => stack.map(frame),
  frameAt: () => frame(position(LIBRARY, 20, 'onFrame')),
} as unknown as PageSources;
const mapper = {
  toSite(stack: readonly GeneratedFrame[], precision: SourceSite['precision']) {
    const frames = stack.map(({ url, ...rest }) => ({ file: url, ...rest }));
    const own = Math.max(
      0,
      frames.findIndex(({ file }) => file !== LIBRARY),
    );
    return Promise.resolve({ ...frames[own]!, precision, stack: frames });
  },
  callIn: () => Promise.resolve({ line: 8, column: 10 }),
} as unknown as SourceAnswers;

// Of what is copied as a whole no object is older than the last iteration, and none tells who added it.
describe('the line that fills a collection in a copy', () => {
  const leak = (holder: string): LeakCandidate => ({
    kind: 'object',
    name: 'Entry',
    perIteration: 1,
    bytesPerIteration: 100,
    retainedBytes: 0,
    survivors: [1, 1, 1],
    because: { rule: 'grows from snapshot to snapshot', reason: '', numbers: {} },
    group: {
      key: '',
      className: 'Entry',
      nodeType: 'object',
      survivors: [1, 1, 1],
      ageless: 0,
      bytes: [],
      holder: { name: holder, heapObjectId: 0, className: '', nodeType: 'object', isSlot: false, retainedBy: [] },
      stack: [position('src/clone.js', 4, 'clone'), position('src/reduce.js', 5, 'reduce')],
    },
  });
  const finder = new SiteFinder(sources, {
    ...mapper,
    assignmentIn: () => Promise.resolve(undefined),
    referenceIn: ({ url }: { url: string }, name: string) =>
      Promise.resolve(url === 'src/reduce.js' && name === 'audit' ? { line: 6, column: 3 } : undefined),
  });

  it('is in the nearest function that names the collection', async () => {
    const site = await finder.mention(leak('state.audit[]'));
    assert.deepEqual([site?.file, site?.line], ['src/reduce.js', 6]);
  });

  it('is unknown where none does', async () => {
    assert.equal(await finder.mention(leak('state.visits[]')), undefined);
    assert.equal(await finder.mention(leak('')), undefined);
  });
});

describe('the line of a loop that a library runs', () => {
  // Each frame is requested by the frame before: no code of the user's is on that stack, and the advice was cancelAnimationFrame.
  const loop = (stack: readonly FunctionPosition[]): LeakCandidate => ({
    kind: 'timer',
    name: 'requestAnimationFrame loop',
    perIteration: 1,
    bytesPerIteration: 0,
    retainedBytes: 0,
    survivors: [1, 1],
    because: { rule: 'every iteration', reason: 'it stays', numbers: {} },
    creation: [frame(position(LIBRARY, 31, '_onNextFrame')), frame(position(LIBRARY, 21, 'onFrame'))],
    group: {
      key: '',
      className: 'function onFrame',
      nodeType: 'closure',
      survivors: [1, 1],
      ageless: 0,
      bytes: [1, 1],
      holder: { name: '', heapObjectId: 1, className: '', nodeType: 'native', isSlot: false, retainedBy: [] },
      location: { scriptId: 7, line: 20, column: 1 },
      stack,
    },
  });

  it('is that of the call that began it', async () => {
    const began = [position(LIBRARY, 15, 'run'), position('src/game.js', 5, 'play')];
    const site = await new SiteFinder(sources, mapper).allocation(loop(began));
    assert.deepEqual([site?.file, site?.line], ['src/game.js', 8]);
  });

  it('is the library’s where no code of the user’s began it', async () => {
    const site = await new SiteFinder(sources, mapper).allocation(loop([position(LIBRARY, 15, 'run')]));
    assert.deepEqual([site?.file, site?.line], [LIBRARY, 31]);
  });
});
