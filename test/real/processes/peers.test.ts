import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import pidusage from 'pidusage';
import psTree from 'ps-tree';
import { createProcessReader, descendantsOf } from '../../../src/processes/index.ts';
import { until } from '../../support/until.ts';
import { kill } from '../../tools/ownedProcesses.ts';

/** Two packages that read processes with code that is not ours: what they see, we must see. */
describe('our reading of processes beside ps-tree and pidusage', () => {
  let root: ChildProcess;
  const reader = createProcessReader();

  before(async () => {
    // A shell with a shell with two sleepers, in a group of its own so that all of it can be ended at once.
    root = spawn('sh', ['-c', 'sh -c "sleep 300 & sleep 300 & wait" & wait'], { detached: true, stdio: 'ignore' });
    await until('the tree has grown', async () => descendants(await reader.readTable()).length === 3);
  });
  after(() => {
    kill(-root.pid!);
  });

  const descendants = (table: Awaited<ReturnType<typeof reader.readTable>>) =>
    descendantsOf(table, root.pid!).map(({ pid }) => pid);

  it('finds the descendants that ps-tree finds', async () => {
    const theirs = (await promisify(psTree)(root.pid!)).map(({ PID }) => Number(PID));
    // ps itself is no child of the tree, so both see the same three processes.
    assert.deepEqual(new Set(descendants(await reader.readTable())), new Set(theirs));
  });

  it('gives the resident memory that pidusage gives', async () => {
    const table = await reader.readTable();
    const pids = descendants(table);
    const theirs = await pidusage(pids);
    for (const pid of pids) assert.equal(table.processes.get(pid)!.rssBytes, theirs[String(pid)]!.memory);
  });
});
