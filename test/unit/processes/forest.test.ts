import assert from 'node:assert/strict';
import { ancestorsOf, childrenOf, descendantsOf, membersOf } from '../../../src/processes/index.ts';
import { processInfo, tableOf } from './support/tables.ts';

const pidsOf = (processes: readonly { pid: number }[]) => processes.map(({ pid }) => pid);

describe('the forest', () => {
  // Pids wrapped: the children have smaller numbers than their parents, and start order is not pid order.
  const wrapped = [
    processInfo({ pid: 32_000, startTime: 1, ppid: 1 }),
    processInfo({ pid: 300, startTime: 2, ppid: 32_000 }),
    processInfo({ pid: 250, startTime: 3, ppid: 300 }),
    processInfo({ pid: 280, startTime: 4, ppid: 32_000 }),
  ];

  it('is the same for every order the processes come in, also when pids have wrapped', () => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
      [1, 3, 0, 2],
    ]) {
      const table = tableOf(order.map((index) => wrapped[index]!));
      assert.deepEqual(pidsOf(descendantsOf(table, 32_000)), [300, 280, 250]);
      assert.deepEqual(pidsOf(childrenOf(table, 32_000)), [300, 280]);
      assert.deepEqual(pidsOf(ancestorsOf(table, 250)), [300, 32_000]);
    }
  });

  it('names each process of a cycle once instead of looping, since a torn sample can have one', () => {
    const table = tableOf([
      processInfo({ pid: 5, ppid: 6 }),
      processInfo({ pid: 6, ppid: 5 }),
      processInfo({ pid: 7, ppid: 6 }),
      processInfo({ pid: 8, ppid: 8 }),
    ]);
    assert.deepEqual(pidsOf(descendantsOf(table, 6)), [5, 7]);
    assert.deepEqual(pidsOf(ancestorsOf(table, 7)), [6, 5]);
    assert.deepEqual(pidsOf(ancestorsOf(table, 8)), []);
  });

  it('can leave out subtrees that belong to another', () => {
    assert.deepEqual(pidsOf(descendantsOf(tableOf(wrapped), 32_000, ({ pid }) => pid === 300)), [280]);
  });

  it('answers in a blink for a long chain, without deep recursion', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => processInfo({ pid: index + 2, ppid: index + 1 }));
    assert.equal(descendantsOf(tableOf(chain), 2).length, 19_999);
  });
});

describe('membersOf', () => {
  const root = processInfo({ pid: 50, sessionId: 50, groupId: 50, ppid: 9 });

  it('finds children that lost their parent by the session and the group the root leads', () => {
    const table = tableOf([
      root,
      processInfo({ pid: 51, ppid: 50 }),
      processInfo({ pid: 52, ppid: 1, sessionId: 50, groupId: 52 }),
      processInfo({ pid: 53, ppid: 52, sessionId: 53, groupId: 53 }),
      processInfo({ pid: 54, ppid: 1, sessionId: 9, groupId: 50 }),
      processInfo({ pid: 60, ppid: 9 }),
    ]);
    assert.deepEqual(pidsOf(membersOf(table, root)), [50, 51, 52, 53, 54]);
  });

  it("never takes in the rest of a shell's session or a test runner's group", () => {
    const guest = processInfo({ pid: 50, sessionId: 9, groupId: 10 });
    const table = tableOf([
      guest,
      processInfo({ pid: 51, ppid: 50, sessionId: 9, groupId: 10 }),
      processInfo({ pid: 61, ppid: 9, sessionId: 9, groupId: 10 }),
    ]);
    assert.deepEqual(pidsOf(membersOf(table, guest)), [50, 51]);
  });

  it('is empty for an identity whose pid now belongs to another', () => {
    assert.deepEqual(membersOf(tableOf([root]), { pid: 50, startTime: 49 }), []);
  });
});
