import type { CheckResult, Finding } from '../../../src/leaks/index.ts';

export const panelFinding: Finding = {
  kind: 'object',
  name: 'DetailsPanel',
  perIteration: 1,
  bytesPerIteration: 2048,
  survivors: [1, 1, 1, 1, 1, 1, 1],
  severity: 'minor',
  allocatedAt: {
    file: 'src/shop.ts',
    line: 9,
    column: 17,
    function: 'openDetails',
    precision: 'line',
    stack: [
      { file: 'src/shop.ts', line: 9, column: 17, function: 'openDetails' },
      { file: 'src/productList.ts', line: 13, column: 52, function: '' },
    ],
  },
  keptAt: {
    file: 'src/shop.ts',
    line: 15,
    column: 16,
    function: 'closeDetails',
    precision: 'line',
    stack: [{ file: 'src/shop.ts', line: 15, column: 16, function: 'closeDetails' }],
  },
  holder: 'closedPanels',
  retainedBy: ['Window', 'closedPanels', '[0]', 'DetailsPanel'],
  retainedBytes: 2100,
  fingerprint: 'f1',
};

/** A finished check to render, with the given parts replaced. */
export function sampleResult(parts: Partial<CheckResult> = {}): CheckResult {
  return {
    name: 'open and close details',
    url: 'http://127.0.0.1:4173/',
    browser: { name: 'Chromium', version: '156.0' },
    mode: 'iterations',
    verdict: 'leak',
    severity: 'minor',
    startedAt: '2026-11-21T10:00:00.000Z',
    durationMs: 3210,
    warmup: 3,
    iterations: 7,
    growth: { nodesPerIteration: 9, jsHeapUsedBytesPerIteration: 2048, explainedFraction: 0.97 },
    samples: [
      { iteration: 1, atMs: 10, nodes: 100 },
      { iteration: 2, atMs: 20, nodes: 109 },
    ],
    findings: [panelFinding],
    bounded: [],
    memoryTrend: { slopeMbPerSecond: 0, correlation: 0, leakSeverity: 'none' },
    memoryStats: { initialMb: 90, finalMb: 92, peakMb: 95, averageMb: 91 },
    cleanup: {
      processes: { orphaned: [] },
      files: { remaining: [] },
      fileDescriptors: { before: 20, after: 20 },
      successful: true,
      issues: [],
    },
    warnings: [],
    recommendations: [],
    ...parts,
  };
}
