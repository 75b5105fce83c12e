import assert from 'node:assert/strict';
import { CommandReader, type ReportedProcess } from '../../../../src/processes/command/commandReader.ts';
import { runSystemCommand } from '../../../../src/processes/command/run.ts';
import { FakeClock } from '../../browsers/support/fakeClock.ts';
import { processInfo } from '../support/tables.ts';

describe('reading processes by a command', () => {
  let clock: FakeClock;
  let runs: number;
  let reported: ReportedProcess[];
  let reader: CommandReader;
  beforeEach(() => {
    clock = new FakeClock();
    runs = 0;
    reported = [{ info: processInfo({ pid: 5, rssBytes: 100 }), privateBytes: 60, openFiles: 7 }];
    reader = new CommandReader(() => {
      runs += 1;
      return Promise.resolve(
        reported.map(({ info, ...rest }) => ({ info: { ...info, commandLine: [...info.commandLine] }, ...rest })),
      );
    }, clock);
  });

  it('shares one run among all that is asked within a second, since a run may take half of one', async () => {
    const both = await Promise.all([reader.readTable(), reader.readTable()]);
    assert.equal(both[0], both[1]);
    assert.deepEqual(await reader.readMemory({ pid: 5, startTime: 5 }), {
      pssBytes: 100,
      ussBytes: 60,
      anonBytes: 60,
      rssBytes: 100,
      exact: false,
    });
    assert.equal(await reader.countOpenFiles({ pid: 5, startTime: 5 }), 7);
    assert.equal(runs, 1);
    clock.spend(2000);
    await reader.readMemory({ pid: 5, startTime: 5 });
    assert.equal(runs, 2);
  });

  it('never answers for a pid that now belongs to another, and asks anew before something is done to a process', async () => {
    assert.equal(await reader.readMemory({ pid: 5, startTime: 4 }), undefined);
    assert.equal(await reader.readMemory({ pid: 6, startTime: 6 }), undefined);
    const before = runs;
    assert.equal((await reader.readProcess(5))?.pid, 5);
    assert.equal(runs, before + 1);
  });

  it('hands out the same object while nothing changes', async () => {
    const first = (await reader.readTable()).processes.get(5);
    assert.equal((await reader.readTable()).processes.get(5), first);
    reported = [{ info: processInfo({ pid: 5, rssBytes: 101 }) }];
    const second = (await reader.readTable()).processes.get(5);
    assert.notEqual(second, first);
    assert.equal(second?.commandLine, first?.commandLine);
  });

  it('goes on after a run that failed', async () => {
    let fail = true;
    const flaky = new CommandReader(
      () => (fail ? Promise.reject(new Error('busy')) : Promise.resolve(reported)),
      clock,
    );
    await assert.rejects(flaky.readTable(), /busy/);
    fail = false;
    assert.equal((await flaky.readTable()).processes.size, 1);
  });

  it("says what is missing when the system's command is, instead of ending the editor's extensions", async () => {
    await assert.rejects(runSystemCommand('/nowhere/ps', []), {
      code: 'processes.unreadable',
      message: /there is no '\/nowhere\/ps'/,
      hint: /Install/,
    });
  });
});
