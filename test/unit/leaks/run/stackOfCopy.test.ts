import assert from 'node:assert/strict';
import { stackOfCopy } from '../../../../src/leaks/measure/compareSnapshots.ts';
import type { GroupReport } from '../../../../src/leaks/snapshot/messages.ts';

describe('What makes the copy in which something grows', () => {
  const group = (holder: string, functionName: string): GroupReport => ({
    key: holder,
    className: 'Object',
    nodeType: 'object',
    survivors: [1],
    ageless: 0,
    bytes: [100],
    holder: { name: holder, heapObjectId: 1, className: 'Object', nodeType: 'object', isSlot: false, retainedBy: [] },
    stack: functionName === '' ? [] : [{ scriptId: 1, url: 'app.js', line: 1, column: 1, functionName }],
  });
  const made = (heldBy: string, ...groups: GroupReport[]) => stackOfCopy(heldBy, groups)?.[0]?.functionName;

  it('is the stack of the nearest thing around it', () => {
    const groups = [group('app', 'start'), group('app.state', 'clone'), group('other', 'load')];
    assert.equal(made('app.state.audit[]', ...groups), 'clone');
    assert.equal(made('app.visits[]', ...groups), 'start');
    assert.equal(made('app.state', ...groups), 'clone');
  });

  it('is unknown where nothing around it has a stack, or a name only begins alike', () => {
    assert.equal(made('state.audit[]', group('state', '')), undefined);
    assert.equal(made('stateful.audit[]', group('state', 'clone')), undefined);
    assert.equal(made('state.audit[]', group('', 'clone')), undefined);
  });
});
