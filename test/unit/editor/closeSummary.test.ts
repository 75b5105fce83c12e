import assert from 'node:assert/strict';
import { closeAllMessage, closeMessage, countTexts, summaryLines } from '../../../src/editor/managed/closeSummary.ts';
import { housekeepingFacts } from '../../../src/editor/managed/sessionFacts.ts';
import type { CleanupSummary } from '../../../src/sessions/index.ts';

function summary(overrides: Partial<CleanupSummary> = {}): CleanupSummary {
  return {
    sessionId: 'abc1234567',
    name: 'Checkout',
    reason: 'requested',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 85,
    cursorsCleaned: 0,
    requestsCleaned: 14,
    videoPagesCleaned: 0,
    pagesClosed: 1,
    contextsClosed: 1,
    downloadsCancelled: 0,
    dialogsDismissed: 0,
    workersEnded: 0,
    browsersClosed: 1,
    connectionsClosed: 1,
    processesEnded: 7,
    totalResourcesCleaned: 18,
    memoryRecoveredMb: 132.4,
    errors: [],
    steps: [
      { name: 'requests', durationMs: 1, cleaned: 14 },
      { name: 'browser', durationMs: 60, cleaned: 1 },
    ],
    emergency: false,
    survivors: [],
    remaining: [],
    fileDescriptors: { before: 24, after: 24 },
    effectivenessPercentage: 100,
    successful: true,
    ...overrides,
  };
}

describe('What is said of a closed session', () => {
  it('is how long it took, what went, and that its processes and files are gone', () => {
    assert.equal(
      closeMessage(summary()),
      "Session 'Checkout' closed in 85 ms. Cleaned up: 7 processes, 132 MB of memory, pages: 1, contexts: 1, requests: 14. Its processes and files are gone.",
    );
  });

  it('is why, where nobody asked for it', () => {
    assert.match(closeMessage(summary({ reason: 'browser-lost' })), /^The browser of session 'Checkout' crashed/);
    assert.match(closeMessage(summary({ reason: 'connection-lost' })), /^The connection of session 'Checkout'/);
    assert.match(closeMessage(summary({ reason: 'idle' })), /not used for long/);
    assert.match(closeMessage(summary({ reason: 'memory' })), /^Memory is short/);
  });

  it('is what is left, by name', () => {
    const left = summary({
      successful: false,
      survivors: [{ pid: 4711, startTime: 1 }],
      remaining: ['/tmp/leakwright-abcdef'],
    });
    assert.match(closeMessage(left), /This is left: process 4711, \/tmp\/leakwright-abcdef\.$/);
  });

  it('is one sum for many', () => {
    assert.equal(
      closeAllMessage([summary(), summary()]),
      '2 sessions closed. Cleaned up: 14 processes, 265 MB of memory. Their processes and files are gone.',
    );
  });

  // A page names itself: its name must not break a message, or the log, into lines of its own.
  it('has no line breaks of a name in it', () => {
    assert.ok(!closeMessage(summary({ name: 'a\nb' })).includes('\n'));
  });

  it('is in the log with every step and every error', () => {
    const lines = summaryLines(summary({ errors: [{ step: 'browser', message: 'it is stopped' }], emergency: true }));
    assert.match(lines[0]!, /18 resources and 7 processes in 85 ms, 132.4 MB recovered, 100 % effective, by force\.$/);
    assert.match(lines[1]!, /requests 1 ms \(14\), browser 60 ms \(1\)/);
    assert.match(lines[2]!, /24 before, 24 after/);
    assert.deepEqual(lines.slice(3), ['  browser failed: it is stopped']);
  });
});

describe('What a session holds', () => {
  it('leaves out what there is none of', () => {
    const none = {
      requests: 0,
      requestsDropped: 0,
      pages: 0,
      contexts: 0,
      videos: 0,
      downloads: 0,
      dialogs: 0,
      workers: 0,
      cursors: 0,
    };
    assert.deepEqual(countTexts(none), []);
    assert.deepEqual(countTexts({ ...none, pages: 2, requests: 1000, requestsDropped: 12 }), [
      'pages: 2',
      'requests: 1000',
      'requests dropped: 12',
    ]);
  });
});

describe('What is said of housekeeping', () => {
  it('is how often, why and when last', () => {
    const facts = housekeepingFacts({
      cleanupsPerformed: 3,
      memoryCleanups: 1,
      timeCleanups: 2,
      lastCleanup: '2026-01-01T10:00:00.000Z',
      cursorsExpired: 1,
      requestsExpired: 20,
      sessionsExpired: 0,
      entriesTrimmed: 5,
    });
    assert.match(facts[0]!, /^Housekeeping: 3 times, last at .+/);
    assert.equal(facts[1], '· because it was time: 2; because memory was short: 1');
    assert.equal(facts[2], '· removed: 25 requests, 1 cursors, 0 sessions');
  });
});
