import assert from 'node:assert/strict';
import { logEnding } from '../../../src/editor/cleaning/endingLog.ts';
import type { CleanUpEvent } from '../../../src/orphans/index.ts';
import type { EndTreeEvent, ProcessInfo } from '../../../src/processes/index.ts';

const ROOT = { pid: 4711, startTime: 1 };

function lines(...events: readonly EndTreeEvent[]): string[] {
  const said: string[] = [];
  const say = (level: string) => (text: string) => said.push(`${level}: ${text}`);
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  for (const event of events) logEnding(log, { type: 'tree', root: ROOT, event } satisfies CleanUpEvent);
  return said;
}

describe('The log of how a tree is ended', () => {
  // Who lost a browser, or kept one, finds nowhere else what was done to it.
  it('has each step in the order it came', () => {
    assert.deepEqual(
      lines(
        { type: 'asked', how: 'request' },
        { type: 'askFailed', reason: 'its debugging port does not answer' },
        { type: 'asked', how: 'signal' },
        { type: 'waiting', living: 9, graceMs: 2000 },
        { type: 'forced', how: 'group', living: 3 },
        { type: 'gone', ended: 9, durationMs: 2100 },
      ),
      [
        'info: Ending pid 4711: asked to close (Browser.close)',
        'info: Ending pid 4711: could not be asked to close (its debugging port does not answer), so a signal follows',
        'info: Ending pid 4711: asked to end (SIGTERM)',
        'info: Ending pid 4711: waiting for 9 of its processes, 2.0 s at most',
        'info: Ending pid 4711: forced (its whole group at once), 3 processes were left',
        'info: Ending pid 4711: gone and verified, 9 processes in 2.1 s',
      ],
    );
  });

  it('names who survived', () => {
    const survivor = { pid: 4712, name: 'chrome' } as ProcessInfo;
    assert.deepEqual(lines({ type: 'survived', survivors: [survivor], durationMs: 7000 }), [
      'info: Ending pid 4711: SURVIVED after 7.0 s: chrome (pid 4712)',
    ]);
  });
});
