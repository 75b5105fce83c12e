import assert from 'node:assert/strict';
import { diffTables } from '../../../src/processes/index.ts';
import { processInfo, tableOf } from './support/tables.ts';

describe('diffTables', () => {
  it('says who was born, who died and who changed', () => {
    const stays = processInfo({ pid: 1 });
    const grows = processInfo({ pid: 2, rssBytes: 10 });
    const ends = processInfo({ pid: 3 });
    const grown = { ...grows, rssBytes: 20 };
    const born = processInfo({ pid: 4 });
    assert.deepEqual(diffTables(tableOf([stays, grows, ends]), tableOf([{ ...stays }, grown, born])), {
      born: [born],
      died: [ends],
      changed: [{ before: grows, after: grown }],
    });
  });

  it('takes a reused pid for one that died and one that was born', () => {
    const before = processInfo({ pid: 5, startTime: 1 });
    const after = processInfo({ pid: 5, startTime: 2 });
    assert.deepEqual(diffTables(tableOf([before]), tableOf([after])), { born: [after], died: [before], changed: [] });
  });

  it('lets the caller say what counts, so that a row that looks the same fires nothing', () => {
    const before = processInfo({ pid: 5, rssBytes: 1_000_001 });
    const after = { ...before, rssBytes: 1_000_002, commandLine: ['x'] };
    const { changed } = diffTables(tableOf([before]), tableOf([after]), (a, b) => a.state !== b.state);
    assert.deepEqual(changed, []);
  });
});
