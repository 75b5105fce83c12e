import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CheckGuard } from '../../../src/leaks/drive/checkGuard.ts';
import { GuardedCdp } from '../../../src/leaks/drive/cdp.ts';
import { InspectorSession } from '../../../src/leaks/node/inspectorSession.ts';
import { ProgramTimers } from '../../../src/leaks/node/programTimers.ts';

const PROGRAM = `
const began = [Date.now(), new Date().getTime(), performance.now()];
const log = [];
const passed = () => Math.round(Math.min(Date.now() - began[0], new Date() - began[1], performance.now() - began[2]) / 60_000);
setTimeout(() => log.push('20 minutes: ' + passed()), 20 * 60_000);
setTimeout(() => log.push('5 minutes: ' + passed()), 5 * 60_000).unref();
setInterval(() => log.push('each minute: ' + passed()), 60_000).unref();
setTimeout(() => process.exit(1), 21 * 60_000);
setTimeout(() => log.push('2 hours: ' + passed()), 120 * 60_000);
class Later extends Date {}
globalThis.seen = () => ({ log: log.splice(0), isDate: new Date() instanceof Date, of: new Date(5).getTime(), later: new Later(7).getTime() });
`;

describe('The timers of a program', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  it('fire in their order when its time is moved on, and its clocks agree with them', async () => {
    child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', PROGRAM], { stdio: ['ignore', 'ignore', 'pipe'] });
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stderr! })) {
      url = /ws:\S+/.exec(line)?.[0];
      if (url !== undefined) break;
    }
    const { signal } = new AbortController();
    const session = await InspectorSession.connect(url!, signal);
    const cdp = new GuardedCdp(session.asCdp, new CheckGuard(signal), () => new Error('it hangs'));
    const timers = await ProgramTimers.find(cdp);
    assert.ok(timers.areKnown);
    const seen = async (): Promise<unknown> => {
      const expression = 'new Promise((resolve) => setTimeout(resolve, 30)).then(() => seen())';
      const { result } = await cdp.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      return result.value;
    };
    const same = { isDate: true, of: 5, later: 7 };
    assert.deepEqual(await seen(), { log: [], ...same });
    const rested: unknown[] = [];
    const rest = async (): Promise<unknown> => rested.push(await seen());
    await timers.move([6 * 60_000, 15 * 60_000], rest);
    assert.deepEqual(rested[0], { log: ['each minute: 6', '5 minutes: 6'], ...same });
    assert.deepEqual(rested[1], { log: ['each minute: 21', '20 minutes: 21'], ...same });
    // It did not end, as it does after 21 minutes, and may end now.
    await timers.move([60_000], rest);
    const { result } = await cdp.send('Runtime.evaluate', { expression: 'String(process.exit)', returnByValue: true });
    assert.match(String(result.value), /^function exit/);
    session.close();
  });
});
