import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isForPerson, parseMonitorLine } from '../../../src/editor/monitoring/monitorLines.ts';
import type { AlertEvent } from '../../../src/monitoring/index.ts';
import type { Alert } from '../../../src/machine/index.ts';

describe('what the monitor tells the editor', () => {
  const alertOf = (parts: Partial<Alert>): AlertEvent => ({
    type: 'raised',
    at: 1,
    alert: {
      key: 'k',
      kind: 'memory-growth',
      level: 'critical',
      subject: 's',
      message: 'm',
      value: 1,
      threshold: 1,
      ...parts,
    },
  });

  it('is read line by line, and what is no such line is passed over', () => {
    const event = alertOf({});
    assert.deepEqual(parseMonitorLine(JSON.stringify(event)), event);
    assert.equal(parseMonitorLine('{"type":"listening","port":9877,"tokenFile":"/t"}')?.type, 'listening');
    for (const line of ['', 'null', '[]', '{"type":"raised"}', 'Watching browsers.', '{"type":"raised","alert":{}}'])
      assert.equal(parseMonitorLine(line), undefined, line);
  });

  it('interrupts a person only for memory that is critical', () => {
    assert.equal(isForPerson(alertOf({})), true);
    assert.equal(isForPerson(alertOf({ level: 'warning' })), false);
    assert.equal(isForPerson(alertOf({ kind: 'orphan' })), false);
    assert.equal(isForPerson({ ...alertOf({}), type: 'resolved' }), false);
  });
});
