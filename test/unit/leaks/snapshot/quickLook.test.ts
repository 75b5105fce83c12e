import assert from 'node:assert/strict';
import { mayHoldSurvivors } from '../../../../src/leaks/snapshot/quickLook.ts';
import { type RawSnapshot, SnapshotText } from '../../../../src/leaks/snapshot/snapshotText.ts';
import { type HeapNode, heapText, pageWith } from './heapText.ts';

const request = { boundaries: [999, 1099, 1199, 1299], iterations: [1, 1, 1], iterationsSince: 3, minBuckets: 2 };
const look = (nodes: readonly HeapNode[]): boolean => mayHoldSurvivors(parse(heapText(nodes)), request);

/** @param pieceLength characters of each piece in which the text comes */
function parse(text: string, pieceLength = text.length): RawSnapshot {
  const parser = new SnapshotText();
  for (let at = 0; at < text.length; at += pieceLength) parser.push(text.slice(at, at + pieceLength));
  return parser.finish();
}

describe('the quick look at a snapshot', () => {
  it('finds nothing in a heap without anything new, so that most checks end there', () => {
    assert.equal(look(pageWith([['list', 101]], [{ id: 101, type: 'object', name: 'Array' }])), false);
  });

  it('goes on when objects of one class came from several iterations', () => {
    const panels = [1003, 1103].map((id) => ({ id, type: 'object', name: 'Panel' }));
    assert.equal(
      look(
        pageWith(
          [
            ['a', 1003],
            ['b', 1103],
          ],
          panels,
        ),
      ),
      true,
    );
  });

  it('goes on when different texts came from several iterations', () => {
    const texts = [1003, 1103].map((id) => ({ id, type: 'string', name: `draft ${id}` }));
    assert.equal(
      look(
        pageWith(
          [
            ['a', 1003],
            ['b', 1103],
          ],
          texts,
        ),
      ),
      true,
    );
  });

  it('is not held up by one new object, nor by what the engine keeps of code', () => {
    assert.equal(look(pageWith([['current', 1003]], [{ id: 1003, type: 'object', name: 'Panel' }])), false);
    const code = [1003, 1103].map((id) => ({ id, type: 'code', name: 'system / FeedbackVector' }));
    assert.equal(
      look(
        pageWith(
          [
            ['a', 1003],
            ['b', 1103],
          ],
          code,
        ),
      ),
      false,
    );
  });

  it('goes on when an old collection has a new table', () => {
    const heap = pageWith(
      [['durations', 101]],
      [
        { id: 101, type: 'object', name: 'Array', edges: [['internal', 'elements', 1003]] },
        { id: 1003, type: 'array', name: '(object elements)', size: 400 },
      ],
    );
    assert.equal(look(heap), true);
  });

  it('goes on when an old object holds a new text of some size, or a new buffer', () => {
    const holding = (target: HeapNode): HeapNode[] =>
      pageWith(
        [['recording', 101]],
        [{ id: 101, type: 'object', name: 'Object', edges: [['property', 'data', target.id]] }, target],
      );
    assert.equal(look(holding({ id: 1003, type: 'string', name: 'log', size: 4000 })), true);
    assert.equal(look(holding({ id: 1003, type: 'object', name: 'Float32Array', size: 40 })), true);
    assert.equal(look(holding({ id: 1003, type: 'string', name: 'x', size: 16 })), false);
  });
});

describe('the text of a snapshot', () => {
  const text = heapText(pageWith([['list', 101]], [{ id: 101, type: 'object', name: 'Ärray "x"' }]));

  it('is the same in whatever pieces it comes', () => {
    const whole = parse(text);
    assert.ok(whole.nodes.length > 0 && whole.edges.length > 0 && whole.strings.includes('Ärray "x"'));
    for (const pieceLength of [1, 2, 3, 7, 64]) assert.deepEqual(parse(text, pieceLength), whole);
  });

  it('may have lists that are not known, as those of later engines', () => {
    const more = text.replace('"strings":[', '"scopes":[1,[2,"a\\"b"],3],"scope_uses":[4],"strings":[');
    for (const pieceLength of [5, more.length]) assert.deepEqual(parse(more, pieceLength), parse(text));
  });

  it('is refused where it ends early, or its numbers do not fit together', () => {
    assert.throws(() => parse(text.slice(0, text.indexOf('"strings"'))), /not complete/);
    assert.throws(() => parse(text.replace('"edges":[', '"edges":[0,0,0,')), /do not fit/);
    assert.throws(() => parse(text.replace('"nodes":[', '"nodes":[4294967296,')), /do not fit/);
    assert.throws(() => parse(text.replace('"edges":[', '"edges":["x",')), /do not fit/);
  });
});
