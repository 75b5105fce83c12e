import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { CommandReader } from '../../../src/processes/command/commandReader.ts';
import { createPsSource } from '../../../src/processes/command/ps.ts';
import { createProcessReader } from '../../../src/processes/index.ts';

describe('the reader for macOS and other Unix systems, run against the ps of this one', () => {
  if (process.platform !== 'linux') return;

  it('sees the processes that /proc has, with the same parents, owners and sizes', async () => {
    const child = spawn('sleep', ['300', '60'], { stdio: 'ignore' });
    // Where nothing else runs, there would be little to compare.
    const others = Array.from({ length: 5 }, () => spawn('sleep', ['300'], { stdio: 'ignore' }));
    try {
      const reader = new CommandReader(createPsSource());
      const linux = createProcessReader();
      const before = await linux.readTable();
      const { processes } = await reader.readTable();
      const after = await linux.readTable();
      let compared = 0;
      for (const then of before.processes.values()) {
        const now = after.processes.get(then.pid);
        if (!now || now.startTime !== then.startTime || now.ppid !== then.ppid || now.state !== then.state) continue;
        const seen = processes.get(then.pid);
        assert.ok(seen, `${then.pid} (${then.name})`);
        compared += 1;
        const { pid, ppid, groupId, uid } = seen;
        assert.deepEqual(
          { pid, ppid, groupId, uid },
          { pid: now.pid, ppid: now.ppid, groupId: now.groupId, uid: now.uid },
        );
        assert.ok(Math.abs(seen.startedAtMs - now.startedAtMs) < 3000, `${seen.startedAtMs} and ${now.startedAtMs}`);
        assert.ok(seen.cpuMs <= now.cpuMs + 1000 && seen.cpuMs >= then.cpuMs - 1000, `${seen.cpuMs} and ${now.cpuMs}`);
        // The kernel counts resident pages per processor, and sums them up more or less exactly for each of its files.
        if (now.rssBytes === then.rssBytes)
          assert.ok(Math.abs(seen.rssBytes - now.rssBytes) < 2e6, `${seen.rssBytes} and ${now.rssBytes}`);
      }
      assert.ok(compared > 5, `${compared} processes`);
      assert.deepEqual(processes.get(child.pid!)?.commandLine, ['sleep', '300', '60']);
      assert.equal(processes.get(child.pid!)?.name, 'sleep');
      const memory = await reader.readMemory(processes.get(process.pid)!);
      assert.equal(memory?.exact, false);
      assert.ok(memory.rssBytes > 10e6);
      assert.equal(await reader.readMemory({ pid: process.pid, startTime: 1 }), undefined);
    } finally {
      for (const one of [child, ...others]) one.kill('SIGKILL');
    }
  });
});
