import assert from 'node:assert/strict';
import type { IterationSpan, SnapshotSeen } from '../../../../src/leaks/evidence.ts';
import { type Judgement, judgeSnapshot } from '../../../../src/leaks/judge/judgeSnapshot.ts';
import type { GroupReport } from '../../../../src/leaks/snapshot/messages.ts';

const spans: IterationSpan[] = [
  ...Array.from({ length: 7 }, (_, index) => ({ first: 4 + index, last: 4 + index })),
  { first: 11, last: 50 },
  { first: 51, last: 60 },
];
const STEADY = [1, 1, 1, 1, 1, 1, 1, 40, 10];

function group(
  className: string,
  parts: Partial<GroupReport> & { holderName?: string; holderId?: number } = {},
): GroupReport {
  const { holderName = 'panels', holderId = 1001, ...rest } = parts;
  return {
    key: `${className} ${holderId} ${rest.via ?? ''}`,
    className,
    nodeType: 'object',
    survivors: STEADY,
    ageless: 0,
    bytes: STEADY.map((count) => count * 100),
    holder: {
      name: holderName,
      heapObjectId: holderId,
      className: 'Array',
      nodeType: 'object',
      isSlot: false,
      retainedBy: [],
    },
    stack: [{ scriptId: 5, url: 'http://host/app.js', line: 3, column: 10, functionName: 'open' }],
    ...rest,
  };
}
const evidence = (groups: readonly GroupReport[], parts: Partial<SnapshotSeen> = {}): SnapshotSeen => ({
  saw: 'snapshot',
  heap: 0,
  analysis: { groups, growth: [], nodeCount: 0, elements: {} },
  resources: [],
  hooked: true,
  spans,
  iterationsSince: 50,
  interfaces: [],
  ...parts,
});
const judge = (snapshot: SnapshotSeen): Judgement =>
  judgeSnapshot(snapshot, { warmup: 3, escalated: true, multiplies: false, nodesRose: false, listenersRose: false });
const names = (input: SnapshotSeen): string[] => judge(input).leaks.map(({ name }) => name);

/** One listener added in each iteration, at one line. */
function listeners(name: string): SnapshotSeen['resources'] {
  return Array.from({ length: 57 }, (_, index) => ({
    id: index,
    kind: 'event-listener' as const,
    name,
    iteration: 4 + index,
    stack: 'Error\n    at open (http://host/app.js:7:9)',
  }));
}

