import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scriptOf } from '../../../src/processes/index.ts';

// An owner is named by it: 'node' for every owner would say nothing, and code on a command line may hold a password.
describe('What a process runs', () => {
  const lines: readonly [readonly string[], string, string | undefined][] = [
    [['/usr/bin/node', 'run.js', 'https://a.test'], 'node', 'run.js'],
    [['node', '-r', 'ts-node/register', 'run.ts'], 'node', 'run.ts'],
    [['node', '--import', 'tsx', '--max-old-space-size=400', 'run.ts'], 'node', 'run.ts'],
    [['node', '-e', 'fetch("https://a.test?token=b")'], 'node', undefined],
    [['python3', '-c', 'password = 1'], 'python3', undefined],
    [['python3', '-m', 'pytest', 'tests'], 'python3', 'pytest'],
    [['java', '-cp', 'a:b', '-jar', 'app.jar'], 'java', 'app.jar'],
    [['next-server (v15.1.0)'], 'next-server', undefined],
    [['/opt/google/chrome/chrome', 'https://a.test'], 'chrome', undefined],
    [[], 'kworker', undefined],
  ];
  for (const [commandLine, program, script] of lines)
    it(`of ${JSON.stringify(commandLine)}: ${program} ${script ?? ''}`, () => {
      const found = scriptOf({ commandLine, name: 'kworker' });
      assert.deepEqual([found.program, found.script], [program, script]);
    });
});
