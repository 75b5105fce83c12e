import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type CleanupFacts, summarizeCleanup } from '../../../src/sessions/cleanupSteps.ts';

const facts: CleanupFacts = {
  sessionId: 's1',
  name: 'Chromium',
  reason: 'requested',
  startedAt: '2026-11-21T10:00:00.000Z',
  durationMs: 101.26,
  owned: true,
  disconnected: true,
  initial: {
    requests: 5,
    requestsDropped: 0,
    pages: 2,
    contexts: 1,
    videos: 0,
    downloads: 0,
    dialogs: 0,
    workers: 3,
    cursors: 1,
  },
  cleaned: new Map([
    ['requests', 5],
    ['cursors', 1],
    ['pages', 2],
    ['contexts', 1],
  ]),
  also: { downloads: 0, dialogs: 0 },
  processesBefore: 9,
  survivors: [],
  remaining: [],
  memoryRecoveredBytes: 157_286_400,
  errors: [],
  steps: [],
  emergency: false,
  fileDescriptors: { before: 24, after: 24 },
};

// The summary is what people have to believe: it must not call a clean-up total that was not.
describe('the summary of a clean-up', () => {
  it('adds up', () => {
    const summary = summarizeCleanup(facts);
    // 5 requests, 1 cursor, 2 pages, 1 context, 3 workers, the browser, the connection.
    assert.equal(summary.totalResourcesCleaned, 14);
    assert.deepEqual(
      [summary.processesEnded, summary.memoryRecoveredMb, summary.durationMs, summary.effectivenessPercentage],
      [9, 150, 101.3, 100],
    );
    assert.equal(summary.successful, true);
  });

  it('counts pages as closed that went with their browser, although closing them failed', () => {
    const summary = summarizeCleanup({ ...facts, cleaned: new Map(), errors: [{ step: 'pages', message: 'hung' }] });
    assert.deepEqual([summary.pagesClosed, summary.successful], [2, true]);
    assert.equal(summary.errors.length, 1, 'the failure is still named');
  });

  it('does not call it total while a process lives', () => {
    const summary = summarizeCleanup({ ...facts, survivors: [{ pid: 7, startTime: 1 }] });
    assert.deepEqual([summary.successful, summary.processesEnded, summary.browsersClosed], [false, 8, 0]);
    assert.ok(summary.effectivenessPercentage < 100);
  });

  it('does not call it total while a folder is left, or the connection open', () => {
    assert.equal(summarizeCleanup({ ...facts, remaining: ['/tmp/leakwright-abcdef'] }).successful, false);
    assert.equal(summarizeCleanup({ ...facts, disconnected: false }).successful, false);
  });

  it('counts only what was closed in a browser that is not ours', () => {
    const summary = summarizeCleanup({ ...facts, owned: false, processesBefore: 0, cleaned: new Map([['pages', 1]]) });
    assert.deepEqual(
      [summary.pagesClosed, summary.contextsClosed, summary.workersEnded, summary.browsersClosed, summary.successful],
      [1, 0, 0, 0, true],
    );
  });
});