describe('judge', () => {
  it('reports a leaked object once, with the strings that are its keys in the same Map', () => {
    const { leaks } = judge(evidence([group('Panel'), group('string', { nodeType: 'string' })]));
    assert.deepEqual(
      leaks.map(({ name }) => name),
      ['Panel'],
    );
    assert.equal(leaks[0]?.bytesPerIteration, 200);
  });

  it('reports two classes in one collection as two leaks', () => {
    assert.deepEqual(names(evidence([group('Panel'), group('Session')])).sort(), ['Panel', 'Session']);
  });

  it('joins what the page hooks saw with the closure that the heap shows behind it', () => {
    const closure = group('function onResize', { nodeType: 'closure', via: 'V8EventListener', holderName: '' });
    const { leaks } = judge(evidence([closure], { resources: listeners('resize listener on window') }));
    assert.equal(leaks.length, 1);
    assert.equal(leaks[0]?.name, 'resize listener on window');
    assert.equal(leaks[0]?.kind, 'event-listener');
    assert.equal(leaks[0]?.bytesPerIteration, 100);
    assert.equal(leaks[0]?.creation?.[0]?.line, 7);
  });

  it('takes what only the browser keeps, for somebody listens to it, for the listener`s leak', () => {
    const held = (name: string): GroupReport => {
      const query = group(name);
      return { ...query, holder: { ...query.holder, nodeType: 'synthetic', name: '' } };
    };
    const queries = { resources: listeners('change listener on MediaQueryList') };
    const { leaks } = judge(evidence([held('MediaQueryList')], queries));
    assert.deepEqual(
      leaks.map(({ kind, name, bytesPerIteration }) => [kind, name, bytesPerIteration]),
      [['event-listener', 'change listener on MediaQueryList', 100]],
    );
    assert.deepEqual(names(evidence([group('MediaQueryList')], queries)), ['MediaQueryList']);
    const ports = { resources: listeners('message listener on MessagePort') };
    assert.deepEqual(names(evidence([held('MessagePort')], ports)), ['MessagePort']);
  });

  it('takes a listener on a leaked node for part of the node`s leak', () => {
    const node = group('<section> (detached)', { nodeType: 'native' });
    assert.deepEqual(names(evidence([node], { resources: listeners('click listener on HTMLElement') })), [
      '<section> (detached)',
    ]);
  });

  it('reports listeners that no heap object explains', () => {
    assert.deepEqual(names(evidence([], { resources: listeners('resize listener on window') })), [
      'resize listener on window',
    ]);
  });

  it('reports a leaked frame once, without the built-in functions of its world', () => {
    const { leaks } = judge(
      evidence([
        group('Window (detached)', { nodeType: 'native' }),
        group('function RTCPeerConnection', { nodeType: 'closure' }),
        group('Node', {}),
      ]),
    );
    assert.deepEqual(
      leaks.map(({ kind, name }) => [kind, name]),
      [['frame', 'Window (detached)']],
    );
  });

  it('leaves out what only the browser holds and no page function made', () => {
    const held = group('Array', { stack: [] });
    const byBrowser = { ...held, holder: { ...held.holder, nodeType: 'synthetic', name: '' } };
    assert.deepEqual(names(evidence([byBrowser])), []);
    // A text in a cache of the engine: it came and went with a library's names of events.
    const text = group('string', { nodeType: 'string' });
    const atRoot = { ...text.holder, nodeType: 'synthetic', name: '', retainedBy: ['string'] };
    assert.deepEqual(names(evidence([{ ...text, holder: atRoot }])), []);
    assert.deepEqual(names(evidence([text])), ['string']);
  });

  it('blames no page for what it has closed and the browser keeps, unless the hooks know it to be open', () => {
    const held = group('AudioContext');
    const byBrowser = { ...held, holder: { ...held.holder, nodeType: 'synthetic', name: '' } };
    const judgement = judge(evidence([byBrowser]));
    assert.deepEqual(judgement.leaks, []);
    assert.ok(judgement.anyReleased);
    assert.match(judgement.bounded[0]?.reason ?? '', /let go/);
    // A worker's heap has no hooks: nothing is known of ends there.
    assert.deepEqual(names(evidence([byBrowser], { hooked: false })), ['AudioContext']);
    assert.deepEqual(names(evidence([held])), ['AudioContext']);
    const open = listeners('AudioContext').map((resource) => ({ ...resource, kind: 'object' as const }));
    assert.deepEqual(names(evidence([byBrowser], { resources: open })), ['AudioContext']);
  });

  it('does not decide on the browser`s own objects of unknown age', () => {
    const nodes = group('<li>', { nodeType: 'native', survivors: [0, 0, 0, 0, 0, 0, 0, 0, 0], ageless: 50 });
    const judgement = judge(evidence([nodes]));
    assert.deepEqual(judgement.leaks, []);
    assert.equal(judgement.ageless.length, 1);
  });

  it('says of a full cache that it is bounded, with its name', () => {
    const cache = group('Entry', { survivors: [0, 0, 0, 0, 0, 0, 0, 25, 10], holderName: 'cache' });
    const { leaks, bounded } = judge(evidence([cache]));
    assert.deepEqual(leaks, []);
    assert.equal(bounded[0]?.holder, 'cache');
    assert.match(bounded[0]?.reason ?? '', /oldest/);
  });
});
